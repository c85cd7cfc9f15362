"""The blocks that pages are written with. Every app's pages use these; editors find the same ones everywhere."""

from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["bold", "link", "document-link", "ul", "ol"]

LEVELS = [("2", _("Section")), ("3", _("Section within a section"))]
DRAWINGS = [
    ("needs", _("Several organisations say what they need")),
    ("pledges", _("Shares are pledged, the threshold is not reached yet")),
    ("payment", _("The threshold is reached, all pay")),
]
KINDS = [("hint", _("Hint")), ("caution", _("Caution")), ("example", _("Example"))]


class HeadingValue(blocks.StructValue):
    """A heading that can be linked to."""

    @cached_property
    def anchor(self) -> str:
        return slugify(self["text"])


class HeadingBlock(blocks.StructBlock):
    level = blocks.ChoiceBlock(choices=LEVELS, default="2", label=_("Level"))
    text = blocks.CharBlock(max_length=120, label=_("Heading"))

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "home/blocks/heading.html"
        value_class = HeadingValue


class CalloutValue(blocks.StructValue):
    """A call-out that knows what its kind is called."""

    @cached_property
    def kind_label(self) -> str:
        return dict(KINDS).get(self["kind"], "")


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(choices=KINDS, default="hint", label=_("Kind"))
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "info-circle"
        label = _("Call-out")
        template = "home/blocks/callout.html"
        value_class = CalloutValue


class ChecklistBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    items = blocks.ListBlock(blocks.CharBlock(max_length=300, label=_("Point")), label=_("Points"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("Checklist")
        template = "home/blocks/checklist.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quote"))
    source = blocks.CharBlock(max_length=120, required=False, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "home/blocks/quote.html"


class StepBlock(blocks.StructBlock):
    """One step of how it works. The drawings are in home/_step_drawing.html."""

    drawing = blocks.ChoiceBlock(choices=DRAWINGS, required=False, label=_("Drawing"))
    title = blocks.CharBlock(max_length=80, label=_("Title"))
    text = blocks.TextBlock(label=_("Text"))

    class Meta:
        icon = "order"
        label = _("Step")


class BodyBlock(blocks.StreamBlock):
    """What the text of a page consists of."""

    heading = HeadingBlock()
    text = blocks.RichTextBlock(
        features=TEXT_FEATURES, icon="pilcrow", label=_("Text"), template="home/blocks/text.html"
    )
    callout = CalloutBlock()
    checklist = ChecklistBlock()
    quote = QuoteBlock()
    image = ImageBlock(label=_("Image"), template="home/blocks/image.html")


class StepsBlock(blocks.StreamBlock):
    """Steps that are counted."""

    step = StepBlock()
