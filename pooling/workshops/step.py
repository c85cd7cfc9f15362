"""A step that staff can take with a pool: when it is possible, what it will do in figures, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import ngettext

from members.models import User
from pooling.models import Pool

Typed = Mapping[str, Any]


class PoolForm(forms.Form):
    """A form whose choices are rows of the pool."""

    def __init__(self, *args: Any, pool: Pool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pool = pool


@dataclass(frozen=True)
class Step:
    """`why_not` and `effects` take the pool and the moment; `effects` are sentences with figures."""

    slug: str
    title: str | Promise
    button: str | Promise
    done: str | Promise
    why_not: Callable[[Pool, datetime], str]
    effects: Callable[[Pool, Typed], list[str]]
    run: Callable[[Pool, Typed, User, datetime], object]
    form: type[forms.Form] = forms.Form

    @property
    def needs_figures(self) -> bool:
        return bool(self.form.base_fields)

    def form_for(self, pool: Pool, data: Any = None) -> forms.Form:
        """Its form, filled in with `data` where there is some."""
        return self.form(data, pool=pool) if issubclass(self.form, PoolForm) else self.form(data)


def letters(n: int) -> str:
    return ngettext("%(n)d organisation gets a letter.", "%(n)d organisations get a letter.", n) % {"n": n}
