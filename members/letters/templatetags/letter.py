"""The parts of a letter that aren't paragraphs. See members/letters/markup.py."""

from django import template

from members.letters.markup import mark

register = template.Library()


@register.simple_block_tag
def subject(content: str) -> str:
    """{% subject %}What happened{% endsubject %}"""
    return mark("subject", content)


@register.simple_block_tag
def preview(content: str) -> str:
    """{% preview %}What a list of mails shows beside the subject{% endpreview %}; without it, the first paragraph."""
    return mark("preview", content)


@register.simple_block_tag
def amount(content: str, label: str) -> str:
    """{% amount _("Costs at most") %}{{ most|chf }}{% endamount %}: what it means for the money, set large."""
    return mark("amount", str(label), content)


@register.simple_block_tag
def fact(content: str, label: str) -> str:
    """{% fact _("Shares") %}3{% endfact %}: a row of label and value. Nothing if the value is empty."""
    return mark("fact", str(label), content) if content.strip() else ""


@register.simple_block_tag
def button(content: str, url: str) -> str:
    """{% button url %}See your pledge{% endbutton %}: the one thing to do next."""
    return mark("button", url, content)


@register.simple_block_tag
def tiles(content: str, standing: int, threshold: int, capacity: int) -> str:
    """{% tiles standing threshold capacity %}the same in words{% endtiles %}"""
    return mark("tiles", str(standing), str(threshold), str(capacity), content)


@register.simple_block_tag
def heading(content: str) -> str:
    """{% heading %}New workshops{% endheading %}: above several entries."""
    return mark("heading", content)


@register.simple_block_tag
def entry(content: str, url: str, title: str) -> str:
    """{% entry url title %}a sentence{% endentry %}: one of several things to read about."""
    return mark("entry", url, title, content)
