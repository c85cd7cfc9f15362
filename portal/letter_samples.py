"""Every letter in every state that changes its text, written from made-up facts: for previews and checks.

A new letter needs an entry in GROUPS: its template, and for each of its states the facts beside those of BASE. A test
fails where a template has none. `{language: text}` stands for what differs by language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import translation

from members.accounts import why_written
from members.letters.actions import ways_out
from members.letters.markup import Document
from members.letters.rendering import Written, read_source, write
from members.notices.delivery import why as why_chosen
from members.notices.delivery import why_collected
from members.notices.kinds import ALWAYS, BY_CHOICE, COLLECTED, Why
from pooling.actions.approval_letters import reason_for_approver
from pooling.models import PoolState, RefundReason, SurplusRule

from .letter_facts import CLOSES, IN_A_WEEK, LANGUAGES, NOW, ORGANISATION, PERSON, STARTS, Facts, States, address
from .letter_samples_of_the_network import NETWORK

# What every letter about a pledge is told, see pooling.actions.letters.about. Amounts in Rappen.
BASE: Facts = {
    "organisation": ORGANISATION,
    "title": {
        "de": "Eine Homepage, die uns gehört",
        "fr": "Un site internet qui nous appartient",
        "it": "Un sito web che ci appartiene",
    },
    "place": {
        "de": "Quartierzentrum Tscharnergut, Bern",
        "fr": "Centre de quartier Tscharnergut, Berne",
        "it": "Centro di quartiere Tscharnergut, Berna",
    },
    "url": address("pledges/example/"),
    "workshop_url": address("workshops/example/"),
    "starts_at": STARTS,
    "closes_at": CLOSES,
    "standing": 5,
    "threshold": 8,
    "capacity": 12,
    "is_split": False,
    "shares": 2,
    "seats": 4,
    "method": "Visa •••• 4242",
    "by_invoice": False,
    "by_twint": False,
    "invoice_days": 30,
}
JOINING: Facts = {"organisation": ORGANISATION}
INVITED: Facts = {"asker": PERSON, "binds": True, "expires_at": IN_A_WEEK, "url": address("invitation/example/")}
PEOPLE: Facts = {"url": address("organisations/example/people/")}
CONSENT: Facts = {
    "most": 250_000,
    "accepted_at": NOW,
    "legal_version": "2026-11",
    "surplus": SurplusRule.PAYERS.label,
    "binding": False,
}
ONE: Facts = {"shares": 1, "seats": 2, "most": 125_000}
SPLIT: Facts = {"is_split": True}
REACHED: Facts = {"standing": 8, "binding": True}
CHANGED: Facts = CONSENT | {"before": 1, "after_approval": False}
AGAIN: Facts = {"may_pledge_again": True}
NOT_AGAIN: Facts = {"may_pledge_again": False}
PAID: Facts = {"standing": 8, "amount": 250_000, "paid_at": NOW, "reference": "4b1f0c2e", "takes_place": False}
FAILED: Facts = {
    "standing": 8,
    "amount": 250_000,
    "keep_until": IN_A_WEEK,
    "asks_for_confirmation": False,
    "mend_url": address("pay/example/"),
}
METHOD_ENDS: Facts = {
    "most": 250_000,
    "is_gone": False,
    "expires_on": CLOSES.date(),
    "replace_url": address("payment-methods/example/"),
}
BY_TWINT: Facts = {"method": "", "by_twint": True}
TWINT_DUE: Facts = BY_TWINT | {
    "standing": 8,
    "amount": 250_000,
    "keep_until": IN_A_WEEK,
    "takes_place": False,
    "mend_url": address("pay/example/"),
}
BY_INVOICE: Facts = {"method": "", "by_invoice": True}
INVOICED: Facts = BY_INVOICE | {
    "standing": 8,
    "amount": 250_000,
    "paid": 0,
    "missing": 250_000,
    "number": "2027-00042",
    "due_at": NOW + timedelta(days=30),
    "keep_until": NOW + timedelta(days=37),
    "iban": "CH93 0076 2011 6238 5295 7",
    "payable_to": "up2gether (Demo), Beispielweg 1, 3000 Bern",
    "payment_reference": "RF35 2027 0004 2",
    "takes_place": False,
    "void_link": False,
}
RECEIVED: Facts = INVOICED | {
    "received": 100_000,
    "kept": 100_000,
    "paid": 100_000,
    "missing": 150_000,
    "comes_back": 0,
    "value_date": NOW.date(),
    "reference": "ZKB20270301-4711",
    "is_late": False,
}
IN_FULL: Facts = RECEIVED | {"received": 250_000, "kept": 250_000, "paid": 250_000, "missing": 0}
NOT_CREDITED: Facts = {"void_invoice": "", "credited_invoice": "", "credit_note": ""}
DROPPED: Facts = NOT_CREDITED | {"standing": 7, "amount": 250_000}
FUNDED: Facts = NOT_CREDITED | {
    "standing": 8,
    "amount": 250_000,
    "most": 250_000,
    "takes_place": False,
    "void_link": False,
}
CREDITED: Facts = {"void_invoice": "2027-00042", "credited_invoice": "2027-00042", "credit_note": "2027-00057"}
TAKEN_BACK: Facts = INVOICED | {
    "taken": 100_000,
    "paid": 0,
    "missing": 250_000,
    "value_date": NOW.date(),
    "reference": "ZKB20270301-4711/R",
}
DISPUTE: Facts = {
    "standing": 8,
    "turn": "opened",
    "amount": 250_000,
    "goes_back": 0,
    "twice": 0,
    "stands": True,
}
NOT_STANDING: Facts = {"stands": False}
METHOD_CHANGED: Facts = {
    "is_removed": False,
    "new_method": "Mastercard •••• 4444",
    "pledges": 1,
    "by": "Anna Keller, anna.keller@example.org",
    "when": NOW,
    "methods_url": address("payment-methods/example/"),
}
CANCELLED: Facts = {
    "standing": 8,
    "comes_back": 250_000,
    "disputed": 0,
    "taken": 0,
    "under_way": 0,
    **NOT_CREDITED,
    "reason": {
        "de": "Die Referentin ist krank geworden.",
        "fr": "L'intervenante est tombée malade.",
        "it": "La relatrice si è ammalata.",
    },
}
REFUNDED: Facts = {
    "amount": 250_000,
    "refunded_at": NOW,
    "reference": "9c55d7aa",
    "reason": RefundReason.CANCELLED.label,
    "by_transfer": False,
    "paid_on": None,
}
CLOSED: Facts = {
    "standing": 8,
    "paid": 250_000,
    "comes_back": 0,
    "still_open": 0,
    "surplus": SurplusRule.PAYERS.label,
}
SUBSIDISED: Facts = {"before": 100_000, "subsidy": 250_000, "most": 250_000, "is_reached": False}
ASKED: Facts = {
    "url": address("approve/example/"),
    "asker": PERSON,
    "most": 250_000,
    "expires_at": IN_A_WEEK,
    "charged_at_once": False,
    "surplus": SurplusRule.PAYERS.label,
    "legal_version": "2026-11",
    "stands_at_once": True,
}
GIVEN: Facts = {"stands": True, "keep_until": None, "most": 250_000}
DECLINED: Facts = {
    "sentence": {
        "de": "Dieses Jahr liegt das leider nicht im Budget.",
        "fr": "Ce n'est malheureusement pas au budget cette année.",
        "it": "Purtroppo quest'anno non rientra nel preventivo.",
    }
}
MORE: Facts = {"before": 2, "shares": 3, "seats": 6, "most": 375_000}
MORE_ENDED: Facts = {"wanted": 3, "most": 250_000, "most_wanted": 375_000, "sentence": ""}
OFFERED: Facts = {
    "wished": 2,
    "most": 250_000,
    "keep_until": NOW + timedelta(hours=48),
    "charged_at_once": False,
    "offer_url": address("pledges/example/offer/"),
}
LIST_ENDED: Facts = {"pool_state": PoolState.CONFIRMED, "reason": ""}
GIVER = "Fondation Exemple"
PASSED_ON: Facts = {
    "url": address("offers/example/"),
    "giver": GIVER,
    "receiver": "Associazione Modello",
    "most": 250_000,
    "expires_at": IN_A_WEEK,
    "surplus": SurplusRule.PAYERS.label,
}
SEATS: Facts = {"giver": GIVER, "seats": 2, "takes_place": False, "called_off": False}
# What notices about an account are told, see members.accounts.
NOTICE: Facts = {
    "email": "anna.keller@example.org",
    "when": NOW,
    "device": "Firefox, Windows",
    "reset_url": address("account/password/forgotten/"),
}

GROUPS: dict[str, dict[str, States]] = {
    "Zusagen": {
        "pooling/letters/pledged.txt": {
            "": CONSENT,
            "binding": CONSENT | REACHED,
            "one share": CONSENT | ONE,
            "split": CONSENT | SPLIT,
            "by invoice": CONSENT | BY_INVOICE,
            "binding by invoice": CONSENT | REACHED | BY_INVOICE,
            "with TWINT": CONSENT | BY_TWINT,
            "binding with TWINT": CONSENT | REACHED | BY_TWINT,
        },
        "pooling/letters/changed.txt": {
            "": CHANGED,
            "binding": CHANGED | REACHED | {"before": 3},
            "one share": CHANGED | ONE | {"before": 2},
            "approved": CHANGED | {"after_approval": True},
            "split": CHANGED | SPLIT,
        },
        "pooling/letters/withdrawn.txt": {"may pledge again": AGAIN, "may not": NOT_AGAIN},
        "pooling/letters/expired.txt": {"may pledge again": AGAIN, "may not": NOT_AGAIN},
        "pooling/letters/extended.txt": {
            "": {"before": NOW, "most": 250_000, "waits": False},
            "on the waiting list": {"before": NOW, "most": 250_000, "waits": True},
        },
        "pooling/letters/subsidised.txt": {
            "": SUBSIDISED,
            "reached": SUBSIDISED | {"threshold": 5, "is_reached": True},
            "on the waiting list": SUBSIDISED | {"waits": True},
        },
        "pooling/letters/lapsed.txt": {"": {}},
    },
    "Warteliste": {
        "pooling/letters/waiting.txt": {"": {"position": 2}, "one share": ONE | {"position": 1}},
        "pooling/letters/offered.txt": {
            "": OFFERED,
            "fewer than wished": OFFERED | ONE,
            "charged at once": OFFERED | {"charged_at_once": True},
        },
        "pooling/letters/offer_expired.txt": {"may pledge again": AGAIN, "may not": NOT_AGAIN | ONE},
        "pooling/letters/list_ended.txt": {
            "no place": LIST_ENDED,
            "lapsed": LIST_ENDED | {"pool_state": PoolState.LAPSED},
            "called off": CANCELLED | {"pool_state": PoolState.CANCELLED},
        },
    },
    "Zustimmung": {
        "pooling/letters/approval_asked.txt": {
            "": ASKED,
            "charged at once": ASKED | {"charged_at_once": True},
            "more": ASKED | MORE,
            "split": ASKED | SPLIT,
            "by invoice": ASKED | BY_INVOICE,
        },
        "pooling/letters/approval_reminder.txt": {"": ASKED, "more": ASKED | MORE},
        "pooling/letters/more_ended.txt": {
            "declined": MORE_ENDED | DECLINED | {"why": "declined"},
            "not answered": MORE_ENDED | {"why": "expired"},
            "prices locked": MORE_ENDED | {"why": "locked", "standing": 8},
        },
        "pooling/letters/approval_given.txt": {
            "stands": GIVEN,
            "by invoice": GIVEN | BY_INVOICE,
            "with TWINT": GIVEN | BY_TWINT,
            "method missing": GIVEN | {"stands": False, "keep_until": IN_A_WEEK, "method": ""},
        },
        "pooling/letters/approval_declined.txt": {
            "with a sentence": DECLINED | AGAIN,
            "without": {"sentence": ""} | NOT_AGAIN,
        },
        "pooling/letters/approval_expired.txt": {"may pledge again": AGAIN, "may not": NOT_AGAIN},
    },
    "Weitergabe": {
        "pooling/letters/transfer_offered.txt": {"": PASSED_ON},
        "pooling/letters/transfer_done.txt": {"": PASSED_ON},
        "pooling/letters/transfer_received.txt": {
            "": CONSENT | {"giver": GIVER},
            "by invoice": CONSENT | {"giver": GIVER} | BY_INVOICE,
        },
        "pooling/letters/transfer_ended.txt": {
            "declined": PASSED_ON | {"why": "declined"},
            "not taken over": PASSED_ON | {"why": "expired"},
            "prices locked": PASSED_ON | {"why": "locked", "standing": 8},
        },
        "pooling/letters/transfer_off.txt": {"": PASSED_ON},
        "pooling/letters/seats_given.txt": {
            "": SEATS,
            "takes place": SEATS | {"takes_place": True},
        },
        "pooling/letters/seats_certain.txt": {"": SEATS | {"takes_place": True}},
        "pooling/letters/seats_taken_back.txt": {"": SEATS, "called off": SEATS | {"called_off": True}},
    },
    "Zahlungen": {
        "pooling/letters/funded.txt": {
            "": FUNDED,
            "takes place": FUNDED | {"standing": 9, "takes_place": True},
            "instead of an invoice": FUNDED | CREDITED | {"takes_place": True},
            "instead of TWINT": FUNDED | {"void_link": True},
            "split": FUNDED | SPLIT | {"standing": 11, "amount": 181_819},
        },
        "pooling/letters/twint_due.txt": {"": TWINT_DUE, "takes place": TWINT_DUE | {"takes_place": True}},
        "pooling/letters/method_ends.txt": {
            "expires": METHOD_ENDS,
            "gone": METHOD_ENDS | {"is_gone": True},
        },
        "pooling/letters/method_changed.txt": {
            "replaced": METHOD_CHANGED,
            "replaced for two pledges": METHOD_CHANGED | {"pledges": 2},
            "removed": METHOD_CHANGED | {"is_removed": True, "new_method": "", "pledges": 0},
        },
        "pooling/letters/dispute.txt": {
            "opened": DISPUTE,
            "opened and due back": DISPUTE | NOT_STANDING | {"goes_back": 250_000},
            "opened and sent back": DISPUTE | NOT_STANDING,
            "won": DISPUTE | {"turn": "won"},
            "won and due back": DISPUTE | NOT_STANDING | {"turn": "won", "goes_back": 250_000},
            "won and sent back": DISPUTE | NOT_STANDING | {"turn": "won"},
            "ended": DISPUTE | {"turn": "closed"},
            "lost": DISPUTE | {"turn": "lost"},
            "lost and called off": DISPUTE | NOT_STANDING | {"turn": "lost"},
            "lost in part": DISPUTE | NOT_STANDING | {"turn": "lost", "amount": 100_000, "goes_back": 150_000},
            "lost and sent back before": DISPUTE | NOT_STANDING | {"turn": "lost", "twice": 250_000},
        },
        "pooling/letters/charged.txt": {"": PAID, "takes place": PAID | {"takes_place": True}},
        "pooling/letters/failed.txt": {"declined": FAILED, "confirmation": FAILED | {"asks_for_confirmation": True}},
        "pooling/letters/mending.txt": {
            "first": FAILED | {"is_last": False},
            "last": FAILED | {"is_last": True, "asks_for_confirmation": True},
        },
        "pooling/letters/dropped.txt": {
            "may pledge again": DROPPED | AGAIN,
            "by invoice": DROPPED | AGAIN | BY_INVOICE | CREDITED | {"comes_back": 100_000},
            "may not": DROPPED | NOT_AGAIN,
        },
        "pooling/letters/confirmed.txt": {
            "": {"standing": 8, "still_open": 0},
            "still to pay": {"standing": 8, "still_open": 250_000},
            "still to pay by invoice": BY_INVOICE | {"standing": 8, "still_open": 250_000},
        },
        "pooling/letters/short.txt": {"": {"standing": 7, "gap": 125_000, "paid": 250_000}},
        "pooling/letters/closed.txt": {
            "money back": CLOSED | {"comes_back": 25_000},
            "still to pay": CLOSED | {"paid": 0, "still_open": 250_000},
            "still to pay by invoice": CLOSED | BY_INVOICE | {"paid": 0, "still_open": 250_000},
            "nothing left": CLOSED,
        },
        "pooling/letters/cancelled.txt": {
            "money back": CANCELLED,
            "under way": CANCELLED | {"comes_back": 0, "under_way": 250_000},
            "nothing paid": CANCELLED | {"comes_back": 0},
            "disputed": CANCELLED | {"comes_back": 0, "disputed": 250_000},
            "disputed in part": CANCELLED | {"comes_back": 150_000, "disputed": 100_000},
            "given back in part": CANCELLED | {"comes_back": 150_000, "taken": 100_000},
            "given back by the bank": CANCELLED | {"comes_back": 0, "taken": 250_000},
            "invoice is void": CANCELLED | BY_INVOICE | CREDITED | {"comes_back": 0},
            "invoice was paid": CANCELLED | BY_INVOICE | CREDITED | {"void_invoice": ""},
        },
        "pooling/letters/refunded.txt": {
            "": REFUNDED,
            "by transfer": REFUNDED | {"by_transfer": True, "paid_on": NOW.date(), "reference": "ZKB20270302-0815"},
        },
    },
    "Rechnungen": {
        "pooling/letters/invoice_issued.txt": {
            "": INVOICED,
            "takes place": INVOICED | {"takes_place": True},
            "instead of a link": INVOICED | {"void_link": True},
        },
        "pooling/letters/received.txt": {
            "in part": RECEIVED,
            "late in part": RECEIVED | {"is_late": True},
            "in full": IN_FULL,
            "too much": IN_FULL | {"received": 260_000, "comes_back": 10_000, "takes_place": True},
            "not owed": IN_FULL | {"kept": 0, "comes_back": 250_000},
        },
        "pooling/letters/taken_back.txt": {
            "": TAKEN_BACK,
            "nothing is open": TAKEN_BACK | {"missing": 0},
        },
        "pooling/letters/invoice_reminder.txt": {
            "first": INVOICED | {"is_last": False, "is_late": False},
            "due": RECEIVED | {"is_last": False, "is_late": True},
            "last": INVOICED | {"is_last": True, "is_late": True},
        },
        "pooling/letters/way_changed.txt": {
            "to invoice": BY_INVOICE | {"most": 250_000, "had_method": True},
            "to card": {"most": 250_000, "had_method": False},
            "to TWINT": BY_TWINT | {"most": 250_000, "had_method": True},
            "from TWINT to invoice": BY_INVOICE | {"most": 250_000, "had_method": False},
        },
    },
    "Mitmachen": {
        "members/letters/application_confirm.txt": {
            "": JOINING | {"url": address("take-part/confirm/example/"), "days": 7}
        },
        "members/letters/application_approved.txt": {"": JOINING | INVITED},
        "members/letters/application_declined.txt": {
            "": JOINING
            | {
                "reason": {
                    "de": "Wir nehmen nur Organisationen mit Sitz in der Schweiz auf.",
                    "fr": "Nous n’admettons que des organisations dont le siège est en Suisse.",
                    "it": "Ammettiamo solo organizzazioni con sede in Svizzera.",
                }
            }
        },
        "members/letters/invited.txt": {
            "": JOINING | INVITED | {"binds": False},
            "administrator": JOINING | INVITED,
            "no name": JOINING | INVITED | {"asker": ""},
        },
        "members/letters/member_joined.txt": {
            "": JOINING | PEOPLE | {"who": PERSON, "binds": False},
            "administrator": JOINING | PEOPLE | {"who": PERSON, "binds": True},
        },
        "members/letters/member_left.txt": {"": JOINING | PEOPLE | {"who": PERSON}},
        "members/letters/membership_changed.txt": {
            "": JOINING | PEOPLE | {"acts": True, "binds": True},
            "member": JOINING | PEOPLE | {"acts": True, "binds": False},
            "ended": JOINING | PEOPLE | {"acts": False, "binds": False},
        },
    },
    "Netzwerk": NETWORK,
    "Konto": {
        "account/email/password_reset_key.txt": {
            "": {"password_reset_url": address("account/password/new/1-example/")}
        },
        "account/email/unknown_account.txt": {
            "": {"email": "unknown@example.org", "signup_url": address("account/join/")}
        },
        "account/email/account_erased.txt": {"": {}},
        "account/email/login_code.txt": {"": {"code": "4711-0815"}},
        "account/email/new_device.txt": {"": NOTICE, "unknown": NOTICE | {"device": ""}},
        "account/email/email_confirmation.txt": {
            "": {"email": "new@example.org", "activate_url": address("account/e-mail/confirm/example/")}
        },
        "account/email/email_changed.txt": {
            "": NOTICE | {"from_email": "anna.keller@example.org", "to_email": "new@example.org"}
        },
        "account/email/email_deleted.txt": {"": NOTICE | {"deleted_email": "new@example.org"}},
        "account/email/password_changed.txt": {"": NOTICE},
        "account/email/password_reset.txt": {"": NOTICE},
        "account/email/password_set.txt": {"": NOTICE | {"device": ""}},
        "mfa/email/totp_activated.txt": {"": NOTICE},
        "mfa/email/totp_deactivated.txt": {"": NOTICE},
        "mfa/email/recovery_codes_generated.txt": {"": NOTICE},
        "mfa/email/webauthn_added.txt": {"": NOTICE},
        "mfa/email/webauthn_removed.txt": {"": NOTICE},
    },
}


@dataclass(frozen=True)
class Sample:
    """A letter in one of its states."""

    group: str
    template: str
    state: str
    own: Facts

    @property
    def name(self) -> str:
        """As it stands in an address."""
        stem = self.template.rpartition("/")[2].removesuffix(".txt")
        return f"{stem}-{self.state}".strip("-").replace("_", "-").replace(" ", "-")

    @property
    def is_about_money(self) -> bool:
        return self.template in ALWAYS[Why.MONEY]

    def facts(self, language: str) -> Facts:
        """What the letter is told in `language`."""
        base = BASE if self.is_about_money else {}
        return {key: in_language(value, language) for key, value in (base | self.own).items()}

    def document(self, language: str) -> Document:
        return read_source(template=self.template, context=self.facts(language), language=language)

    def write(self, language: str) -> Written:
        """The letter as it would be sent."""
        document = self.document(language)
        with translation.override(language):
            if "asker" in self.own:
                why = reason_for_approver(asker=PERSON, organisation=ORGANISATION)
                return write(document, language=language, name="Ruth Kassier", why=why)
            if self.template in NETWORK or self.is_about_money:
                to, stop_url = str(self.own.get("reply_to", "")), address("notices/end/example/")[language]
                why = ""
                if self.template == COLLECTED:
                    why = why_collected(language)
                elif self.template in BY_CHOICE:
                    why = why_chosen(BY_CHOICE[self.template], language=language)
                foot = ways_out(stop_url if why else "", language=language)
                return write(
                    document,
                    language=language,
                    name=PERSON,
                    organisation=ORGANISATION,
                    why=why,
                    reply_to=to,
                    ways_out=foot,
                )
            is_known = not self.template.endswith("unknown_account.txt")
            return write(document, language=language, name=PERSON if is_known else "", why=why_written(is_known))


def in_language(value: object, language: str) -> object:
    return value[language] if isinstance(value, Mapping) else value


SAMPLES = [
    Sample(group, template, state, own)
    for group, letters in GROUPS.items()
    for template, states in letters.items()
    for state, own in states.items()
]


def written_samples() -> Iterator[tuple[str, str, Written]]:
    """Every sample's name, its language, and the letter: for whoever checks all of them.

    The HTML checker takes `for name, language, written in written_samples(): written.html`.
    """
    for sample in SAMPLES:
        for language in LANGUAGES:
            yield sample.name, language, sample.write(language)
