"""For which of their organisations somebody acts at the moment: chosen on the overview, kept in the session.

It narrows what the overview shows and what forms begin with. It grants nothing: every action asks who may do what.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from .models import Organisation

KEY = "organisation"


def choose(request: HttpRequest, organisation: Organisation) -> None:
    request.session[KEY] = str(organisation.uuid)


def current_of(request: HttpRequest, mine: Sequence[Organisation]) -> Organisation | None:
    """The chosen one of `mine`, else the first; nobody keeps one for which they no longer act."""
    chosen = request.session.get(KEY)
    return next((each for each in mine if str(each.uuid) == chosen), next(iter(mine), None))
