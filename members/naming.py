"""How a person is named in texts: found there, and taken out. Ids stay; they name nobody once the account is erased."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from django.db.models import Model, Q, QuerySet

from .models import Invitation, User

GONE = "[…]"  # what stands in place of a name or an address, in every language


@dataclass(frozen=True)
class Naming:
    """The addresses, and the full name if there is one: a first name alone is many people's."""

    emails: tuple[str, ...]
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, person: User) -> Naming:
        """With the addresses that the person had when they were invited."""
        accepted = Invitation.objects.filter(accepted_by=person).exclude(email="").values_list("email", flat=True)
        first, last = person.first_name.strip(), person.last_name.strip()
        names = (f"{first} {last}", f"{last} {first}", f"{last}, {first}") if first and last else ()
        return cls(tuple(dict.fromkeys([person.email, *accepted])), names)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Also as HTML writes it, and where a line was broken within."""
        written = {form for text in (*self.emails, *self.names) for form in (text, escape(text))}
        forms = (r"\s+".join(map(re.escape, text.split())) for text in sorted(written, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)

    def has(self, field: str = "email") -> Q:
        """Rows in whose `field` one of the addresses stands, however it was typed."""
        found = Q()
        for email in self.emails:
            found |= Q(**{f"{field}__iexact": email})
        return found

    def is_in(self, text: str) -> bool:
        return bool(self.pattern.search(text))

    def out_of(self, text: str) -> str:
        return self.pattern.sub(GONE, text)

    def rows_in(self, rows: QuerySet[Model], fields: Iterable[str]) -> list[Model]:
        """The rows that name the person in one of these fields."""
        fields = list(fields)
        words = {*self.emails, *(name.split()[-1].strip(",") for name in self.names)}
        maybe = Q()
        for field in fields:
            for word in words:
                maybe |= Q(**{f"{field}__icontains": word})
        found = rows.filter(maybe).iterator()
        return [row for row in found if any(self.is_in(getattr(row, field)) for field in fields)]

    def take_out(self, rows: QuerySet[Model], *fields: str) -> int:
        """Write these fields without the person's name. Returns how many rows were changed."""
        found = self.rows_in(rows, fields)
        for row in found:
            values = {
                field: self.out_of(getattr(row, field))[: row._meta.get_field(field).max_length] for field in fields
            }
            type(row)._base_manager.filter(pk=row.pk).update(**values)
        return len(found)
