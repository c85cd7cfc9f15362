"""What all rules of the machine have in common: the people, the pool, its model, and how something is tried."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from members.models import Organisation, User
from pooling.actions.errors import Refused
from pooling.models import PaysBy, Pledge, Pool, SavedMethod

from . import factories as make
from .factories import NOW
from .life_model import LIVE, PledgeModel, PoolModel

CARDS = ("pays", "declines", "authenticates")
# Ways that need no method: the pledge stands on acceptance, so nothing is held.
WITHOUT_METHOD = {"invoice": PaysBy.INVOICE, "twint": PaysBy.TWINT}
BEHAVIOURS = ("pays", *CARDS, "invoice", "invoice", "twint", "twint")


class LifeBase(RuleBasedStateMachine):
    """One example is one pool."""

    organisations: ClassVar[list[Organisation]] = []
    people: ClassVar[list[User]] = []
    staff: ClassVar[User]
    pool: Pool
    model: PoolModel

    def __init__(self) -> None:
        super().__init__()
        self.rows = transaction.atomic()
        self.rows.__enter__()
        self.now: datetime = NOW

    def takes_part(self, which: int) -> bool:
        return any(each.organisation == which and each.state in LIVE for each in self.model.pledges.values())

    def way(self, organisation: Organisation, behaviour: str, *, held: bool) -> tuple[SavedMethod | None, PaysBy]:
        if behaviour in WITHOUT_METHOD:
            return None, WITHOUT_METHOD[behaviour]
        return None if held else make.method(organisation, behaviour), PaysBy.CARD

    def one_of(self, data: Any, pks: list[int]) -> int:
        return sorted(pks)[data.draw(st.integers(0, len(pks) - 1))]

    def both(self, pk: int) -> tuple[PledgeModel, Pledge]:
        """A pledge as the model has it, and as the database does."""
        return self.model.pledges[pk], Pledge.objects.select_related("organisation", "pool").get(pk=pk)

    def attempt(self, allowed: bool, action: Any) -> Any:
        """Do what is allowed; what is not is refused with a sentence and changes nothing."""
        if allowed:
            return action()
        done = False
        with suppress(Refused), transaction.atomic():
            action()
            done = True
        assert not done, "the model refuses this"
        return None
