"""Letters about being found and asking each other, in every state: a part of letter_samples.py."""

from __future__ import annotations

from .letter_facts import ORGANISATION, Facts, States, address

CONTACT: Facts = {
    "organisation": ORGANISATION,
    "sender": "Nora Niemand",
    "reply_to": "nora@familientreff.example",
    "lines": {
        "de": ["Guten Tag, wir bauen im Nachbarquartier einen Familientreff auf.", "Dürfen wir Sie einmal besuchen?"],
        "fr": ["Bonjour, nous créons un lieu de rencontre dans le quartier.", "Pouvons-nous vous rendre visite ?"],
        "it": ["Buongiorno, stiamo creando un punto d’incontro nel quartiere vicino.", "Possiamo venire a trovarvi?"],
    },
    "url": address("directory/example/"),
}

NEED: Facts = {
    "organisation": ORGANISATION,
    "title": {"de": "Eine neue Website", "fr": "Un nouveau site internet", "it": "Un nuovo sito internet"},
    "reason": "",
    "other": "",
    "url": address("needs/12/"),
}
CLOSED: Facts = {
    "state": "closed",
    "reason": {
        "de": "Dazu gibt es seit dem Frühling ein Angebot Ihres Kantons.",
        "fr": "Votre canton propose une offre à ce sujet depuis le printemps.",
        "it": "Il Suo Cantone propone un’offerta in merito dalla primavera.",
    },
}
MERGED: Facts = {
    "state": "merged",
    "other": {"de": "Website erneuern", "fr": "Renouveler le site", "it": "Rinnovare il sito"},
}

NETWORK: dict[str, States] = {
    "needs/letters/changed.txt": {
        "answered": NEED | {"state": "answered"},
        "workshop": NEED | {"state": "workshop"},
        "closed": NEED | CLOSED,
        "merged": NEED | MERGED,
        "open again": NEED | {"state": "open"},
    },
    "needs/letters/first_word.txt": {"": NEED | {"state": "first", "url": address("workshops/example/")}},
    "members/letters/contact.txt": {"": CONTACT, "no address": CONTACT | {"reply_to": ""}},
}
