"""Our words for what the libraries say (portal/wording): formal, Swiss, and none that the libraries no longer use."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import django
import polib
import pytest
from django.test import RequestFactory
from django.utils.dateformat import format as written
from django.utils.translation import gettext, ngettext, npgettext, override, pgettext
from django.views.i18n import JavaScriptCatalog

from portal import catalogues

# Whose catalogues, and in which of their files stands what visitors and members read. Left out is what we don't offer:
# telephones, codes instead of passwords. Of passkeys our own templates speak.
PACKAGES = Path(django.__file__).parents[1]
ACCOUNTS = r"(templates/)?(account|mfa)/(?!admin|apps|models|.*(webauthn|passkey|phone|trust|login_code))"
LIBRARIES = {
    "allauth": ACCOUNTS,
    "django/contrib/auth": "contrib/auth/password_validation",
    "django/conf": "core/validators|forms/|db/models/(base|constraints)|utils/(dates|text|timesince)",
    "wagtail": r"forms\.py|templates/wagtailcore/password",
}
# What only staff read, in the admin.
NOBODY = "(?!)"
ADMIN = {
    **{f"wagtail/{app}": NOBODY for app in ("admin", "documents", "images", "locales", "snippets", "users")},
    "wagtail/contrib/redirects": NOBODY,
    "wagtail_localize": NOBODY,
}
LIBRARIES |= ADMIN
IMPERATIVES = r"wähle|lade|füge|klicke|gib|ändere|markiere|synchronisiere|weise|lösche|bearbeite|beachte|schnipsel\w*"
BUTTON = re.compile(r"(Scegli|Inserisci)( \S+){0,5}")
TU = re.compile(r"(?i)\b(tu|toi|ton|ta|tes)\b")
# Informal address and, in Swiss texts, wrong letters and spaces.
UNFIT = {
    "de": r"du|dich|dir|dein\w*|euch|euer|.*(\N{LATIN SMALL LETTER SHARP S}|„).*",
    "fr": r"tu|toi|ton|ta|tes|.*\(e\)",
    "it": r"tu|tu[oaie]|tuoi|ti|hai|sei|puoi|devi|vuoi|stai|inserisci|scegli|riprova|assicurati|usa|email",
}
Key = tuple[str | None, str]


def of_libraries(*, read_by_visitors: bool = False) -> dict[Key, polib.POEntry]:
    """The messages of the libraries as their source has them."""
    return {
        (entry.msgctxt, entry.msgid): entry
        for package, files in LIBRARIES.items()
        for entry in polib.pofile(str(PACKAGES / package / "locale/en/LC_MESSAGES/django.po"))
        if not entry.obsolete
        and (not read_by_visitors or any(re.match(files, name) for name, _line in entry.occurrences))
    }


def ours(language: str, folder: str = catalogues.WORDING, root: Path = catalogues.ROOT) -> dict[Key, polib.POEntry]:
    path = root / folder / language / "LC_MESSAGES/django.po"
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path))}


def texts(entry: polib.POEntry) -> list[str]:
    return [entry.msgid, entry.msgid_plural, entry.msgstr, *entry.msgstr_plural.values()]


def shown(entry: polib.POEntry, language: str) -> list[str]:
    """What people read for `entry`: with one and with two, where that makes a difference."""
    one, many, context = entry.msgid, entry.msgid_plural, entry.msgctxt
    with override(language):
        if many and context:
            return [npgettext(context, one, many, n) for n in (1, 2)]
        if many:
            return [ngettext(one, many, n) for n in (1, 2)]
        return [pgettext(context, one) if context else gettext(one)]


VALUE = r"%\(\w+\)[sdr]|%[sd]|\{\w*\}"


def values(text: str) -> set[str]:
    return set(re.findall(VALUE, text))


def is_unfit(text: str, language: str) -> bool:
    words = re.split(r"[^\w()„]+", re.sub(VALUE, " ", text).lower())
    if language == "fr" and re.search(r"\w [:;?!»]|« ", text):
        return True  # an ordinary space, at which a line may break
    return any(re.fullmatch(UNFIT[language], word) for word in words)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_each_of_our_words_is_for_a_message_that_a_library_still_has(language: str) -> None:
    theirs = of_libraries()
    rotten = [
        key
        for key, entry in ours(language).items()
        if key not in theirs or theirs[key].msgid_plural != entry.msgid_plural
    ]
    assert rotten == [], "these are no longer read by anybody: take them off, or see what they are called now"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_our_words_hold_no_value_that_the_message_lacks(language: str) -> None:
    for entry in ours(language).values():
        known = values(entry.msgid + entry.msgid_plural)
        assert all(values(text) <= known for text in texts(entry)), entry.msgid


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_none_of_our_words_is_hidden_by_a_message_of_the_portals_own(language: str) -> None:
    assert ours(language).keys() & ours(language, catalogues.COLLECTED).keys() == set()


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_what_libraries_say_is_formal_and_swiss(language: str) -> None:
    messages = of_libraries(read_by_visitors=True).values()
    assert len(messages) > 250
    assert [text for entry in messages for text in shown(entry, language) if is_unfit(text, language)] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_what_libraries_say_is_translated(language: str) -> None:
    """Django falls back to German, the first language, and to English."""
    untranslated = []
    for entry in of_libraries(read_by_visitors=True).values():
        if " " not in re.sub(r"%\(\w+\)[sd]", "", entry.msgid).strip():
            continue  # names and single words may well be the same
        others = {entry.msgid, entry.msgid_plural, *(shown(entry, "de") if language != "de" else [])}
        untranslated += [text for text in shown(entry, language) if text in others]
    assert untranslated == []


def of_admin(language: str) -> list[str]:
    """What Wagtail's admin says in a language."""
    found = [
        text
        for package in (*ADMIN, "wagtail")
        for entry in polib.pofile(str(PACKAGES / package / "locale/en/LC_MESSAGES/django.po"))
        if not entry.obsolete
        for text in shown(entry, language)
    ]
    assert len(found) > 1000
    return found


