"""What can go wrong with a pledge or a pool, each with a sentence for the person who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.actions.errors import Refused as Refused  # what others take from here

if TYPE_CHECKING:
    from pooling.models import Pledge


class NotAdministrator(Refused):
    def __str__(self) -> str:
        return _("Only an administrator of the organisation can pledge for it. Nothing was pledged.")


class OrganisationSuspended(Refused):
    def __str__(self) -> str:
        return _("This organisation is suspended and can't make new pledges. Existing pledges are not affected.")


class PoolClosed(Refused):
    def __str__(self) -> str:
        return _("This workshop does not take pledges any more. Nothing was pledged and nothing will be charged.")


class PoolFull(Refused):
    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left

    def __str__(self) -> str:
        if self.left == 0:
            return _("All shares of this workshop are taken. Nothing was pledged and nothing will be charged.")
        return ngettext(
            "Only %(n)d share is left. Please choose a smaller number; nothing was pledged yet.",
            "Only %(n)d shares are left. Please choose a smaller number; nothing was pledged yet.",
            self.left,
        ) % {"n": self.left}


class TooFewShares(Refused):
    def __str__(self) -> str:
        return _("A pledge is of at least one share. Nothing was pledged.")


class AlreadyPledged(Refused):
    def __init__(self, pledge: Pledge) -> None:
        super().__init__(pledge)
        self.pledge = pledge

    def __str__(self) -> str:
        return _("Your organisation has a pledge for this workshop already. It is shown here; you can change it.")


class PricesLocked(Refused):
    def __str__(self) -> str:
        return _("Prices are locked: this pledge is binding now and can't be changed or withdrawn.")


class PledgeEnded(Refused):
    def __str__(self) -> str:
        return _("This pledge has ended. Nothing will be charged for it.")


class MethodGone(Refused):
    def __str__(self) -> str:
        return _("This payment method is not kept any more. Please give one again; nothing was pledged yet.")


class NotTheirMethods(Refused):
    def __str__(self) -> str:
        return _("Only an administrator of the organisation can change its payment methods. Nothing has changed.")


class MethodReleased(Refused):
    """Somebody has removed it, or no pledge needed it any more."""

    def __str__(self) -> str:
        return _("This payment method is not kept any more. Nothing has changed.")


class MethodNeeded(Refused):
    """A pledge that runs and is not paid yet has no other method."""

    def __str__(self) -> str:
        return _("A pledge that runs still needs this payment method. Please choose another one for it first.")


class MethodNotNeeded(Refused):
    def __str__(self) -> str:
        return _("No pledge that runs needs this payment method any more, so there is nothing to replace.")


class TwintTooMuch(Refused):
    def __str__(self) -> str:
        return _(
            "TWINT takes CHF 5'000.00 a payment at most, and this pledge may cost more. Please choose another payment "
            "method or fewer shares; nothing was charged."
        )


class TwintIsSaved(Refused):
    """Where TWINT can be saved there is no link for it."""

    def __str__(self) -> str:
        return _("TWINT is given like a card here. Please choose the card, and TWINT on the next page.")


class NoInvoices(Refused):
    """The operator has given no account that organisations could pay to."""

    def __str__(self) -> str:
        return _("Paying by invoice is not possible at the moment. Please pay by card; nothing was charged.")


class InvoiceTooLate(Refused):
    """An invoice would fall due less than 7 days before the workshop starts."""

    def __str__(self) -> str:
        return _(
            "It is too late for an invoice: it would fall due less than 7 days before the workshop starts. Please pay "
            "by card; nothing was charged."
        )


class RefillsByCard(Refused):
    """After closing, a place that was freed is paid for by card."""

    def __str__(self) -> str:
        return _(
            "Pledging has ended, and a place that became free again can only be paid by card. Please choose the card; "
            "nothing was charged."
        )


class WayIsSettled(Refused):
    """The pledge is paid in this way already, or its payment is not open any more."""

    def __str__(self) -> str:
        return _("How this pledge is paid can't be changed any more. Nothing has changed.")


class PaymentUnderWay(Refused):
    """A card is being charged right now."""

    def __str__(self) -> str:
        return _("A payment by card is on its way. Please look again in a few minutes; nothing has changed.")


class PartPaidAlready(Refused):
    def __str__(self) -> str:
        return _(
            "A part of the invoice has arrived already. Please pay the rest by transfer, too; nothing has changed."
        )


class InvoicedBefore(Refused):
    """A second invoice would move the date by which the pledge has to be paid."""

    def __str__(self) -> str:
        return _("This pledge had an invoice before, so it can't get another one. Please pay by card.")


class ReferenceTaken(Refused):
    """Another entry has the bank's reference."""

    def __str__(self) -> str:
        return _(
            "This bank reference was entered before, for another payment or another amount. Nothing was entered. If "
            "one transfer is for several payments, add /1, /2 and so on to the reference."
        )


