"""What editors are shown of a block before they choose it: a small example, in their language.

Each function makes a value as the block keeps it; home/blocks.py says which belongs to which.
"""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model

Value = dict[str, Any]


def paragraph(text: str) -> str:
    return format_html("<p>{}</p>", text)


def heading() -> Value:
    return {"level": "2", "text": _("What we need before we ask for offers")}


def text() -> str:
    return paragraph(_("A paragraph with links, lists and bold passages. Short sentences, one thought in each."))


def callout() -> Value:
    return {
        "kind": "hint",
        "title": _("First the texts"),
        "text": paragraph(_("A website gets dear where the texts are missing. Write them before you ask for offers.")),
    }


def checklist() -> Value:
    return {
        "title": _("Before you sign"),
        "items": [_("The domain belongs to your organisation."), _("Two people have access.")],
    }


def quote() -> Value:
    return {"text": _("What nobody in the room knows, nobody can pass on."), "source": _("A participant")}


def accordion() -> Value:
    answer = paragraph(_("About a tenth of what it cost to make, every year."))
    return {"entries": [{"title": _("What does it cost to keep it going?"), "text": answer}]}


def table() -> Value:
    columns = [{"type": "text", "heading": _("What")}, {"type": "number", "heading": _("Hours a year")}]
    rows = [{"values": [_("Server, domain, backup"), "4"]}, {"values": [_("Texts and pictures"), "60"]}]
    return {"table": {"columns": columns, "rows": rows, "caption": _("What a website takes in a year")}}


def downloads() -> Value:
    document = get_document_model()(pk=0, title=_("Template for a brief"), file="brief.docx", file_size=48_000)
    return {"title": _("Templates"), "documents": [{"document": document, "label": ""}]}


def video() -> Value:
    return {
        "title": _("Accessible documents in five minutes"),
        "url": "https://vimeo.com/1",
        "minutes": 5,
        "text": _("Headings, descriptions of pictures, the order of reading."),
    }