def test_wagtails_admin_is_formal_and_swiss_in_german() -> None:
    theirs = of_admin("de")
    informal = re.compile(rf"(?i)\b({IMPERATIVES})\b")
    assert [text for text in theirs if is_unfit(text, "de") or informal.search(text)] == []


def test_wagtails_admin_is_formal_in_italian() -> None:
    """But for the names of buttons, which Italian programs say as their users would say them to the program."""
    spoken = [text for text in of_admin("it") if not BUTTON.fullmatch(text)]
    assert [text for text in spoken if is_unfit(text, "it")] == []


def test_wagtails_admin_is_formal_in_french() -> None:
    assert [text for text in of_admin("fr") if TU.search(text)] == []


@pytest.mark.parametrize("language", ["fr", "it"])
def test_wagtails_admin_does_not_fall_back_to_german(language: str) -> None:
    fallen = []
    for package in (*ADMIN, "wagtail"):
        for entry in polib.pofile(str(PACKAGES / package / "locale/en/LC_MESSAGES/django.po")):
            if entry.obsolete or " " not in re.sub(r"%\(\w+\)[sd]", "", entry.msgid).strip():
                continue
            german = set(shown(entry, "de")) - {entry.msgid, entry.msgid_plural}
            fallen += [text for text in shown(entry, language) if text in german]
    assert fallen == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_the_translation_editor_says_our_words_in_the_browser(language: str, rf: RequestFactory) -> None:
    """It draws itself: its words come as a script, which takes those of LOCALE_PATHS too."""
    path = catalogues.ROOT / catalogues.WORDING / language / "LC_MESSAGES/djangojs.po"
    theirs = polib.pofile(str(PACKAGES / "wagtail_localize/locale/en/LC_MESSAGES/djangojs.po"))
    typeset = catalogues.typographic if language in catalogues.ELIDING else str
    words = {entry.msgid: typeset(entry.msgstr) for entry in polib.pofile(str(path))}
    assert words.keys() <= {entry.msgid for entry in theirs}, "these are no longer read by anybody"
    with override(language):
        script = JavaScriptCatalog.as_view(packages=["wagtail_localize"])(rf.get("/")).content.decode()
    catalogue = json.JSONDecoder().raw_decode(script[script.index("newcatalog = ") + len("newcatalog = ") :])[0]
    said = {entry.msgid: catalogue[entry.msgid] for entry in theirs if not entry.obsolete}
    assert {msgid: text for msgid, text in said.items() if is_unfit(text, language)} == {}
    assert {msgid: said[msgid] for msgid in words} == words


@pytest.mark.parametrize("language", ["fr", "it"])
def test_months_and_weekdays_are_in_lower_case(language: str) -> None:
    with override(language):
        for number in range(1, 13):
            for form in ["l j F Y", "j N Y", "j E Y", "j b Y"]:
                day = written(date(2027, number, number), form)
                assert day == day.lower()


def test_an_italian_date_reads_as_in_a_letter() -> None:
    with override("it"):
        assert written(date(2027, 1, 12), "j F Y") == "12 gennaio 2027"


def test_italian_puts_no_article_before_a_day_or_a_number() -> None:
    """On the 8th and the 11th "il %(day)s" would be wrong: "l'8 marzo", "gli 11 posti". "Il giorno" goes with each."""
    articles = "il|lo|i|gli|al|ai|agli|dal|dai|dagli|del|dei|degli|nel|nei|negli|sul|sui|sugli"
    article = re.compile(rf"(?i)\b(?:{articles}) %\(\w+\)[sd]")
    assert article.search("valido fino al %(when)s")
    entries = ours("it", catalogues.COLLECTED).values()
    said = [text for entry in entries for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in said if article.search(text)] == []


def test_our_words_are_compiled_and_checked_but_nothing_is_collected_into_them(tmp_path: Path) -> None:
    source = tmp_path / catalogues.WORDING / "it/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "May"\nmsgstr ""\n')
    (tmp_path / "portal/page.py").write_text(
        'from django.utils.translation import gettext as _\n\nTITLE = _("Pledge")\n'
    )
    before = source.read_text()
    if shutil.which("xgettext"):
        catalogues.collect(tmp_path)
        assert (None, "Pledge") in ours("it", catalogues.COLLECTED, root=tmp_path)
    assert source.read_text() == before
    assert f"{catalogues.WORDING}/it/LC_MESSAGES/django.po:4: untranslated: May" in catalogues.problems(tmp_path)
    catalogues.compile_catalogues(tmp_path)
    assert source.with_suffix(".mo").exists()