class LineSettled(Refused):
    """Somebody else, or an import, has decided on a line of the bank."""

    def __str__(self) -> str:
        return _("This line was settled meanwhile. Nothing has changed.")


class NotAssignable(Refused):
    """The line can't be a payment for that invoice, or is none at all."""

    def __str__(self) -> str:
        return _("This line can't be booked like that. Nothing has changed.")


class ReferenceSettled(Refused):
    """An invoice or a receipt names the organisation's own reference already."""

    def __str__(self) -> str:
        return _("Your invoice or receipt names your reference already, and stays as it is. Nothing has changed.")


class NotWrittenOff(Refused):
    """It is no overdue invoice of a workshop that has started."""

    def __str__(self) -> str:
        return _(
            "Only an overdue invoice of a workshop that has started can be written off: before, an invoice that is not "
            "paid ends by itself, and its places are free for others. Nothing has changed."
        )


class NotInFrancs(Refused):
    """The line is in another currency than invoices are."""

    def __str__(self) -> str:
        return _(
            "This amount is not in francs and can't be booked here. Please send it back or enter what the bank made of "
            "it. Nothing has changed."
        )


class PartsDoNotFit(Refused):
    """The parts of a line are not several, name an invoice twice, or do not sum to it."""

    def __str__(self) -> str:
        return _(
            "The parts have to be of at least two invoices, each once, and make up the amount to the Rappen. Nothing "
            "has changed."
        )


class NothingToOrder(Refused):
    """No refund by hand that no file names yet goes to a known account."""

    def __str__(self) -> str:
        return _("No refund can be put into a payment file. Nothing has changed.")


class NoAccountToPayFrom(Refused):
    """The operator's account is known by its QR-IBAN only, which can't be debited."""

    def __str__(self) -> str:
        return _(
            "The account for invoices has no plain IBAN, so no transfer can be ordered from it. Please give one under "
            "“Settings”. Nothing has changed."
        )


class NothingToTakeBack(Refused):
    """The bank took back more than any transfer had brought for the charge."""

    def __str__(self) -> str:
        return _(
            "No payment of this invoice is as large as what the bank took back. Please choose another invoice. Nothing "
            "has changed."
        )


class RefundsUnderWay(Refused):
    """A part of the money has gone back to the payer, or is ordered at the bank."""

    def __str__(self) -> str:
        return _(
            "A part of this payment was transferred back to the organisation already, so it can't be booked by itself. "
            "Please ask the bank and the organisation, then put the line aside with a note. Nothing has changed."
        )


class WrongState(Refused):
    """Staff asked for something that the pool's state does not allow."""

    def __str__(self) -> str:
        return _("The pool's state does not allow this. Nothing has changed.")


class NothingToDraw(Refused):
    """No guarantee was written down, or all of it is drawn."""

    def __str__(self) -> str:
        return _("There is no guarantee left to draw on. Nothing has changed.")


class NotHeldYet(Refused):
    def __str__(self) -> str:
        return _("The workshop has not begun yet, so it can't be settled. Nothing has changed.")


class PaymentsUnderWay(Refused):
    def __str__(self) -> str:
        return _("Payments are still on their way. Please try again in a few minutes; nothing has changed.")


