"""The directory: what an organisation shows of itself, if its administrators want it to be found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from home.plain_text import fold

from .organisation import Organisation, OrganisationState
from .user import LANGUAGES

MOST_WORDS = 8


class DirectoryEntryQuerySet(models.QuerySet["DirectoryEntry"]):
    def shown(self) -> DirectoryEntryQuerySet:
        """Those that anybody may see, by name. A suspended organisation is not among them."""
        found = self.filter(is_listed=True, organisation__state=OrganisationState.ACTIVE)
        return found.select_related("organisation").order_by("folded", "pk")

    def with_words(self, text: str) -> DirectoryEntryQuerySet:
        """Those that have each of the words somewhere, whatever its accents and case: the same on every database."""
        found = self
        for word in fold(text).split()[:MOST_WORDS]:
            found = found.filter(folded__contains=word)
        return found


class DirectoryEntry(models.Model):
    """An organisation in the directory. Name, place and website are the organisation's own."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="entry", verbose_name=_("organisation")
    )
    is_listed = models.BooleanField(_("listed in the directory"), default=False)
    slug = models.SlugField(max_length=90, unique=True)  # stays when the name changes: links keep leading here
    about_de = models.CharField(max_length=200, blank=True)
    about_fr = models.CharField(max_length=200, blank=True)
    about_it = models.CharField(max_length=200, blank=True)
    topics = models.ManyToManyField("home.Topic", verbose_name=_("topics"), blank=True, related_name="+")
    folded = models.TextField(blank=True, editable=False)  # what search looks through, begun by the name

    objects = DirectoryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the directory")
        verbose_name_plural = _("entries of the directory")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_listed=False) | ~Q(about_de="", about_fr="", about_it=""),
                name="entry_is_listed_with_a_sentence",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def sentence(self, language: str) -> tuple[str, str]:
        """What the organisation does, and the language it is said in: `language` if it wrote in it, else its own."""
        order = [language, self.organisation.language, *(code for code, _name in LANGUAGES)]
        return next(((text, code) for code in order if (text := getattr(self, f"about_{code}"))), ("", language))

    def fold(self) -> None:
        """Renew what search looks through."""
        of = self.organisation
        self.folded = fold(" ".join([of.name, of.town, of.postcode, self.about_de, self.about_fr, self.about_it]))

    def possible_slugs(self) -> list[str]:
        """Its name in an address; the second one is nobody else's."""
        name, own = slugify(self.organisation.name), self.organisation.uuid.hex[:12]
        return [name, f"{name}-{own}"] if name else [own]
