"""What holds everywhere. What differs by machine comes from the environment through `portal.settings.environment`."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "portal",
    "resources",
    "pooling.workshops",
    "pooling.desk",
    "pooling",
    "members.letters",
    "members.meetings",
    "members.needs",
    "members.notices",
    "members",
    "home",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.api.v2",
    "wagtail.contrib.redirects",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "crispy_forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.page_cache.PageCacheMiddleware",  # on top: an answer from it costs nothing of what is below
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.admin_csp.AdminContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.second_factor.StaffSecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "home.localising.middleware.TranslationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.language.RedirectMiddleware",  # at the bottom: only what has no page is looked for among redirects
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["home.templatetags.dates"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "portal.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = "up2gether"
CRISPY_TEMPLATE_PACK = "up2gether"

# Languages: equals, German first only where nothing else decides (DESIGN.md section 3).
LANGUAGE_CODE = "de"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("de", _("German")), ("fr", _("French")), ("it", _("Italian"))]
# The second holds our words for messages of Django, Wagtail and allauth: formal, Swiss (portal/catalogues.py).
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "portal" / "wording"]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
WAGTAILADMIN_PERMITTED_LANGUAGES = [("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano")]
# A translation goes live when an editor publishes it, never because its source did.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
TIME_ZONE = "Europe/Zurich"
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People log in with their e-mail address.
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "members.accounts.AccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
# One address each; whoever changes it says the password or a code once more (portal/account/address.py).
ACCOUNT_EMAIL_NOTIFICATIONS = True  # whoever changes the ways in, their owner hears of it
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Instead of the password: a code of eight digits by mail. With the limit below, a million tries take two years.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": True, "length": 8}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds, for a mail that is slow
# members/views; beside allauth's own
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,6/h/key",
    "manage_email": "20/h/user",  # an address that somebody else has is refused: nobody asks for many
    "join": "10/h/ip,3/d/key",
    "invite": "30/h/user,5/d/key",
    "contact": "5/h/ip,30/d/key",
    "need": "60/h/user",
    "meeting": "60/h/user",
}
ACCOUNT_FORMS = {
    "login": "members.account_forms.LoginForm",
    "request_login_code": "members.account_forms.RequestLoginCodeForm",
    "confirm_login_code": "members.account_forms.ConfirmLoginCodeForm",
    "change_password": "members.account_forms.ChangePasswordForm",
    "set_password": "members.account_forms.SetPasswordForm",
    "reset_password": "members.account_forms.ResetPasswordForm",
    "reset_password_from_key": "members.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "members.account_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "members.account_forms.CodeForm",
    "reauthenticate": "members.account_forms.CodeOnceMoreForm",
    "activate_totp": "members.account_forms.ActivateTOTPForm",
    "add_webauthn": "members.account_forms.AddPasskeyForm",
    "edit_webauthn": "members.account_forms.NamePasskeyForm",
    "authenticate_webauthn": "members.account_forms.PasskeyForm",
    "reauthenticate_webauthn": "members.account_forms.PasskeyOnceMoreForm",
}
MFA_ADAPTER = "members.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "up2gether"
# Nobody signs up by themselves, so an address that was never confirmed is no stranger's: it must not lock staff out.
MFA_ALLOW_UNVERIFIED_EMAIL = True
STAFF_MFA_REQUIRED = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

# Where videos may be shown from inside a page, once a reader has asked for it (home/video.py). Without an origin its
# videos are links.
VIDEO_ORIGINS = ["https://www.youtube-nocookie.com", "https://player.vimeo.com", "https://tube.switch.ch"]

# Public pages: everything from ourselves, nothing inline. Wagtail's admin has inline scripts: see portal/admin_csp.py.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": VIDEO_ORIGINS,
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}

STATIC_URL = "/static/"
# The second holds the pictures of the editors' handbook (portal/handbook.py).
STATICFILES_DIRS = [BASE_DIR / "static", ("handbook", BASE_DIR / "docs" / "handbook" / "pictures")]
MEDIA_URL = "/media/"

WAGTAIL_SITE_NAME = "up2gether"
# One leaves nothing to choose. Debian's list holds "localtime", on which the account's page fails in the browser.
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
# Translators write, an editor publishes what the overview calls ready. A workflow would wait for a group that is gone.
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no third-party requests, in the admin neither: no pictures by address,
WAGTAIL_ENABLE_UPDATE_CHECK = False  # no asking for new versions
WAGTAILADMIN_BASE_URL = "http://localhost:8000"
# Uploads: what is bigger, or something else than its name says, is refused (home/uploads.py). SVG can hold scripts.
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "home.uploads.ImageForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "home.uploads.DocumentForm"
WAGTAILDOCS_MAX_UPLOAD_SIZE = 25 * 1024 * 1024
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "ods", "pdf", "txt", "xlsx", "zip"]
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"

# The address that letters link to, without a slash at the end.
SITE_URL = "http://localhost:8000"
DEFAULT_FROM_EMAIL = "up2gether <hello@up2gether.example>"
EMAIL_TIMEOUT = 20  # seconds for a mail server to answer, so that tick never hangs on one

# For how many days something about people is kept; tick lets go of it then (members/retention.py).
KEEP_DAYS = {
    "declined_applications": 180,
    "invitations": 90,
    "contact_messages": 30,
    "letters": 730,
    "attendees": 365,
    "attendee_addresses": 30,
}

# Whole pages are kept for visitors (portal/page_cache.py).
PAGE_CACHE = True

# The API to read (portal/api.py): filters are called what fields are called, one of which is "format".
REST_FRAMEWORK = {"URL_FORMAT_OVERRIDE": None}

# Payments: the name of a module in pooling/payments/.
PAYMENT_PROVIDER = "sandbox"
STRIPE_API_BASE = ""
CHECKOUT_ORIGIN = "https://checkout.stripe.com"
STRIPE_SECRET_KEY = ""
STRIPE_WEBHOOK_SECRET = ""
STRIPE_TIMEOUT = 20.0  # seconds for one call
STRIPE_CALLS_PER_SECOND = 10  # of one process; 0 is no limit
STRIPE_TWINT_SAVING = False  # until it was confirmed with a real account (STRIPE.md)
LEGAL_TERMS_VERSION = "2026-11"

DEMO_ALLOWED = False
