"""People who log in. They do so with their e-mail address; there is no user name."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LANGUAGES = [("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano")]  # each in its own words


class UserManager(BaseUserManager["User"]):
    """Makes users. Addresses are kept in lower case, so that one mailbox is one person."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can log in. Raises ValueError without an address."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractUser):
    """A person. `language` is the one they read; letters to them are written in it."""

    username = None  # type: ignore[assignment]  # Django's documented way to leave the field out
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=2, default="de", choices=LANGUAGES)
    erased_at = models.DateTimeField(null=True, editable=False)  # the row stays: others name its id

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # narrower than AbstractUser's on purpose

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_has_one_email"),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(is_active=False, is_staff=False, is_superuser=False, first_name="", last_name=""),
                name="user_erased_is_nobody",
            ),
        ]

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        """First and last name, or that the account was deleted where nothing names the person any more."""
        return gettext("Deleted account") if self.erased_at else super().get_full_name()

    def erase(self, *, now: datetime) -> None:
        """Nothing in the row names the person any more, and nobody can log in with it.

        ".invalid" is nobody's mailbox for ever (RFC 2606, section 2).
        """
        self.email, self.first_name, self.last_name = f"erased-{self.pk}@up2gether.invalid", "", ""
        self.is_active = self.is_staff = self.is_superuser = False
        self.last_login, self.erased_at = None, now
        self.set_unusable_password()
        self.save()