class TermsUnsound(Refused):
    """The terms break rules; `problems` are pairs of field and sentence."""

    def __init__(self, problems: list[tuple[str, Any]]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(str(sentence) for _field, sentence in self.problems)


class AwaitsApproval(Refused):
    """The pledge may not stand, and no method is given for it, before it was approved."""

    def __str__(self) -> str:
        return _(
            "This pledge has not been approved yet, so no payment method is needed. The shares are held; nothing was "
            "charged."
        )


class NeedsFreshApproval(Refused):
    """More shares than were approved."""

    def __str__(self) -> str:
        return _(
            "These shares were approved by your organisation, more of them were not. Your pledge stands as it is. For "
            "more shares, please say who has to approve them."
        )


class ApprovalOver(Refused):
    """The request has ended: declined, withdrawn, run out, or its pool has."""

    def __str__(self) -> str:
        return _("This request has ended. Nothing has changed, and nothing is charged because of it.")


class LinkReplaced(Refused):
    def __str__(self) -> str:
        return _("A newer letter with a new link was sent. Please use the link in the newest letter.")


class SentTooOften(Refused):
    def __str__(self) -> str:
        return _(
            "A letter was sent only a short while ago, or several were sent already. No other was sent. The last link "
            "is good until the request ends."
        )


class AskedTooOften(Refused):
    def __str__(self) -> str:
        return _(
            "Your organisation has asked for many approvals within a day. Please try again tomorrow. Nothing was "
            "pledged and nothing will be charged."
        )


class PlacesFree(Refused):
    """Somebody wants to wait though places are free and nobody waits for them."""

    def __str__(self) -> str:
        return _("Shares are free again, so nobody has to wait. You can pledge them now; nothing was pledged yet.")


class MoreThanThereAre(Refused):
    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.capacity = capacity

    def __str__(self) -> str:
        return ngettext(
            "This workshop has %(n)d share in all. Please choose a smaller number.",
            "This workshop has %(n)d shares in all. Please choose a smaller number.",
            self.capacity,
        ) % {"n": self.capacity}


class OfferOver(Refused):
    """It was not answered in time, was declined, or its pool has ended."""

    def __str__(self) -> str:
        return _("This offer has ended. Nothing was pledged and nothing will be charged.")


class AlreadyOffered(Refused):
    def __str__(self) -> str:
        return _("This pledge is offered to another organisation already. Take that offer back to make another one.")


class OfferedTooOften(Refused):
    def __str__(self) -> str:
        return _("Your organisation has made many offers within a day. Please try again tomorrow. Nothing has changed.")


class NamedTooOften(Refused):
    def __str__(self) -> str:
        return _("Your organisation has changed this list many times within a day. Please try again tomorrow.")


class TransferOver(Refused):
    """The offer was taken up, declined or taken back, its time is over, or prices are locked."""

    def __str__(self) -> str:
        return _("This offer has ended. Nothing has changed, and nothing is owed because of it.")


class TransferTaken(Refused):
    def __str__(self) -> str:
        return _(
            "Another organisation has accepted this offer. Nothing has changed, and nothing is owed because of it."
        )


class OwnPledge(Refused):
    def __str__(self) -> str:
        return _("This pledge is your organisation's own. To keep it, take the offer back on the pledge's page.")


class SeatsNotYet(Refused):
    """Prices are not locked, so nobody is certain to have seats."""

    def __str__(self) -> str:
        return _(
            "Who comes can be named, and seats can be given to others, once prices are locked. Until then you can pass "
            "the whole pledge on."
        )


class TooLateForSeats(Refused):
    def __str__(self) -> str:
        return _("The workshop has begun. Seats can't be given or taken back any more. Nothing has changed.")


class SeatsTaken(Refused):
    def __str__(self) -> str:
        return _(
            "For each seat of this pledge somebody is named, or it was given to another organisation. Please change "
            "one of the names, or take it off the list; nothing has changed."
        )


class TooFewSeats(Refused):
    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left

    def __str__(self) -> str:
        if self.left == 0:
            return _("All seats of this pledge are given away already. Nothing has changed.")
        return ngettext(
            "Only %(n)d seat is left to give. Please choose a smaller number; nothing was given yet.",
            "Only %(n)d seats are left to give. Please choose a smaller number; nothing was given yet.",
            self.left,
        ) % {"n": self.left}
