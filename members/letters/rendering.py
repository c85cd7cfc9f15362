"""From a template and facts to a subject, a text and an HTML version, in one language."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from .markup import Amount, Button, Document, Entry, Facts, Heading, Paragraph, Tiles, one_line, parse, plain

WIDTH = 72  # characters in a line of the text version, so that quoting it twice fits 76
LABEL_WIDTH = 28


@dataclass(frozen=True)
class Attached:
    """A file that goes with a letter."""

    name: str
    content: bytes
    kind: str  # its media type


@dataclass(frozen=True)
class Written:
    """A letter that is ready to be sent."""

    subject: str
    text: str
    html: str
    attached: tuple[Attached, ...] = ()


def read_source(*, template: str, context: Mapping[str, object], language: str) -> Document:
    """What the template says of these facts, in `language`, with times of Switzerland.

    Raises TypeError if the context holds anything but plain data, ValueError if the template isn't a letter.
    """
    with translation.override(language), timezone.override(ZoneInfo("Europe/Zurich")):
        facts = Context({key: plain(value) for key, value in context.items()}, autoescape=False)
        return parse(get_template(template).template.render(facts))  # type: ignore[attr-defined]  # Django's own engine


def write(
    document: Document,
    *,
    language: str,
    name: str = "",
    organisation: str = "",
    why: str = "",
    reply_to: str = "",
    ways_out: Sequence[tuple[str, str]] = (),
    attached: tuple[Attached, ...] = (),
) -> Written:
    """The letter to one person called `name`, as one of those who act for `organisation`, or for the reason `why`.

    An answer goes to `reply_to`, or to us where that is empty. `ways_out` are links at its foot: words and addresses.
    """
    with translation.override(language):
        opening = greeting(one_line(str(plain(name))))
        why = one_line(str(plain(why))) or reason(one_line(str(plain(organisation))))
        closing = [gettext("Kind regards"), gettext("Your up2gether team")]
        answering = how_to_answer(reply_to)
        ending = [wrap(why), *(f"{wrap(labelled(words))}\n{url}" for words, url in ways_out), settings.SITE_URL]
        text = as_text(document, opening=opening, answering=answering, closing=closing, ending=ending)
        frame = {
            "document": document,
            "greeting": opening,
            "closing": closing,
            "how_to_answer": answering,
            "reason": why,
            "ways_out": ways_out,
            "language": language,
            "site_url": settings.SITE_URL,
        }
        html = render_to_string("letters/frame.html", frame).strip()
        return Written(document.subject, text, html, attached)


def greeting(name: str) -> str:
    return gettext("Good day %(name)s") % {"name": name} if name else gettext("Good day")


def reason(organisation: str) -> str:
    """Why one gets this letter."""
    if not organisation:
        return gettext("This letter was sent by the up2gether portal.")
    return gettext("You receive this letter because you act for %(organisation)s on the up2gether portal.") % {
        "organisation": organisation
    }


def how_to_answer(reply_to: str = "") -> str:
    """Letters are answered where they come from, unless somebody else wrote what they pass on."""
    if reply_to:
        return gettext("Your answer to this letter goes to %(reply_to)s. To write to us, use %(address)s.") % {
            "reply_to": reply_to,
            "address": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        }
    return gettext("Do you have a question? Simply answer this letter, or write to %(address)s.") % {
        "address": parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    }


def as_text(document: Document, *, opening: str, answering: str, closing: list[str], ending: list[str]) -> str:
    """The text version: paragraphs in lines of 72 characters, facts in two columns, links on lines of their own."""
    blocks = [wrap(opening)]
    for part in document.parts:
        match part:
            case Paragraph(text=text):
                blocks.append(wrap(text))
            case Amount(label=label, value=value):
                blocks.append(columns([(labelled(label), value)]))
            case Facts(rows=rows):
                blocks.append(columns([(labelled(label), value) for label, value in rows]))
            case Button(label=label, url=url):
                blocks.append(f"{wrap(labelled(label))}\n{url}")
            case Heading(text=text):
                blocks.append(f"{wrap(text)}\n{'-' * min(len(text), WIDTH)}")
            case Entry(title=title, url=url, text=text):
                blocks.append("\n".join([wrap(title), wrap(text), url]))
            case Tiles(caption=caption):
                blocks.append(("|".join(part.field) + "\n" if part.is_shown else "") + wrap(caption))
    blocks += [wrap(answering), "\n".join(map(wrap, closing))]
    blocks.append("\n".join(["-- ", *ending]))  # what mail programs leave out of an answer
    return "\n\n".join(blocks) + "\n"


def labelled(label: str) -> str:
    """The label with its colon: French sets a space before it."""
    return pgettext("label before a value", "%(label)s:") % {"label": label}


def wrap(text: str, *, first: str = "", then: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )


def columns(rows: list[tuple[str, str]]) -> str:
    """Labels and values side by side; a label that is too long for its column stands above its value."""
    width = max([len(label) for label, _value in rows if len(label) <= LABEL_WIDTH], default=0)
    lines = []
    for label, value in rows:
        if len(label) > width:
            lines.append(f"  {label}")
            label = ""
        lines.append(wrap(value, first=f"  {label:<{width}}  ", then=" " * (width + 4)))
    return "\n".join(lines)
