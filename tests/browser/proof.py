"""What must be true once a pool's money was collected, whoever moved it."""

from __future__ import annotations

import io

from django.core.management import call_command

from members.letters.models import Letter
from pooling.models import Charge, ChargeState, Pledge, Pool

# Words that a letter of each language opens with.
GREETINGS = {"de": "Guten Tag", "fr": "Bonjour", "it": "Buongiorno"}


def tick() -> None:
    call_command("tick", stdout=io.StringIO())


def money_is_right() -> bool:
    """check_money ends the program where it finds a breach; its last line is said only where there is none."""
    out = io.StringIO()
    call_command("check_money", stdout=out)
    return out.getvalue().startswith("The money is right")


def the_charge(pledge: Pledge) -> Charge:
    """The pledge's one and only charge, which was paid in full."""
    charge = Charge.objects.get(pledge=pledge)
    assert charge.state == ChargeState.SUCCEEDED
    assert charge.captured == charge.amount == pledge.shares * pledge.pool.ceiling
    return charge


def standing(pool: Pool) -> list[Pledge]:
    return list(pool.pledges.standing().select_related("organisation", "pool").order_by("pk"))


def letter_about(pledge: Pledge, event: str) -> Letter:
    """The one letter that tells the pledge's organisation of `event`, in its own language, sent."""
    about = Letter.objects.filter(template=f"pooling/letters/{event}.txt", organisation=pledge.organisation)
    charges = [str(charge.uuid) for charge in pledge.charges.all()]
    [letter] = [letter for letter in about if any(name in letter.key for name in [str(pledge.uuid), *charges])]
    language = pledge.organisation.language
    assert letter.language == language
    assert [code for code, greeting in GREETINGS.items() if greeting in letter.text] == [language]
    assert f'<html lang="{language}">' in letter.html
    assert letter.sent_at is not None
    return letter
