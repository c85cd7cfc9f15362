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

NETWORK: dict[str, States] = {
    "members/letters/contact.txt": {"": CONTACT, "no address": CONTACT | {"reply_to": ""}},
}
