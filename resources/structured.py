"""A resource as an article, in the words of schema.org."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from home import languages
from home.structured import Data, document, moment, publisher, thing

if TYPE_CHECKING:
    from .models import ResourcePage


def article(page: ResourcePage) -> Data:
    """What Google asks of an article, and what a library wants to know."""
    return document(
        "Article",
        headline=page.title,
        description=page.summary,
        url=languages.absolute(page.canonical_url),
        inLanguage=page.locale.language_code,
        datePublished=moment(page.first_published_at),
        dateModified=moment(page.last_published_at),
        author=thing("Organization", name=page.author) if page.author else publisher(),
        publisher=publisher(),
        about=[thing("Thing", name=topic.name) for topic in page.topics.all()],
        timeRequired=f"PT{page.reading_minutes}M",
        image=[shared.address] if (shared := page.share_image) else None,
        isAccessibleForFree=True,
        associatedMedia=[media(bound.value) for bound in page.attachments if bound.value["document"]],
    )


def media(attachment: Any) -> Data:
    """A document to take along."""
    document = attachment["document"]
    return thing(
        "MediaObject",
        name=attachment["label"] or document.title,
        contentUrl=languages.absolute(document.url),
        encodingFormat=document.content_type,
        contentSize=f"{document.file_size} B" if document.file_size else None,
    )
