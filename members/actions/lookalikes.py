"""Whether an organisation that applies may be here already: same UID, same domain, or a similar name. Reads only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from members.models import Application, ApplicationState, Organisation

SIMILAR = 0.82  # of 1: two letters in ten may differ
# Words that say what kind of organisation it is, not which one.
KINDS = frozenset(
    [
        *("verein", "stiftung", "genossenschaft", "association", "fondation", "cooperative"),
        *("associazione", "fondazione", "cooperativa"),
        *("der", "die", "das", "den", "dem", "des", "von", "fur", "und", "le", "la", "les", "l", "de", "du", "d", "et"),
        *("il", "lo", "gli", "i", "di", "del", "della", "per", "e"),
    ]
)
# Where anybody has an address.
PUBLIC = frozenset(
    [
        *("bluewin.ch", "gmx.ch", "hispeed.ch", "sunrise.ch", "bluemail.ch", "gmail.com", "gmx.net"),
        *("hotmail.com", "icloud.com", "outlook.com", "proton.me", "protonmail.com", "yahoo.com"),
    ]
)


@dataclass(frozen=True)
class Lookalike:
    """An organisation, or an application that waits or was declined, and why it may be the same."""

    found: Organisation | Application
    why: object  # a sentence, translated where it is shown

    @property
    def is_organisation(self) -> bool:
        return isinstance(self.found, Organisation)

    @property
    def was_declined(self) -> bool:
        return isinstance(self.found, Application) and self.found.state == ApplicationState.DECLINED


def plain_name(name: str) -> str:
    """Without accents, case and words that name the kind: "Verein Beratung für Familien" is "beratung familien"."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(each for each in letters if not unicodedata.combining(each)))
    return " ".join(word for word in words if word not in KINDS) or " ".join(words)


def domain_of(address: str) -> str:
    """The domain of a website or a mail address; nothing where anybody has an address."""
    host = address.rpartition("@")[2] if "@" in address else urlsplit(address).hostname or ""
    host = host.lower().removeprefix("www.")
    return "" if host in PUBLIC else host


def lookalikes(application: Application) -> Iterator[Lookalike]:
    """Each with the strongest reason, organisations first."""
    domains = {domain_of(application.website), domain_of(application.email)} - {""}
    name = plain_name(application.name)
    organisations = Organisation.objects.prefetch_related("people")
    undecided_or_declined = [ApplicationState.WAITING, ApplicationState.DECLINED]
    others = Application.objects.filter(state__in=undecided_or_declined).exclude(pk=application.pk)
    for found in (*organisations, *others):
        if found.pk == application.organisation_id and isinstance(found, Organisation):
            continue
        people = [found.email] if isinstance(found, Application) else [person.email for person in found.people.all()]
        theirs = {domain_of(address) for address in (found.website, *people)}
        if application.uid and found.uid == application.uid:
            yield Lookalike(found, _("the same UID"))
        elif domains & theirs:
            yield Lookalike(found, _("the same internet domain"))
        elif SequenceMatcher(None, name, plain_name(found.name)).ratio() >= SIMILAR:
            yield Lookalike(found, _("a similar name"))
