from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from . import privacy, renditions
        from .localising import sources
        from .tree import ensure_site_after_migrate

        privacy.connect()
        renditions.connect()
        sources.connect()

        post_migrate.connect(ensure_site_after_migrate, sender=self)
