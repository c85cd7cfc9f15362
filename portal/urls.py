"""Addresses. What people read has a language prefix; machines' addresses have none."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from home.sitemaps import SITEMAPS
from members.meetings.sitemaps import MeetingsSitemap
from members.needs.sitemaps import NeedsSitemap
from members.sitemaps import DirectorySitemap
from pooling.webhooks import stripe_webhook
from pooling.workshops.feeds import WorkshopFeed
from portal import design, errors, health
from portal.api import router
from portal.robots import robots
from portal.roles import admin_login
from resources.feeds import ResourceFeed

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler429 = errors.too_many_requests  # allauth asks for it, Django does not know it
handler500 = errors.server_error

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("robots.txt", robots, name="robots"),
    path(
        "sitemap.xml",
        sitemap,
        {
            "sitemaps": {
                **SITEMAPS,
                "directory": DirectorySitemap,
                "needs": NeedsSitemap,
                "meetings": MeetingsSitemap,
            }
        },
        name="sitemap",
    ),
    path(".well-known/change-password", RedirectView.as_view(pattern_name="account_change_password")),
    path("api/v2/", router.urls),
    path("webhooks/stripe/", stripe_webhook, name="stripe_webhook"),
    path("admin/login/", admin_login),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *static(settings.MEDIA_URL, document_root=getattr(settings, "MEDIA_ROOT", None)),
]

if settings.DEBUG:
    urlpatterns += i18n_patterns(
        path("design/letters/", include("portal.letter_previews")), path("design/", design.components, name="design")
    )

urlpatterns += i18n_patterns(
    path(_("account/"), include("portal.account.urls")),
    path("feeds/resources.atom", ResourceFeed(), name="resource_feed"),
    path("feeds/workshops.atom", WorkshopFeed(), name="workshop_feed"),
    path("", include("members.urls")),
    path("", include("members.needs.urls")),
    path("", include("members.meetings.urls")),
    path("", include("members.notices.urls")),
    path("", include("pooling.urls")),
    path("", include("resources.urls")),
    path("", include(wagtail_urls)),
)
