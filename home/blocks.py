"""The blocks that pages are written with. Every app's pages use these; editors find the same ones everywhere."""

from typing import Any

from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.models import Locale, Page

from . import block_previews as previews
from . import video
from .people_block import PeopleBlock
from .table_block import TableBlock

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
    level = blocks.ChoiceBlock(
        choices=LEVELS,
        default="2",
        label=_("Level"),
        help_text=_("Sections stand in the list “On this page”; sections within them don't."),
    )
    text = blocks.CharBlock(max_length=120, label=_("Heading"))

    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("A line above a section. Those of the first level make the list “On this page” of a long text.")
        template = "home/blocks/heading.html"
        preview_value = staticmethod(previews.heading)
        value_class = HeadingValue


class CalloutValue(blocks.StructValue):
    """A call-out that knows what its kind is called."""

    @cached_property
    def kind_label(self) -> str:
        return dict(KINDS).get(self["kind"], "")


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        choices=KINDS,
        default="hint",
        label=_("Kind"),
        help_text=_("It stands above the title and decides the colour."),
    )
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "info-circle"
        label = _("Call-out")
        description = _("A hint, a warning or an example, set apart from the text.")
        template = "home/blocks/callout.html"
        preview_value = staticmethod(previews.callout)
        value_class = CalloutValue


class ChecklistBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    items = blocks.ListBlock(
        blocks.CharBlock(max_length=300, label=_("Point")),
        label=_("Points"),
        min_num=1,
        help_text=_("In each point one thing to do or to look at."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Checklist")
        description = _("Points to tick off, also on paper.")
        template = "home/blocks/checklist.html"
        preview_value = staticmethod(previews.checklist)


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quote"))
    source = blocks.CharBlock(
        max_length=120, required=False, label=_("Who said it"), help_text=_("Name and role, as the person wants.")
    )

    class Meta:
        icon = "openquote"
        label = _("Quote")
        description = _("What somebody has said, and who.")
        template = "home/blocks/quote.html"
        preview_value = staticmethod(previews.quote)


class StepBlock(blocks.StructBlock):
    """One step of how it works. The drawings are in home/_step_drawing.html."""

    drawing = blocks.ChoiceBlock(
        choices=DRAWINGS,
        required=False,
        label=_("Drawing"),
        help_text=_("It stands above the title. A step does without one, too."),
    )
    title = blocks.CharBlock(max_length=80, label=_("Title"))
    text = blocks.TextBlock(label=_("Text"))

    class Meta:
        icon = "order"
        label = _("Step")


class AccordionBlock(blocks.StructBlock):
    """Questions whose answers open on demand, with the browser's own means."""

    entries = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("title", blocks.CharBlock(max_length=160, label=_("Question or title"))),
                ("text", blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))),
            ]
        ),
        min_num=1,
        label=_("Entries"),
    )

    class Meta:
        icon = "collapse-down"
        label = _("Questions and answers")
        template = "home/blocks/accordion.html"
        preview_value = staticmethod(previews.accordion)
        description = _("For what only some readers need. When the page is printed, all of it is open.")


class DownloadBlock(blocks.StructBlock):
    """A document and what it is called where it is offered."""

    document = DocumentChooserBlock(
        label=_("Document to download"),
        help_text=_("In the language of this page. Translators may choose another one, in theirs."),
    )
    label = blocks.CharBlock(
        required=False,
        max_length=120,
        label=_("What it is"),
        help_text=_("Without it the document's title stands there. Type and size are added."),
    )

    class Meta:
        icon = "doc-full"
        label = _("Document to download")
        label_format = "{label}"


class DownloadsBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    documents = blocks.ListBlock(DownloadBlock(), min_num=1, label=_("Documents"))

    class Meta:
        icon = "download"
        label = _("Downloads")
        template = "home/blocks/downloads.html"
        preview_value = staticmethod(previews.downloads)
        description = _("A document is as private as the pages that use it.")


