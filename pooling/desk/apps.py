from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The operator's finances in Wagtail's admin."""

    name = "pooling.desk"
    label = "desk"
    verbose_name = _("Finance desk")
