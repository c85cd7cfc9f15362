"""What a resource is, by its form and by what it takes to follow it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    GUIDE = "guide", _("Guide")
    CHECKLIST = "checklist", _("Checklist")
    TEMPLATE = "template", _("Template")
    TOOL = "tool", _("Tool")
    EXAMPLE = "example", _("Example")
    RECORDING = "recording", _("Recording")


class Level(models.TextChoices):
    """What readers should know before."""

    STARTING = "starting", _("For a start")
    SOME = "some", _("With some experience")
    ADVANCED = "advanced", _("Advanced")