class VideoValue(blocks.StructValue):
    """A video that knows who shows it, and where it can be shown inside our page."""

    @cached_property
    def provider(self) -> str:
        return video.provider_of(self["url"] or "")

    @cached_property
    def embedding(self) -> str:
        return video.embedding_of(self["url"] or "")


class VideoBlock(blocks.StructBlock):
    """A card that leads to a video elsewhere. Nothing is asked of that place before somebody follows the link, or
    presses the button that shows it in the page.
    """

    title = blocks.CharBlock(max_length=120, label=_("Title"))
    url = blocks.URLBlock(
        label=_("Address of the video"), help_text=_("Readers are told who shows it before they go there.")
    )
    minutes = blocks.IntegerBlock(
        required=False,
        min_value=1,
        max_value=600,
        label=_("Length in minutes"),
        help_text=_("So that readers know how long it takes. It may stay empty."),
    )
    text = blocks.TextBlock(
        required=False, label=_("What is shown"), help_text=_("For those who can't or won't watch it: what matters.")
    )

    class Meta:
        icon = "media"
        label = _("Video")
        template = "home/blocks/video.html"
        preview_value = staticmethod(previews.video)
        value_class = VideoValue
        description = _("A video elsewhere. Nothing is loaded from there before a reader asks for it.")


class RelatedBlock(blocks.StructBlock):
    """Pages to read next, in the reader's language; what is private is left out (home/templatetags/body_tags.py)."""

    title = blocks.CharBlock(max_length=120, label=_("Title"))
    pages = blocks.ListBlock(blocks.PageChooserBlock(label=_("Page")), min_num=1, label=_("Pages"))

    class Meta:
        icon = "doc-full-inverse"
        label = _("Related pages")
        template = "home/blocks/related.html"
        description = _("Pages that you choose. Each is shown in the reader's language where it is translated.")

    def get_preview_value(self) -> blocks.StructValue:
        """With pages of this portal, as many as there are."""
        pages = list(Page.objects.live().filter(depth__gt=2, locale=Locale.get_active()).order_by("path")[:2])
        return self.normalize({"title": _("This goes with it"), "pages": pages})


class TextBlock(blocks.RichTextBlock):
    """Paragraphs and lists."""

    class Meta:
        preview_value = staticmethod(previews.text)

    def deconstruct(self) -> tuple[str, tuple[object, ...], dict[str, object]]:
        """Migrations know it as what it is: rich text."""
        _path, args, kwargs = super().deconstruct()
        return "wagtail.blocks.RichTextBlock", args, kwargs


class BodyImageBlock(ImageBlock):
    """An image with the words that say what it shows, in each language, or marked as mere decoration."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.child_blocks["image"].label = _("Image")
        self.child_blocks["decorative"].field.help_text = _("If it says nothing that the text doesn't say.")
        self.child_blocks["alt_text"].field.help_text = _(
            "What the image says here, for whoever doesn't see it. It is translated with the page."
        )

    class Meta:
        preview_template = "home/blocks/image_preview.html"
        description = _("A drawing or a photograph. Say what it shows, unless it only decorates.")


class BodyBlock(blocks.StreamBlock):
    """What the text of a page consists of."""

    heading = HeadingBlock()
    text = TextBlock(features=TEXT_FEATURES, icon="pilcrow", label=_("Text"), template="home/blocks/text.html")
    callout = CalloutBlock()
    checklist = ChecklistBlock()
    quote = QuoteBlock()
    image = BodyImageBlock(label=_("Image"), template="home/blocks/image.html")
    accordion = AccordionBlock()
    table = TableBlock()
    downloads = DownloadsBlock()
    video = VideoBlock()
    related = RelatedBlock()
    people = PeopleBlock()


class StepsBlock(blocks.StreamBlock):
    """Steps that are counted."""

    step = StepBlock()
