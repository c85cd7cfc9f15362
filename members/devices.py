"""Where a person is logged in, and whether a browser is one that they have used before.

Of a session the portal keeps browser and system in words, and no internet address. A browser is known by a signed
cookie of its own; nothing about it is kept here.
"""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from .models import User

COOKIE = "device"
SALT = "members.devices"
YEAR = 365 * 24 * 3600  # seconds
MOST_PEOPLE = 8  # who share a browser
NO_ADDRESS = "0.0.0.0"  # noqa: S104  # stands where allauth would keep the address

# What a browser says of itself, and what people call it. The first that fits: Edge and Chrome say they are Safari, too.
BROWSERS = [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
]


def device(user_agent: str) -> str:
    """The browser and the system in words that people know, such as "Firefox, Windows"; nothing where neither is known.

    Never what the browser sent: whoever breaks in could write a text of their own into the letter.
    """
    found = [next((name for mark, name in kinds if mark in user_agent), "") for kinds in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found))


def note_session(request: HttpRequest) -> None:
    """The person sees this session among theirs, and can end it from elsewhere."""
    UserSession.objects.create_from_request(request)
    in_words = device(request.META.get("HTTP_USER_AGENT", ""))
    UserSession.objects.filter(session_key=request.session.session_key).update(ip=NO_ADDRESS, user_agent=in_words)


def mark_of(person: User) -> str:
    """How a browser's cookie names a person. It says nothing to anybody else."""
    return salted_hmac(SALT, str(person.pk)).hexdigest()[:20]


def marks_in(request: HttpRequest) -> list[str]:
    """The people who have logged in with this browser. Nobody where the cookie was changed or is too old."""
    try:
        marks = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except signing.BadSignature:
        return []
    return [str(mark) for mark in marks]


def is_known(request: HttpRequest, person: User) -> bool:
    """Whether the person has logged in with this browser within a year."""
    return mark_of(person) in marks_in(request)


def remember_device(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """The browser is known from now on, for a year from the last log-in."""
    mine = mark_of(person)
    marks = [mine, *(mark for mark in marks_in(request) if mark != mine)][:MOST_PEOPLE]
    response.set_cookie(
        COOKIE,
        signing.dumps(marks, salt=SALT),
        max_age=YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
