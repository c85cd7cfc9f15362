"""Letters about being found and asking each other, in every state: a part of letter_samples.py."""

from __future__ import annotations

from datetime import timedelta

from .letter_facts import ORGANISATION, PERSON, STARTS, Facts, States, address

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

WORKSHOP: Facts = {
    "title": {
        "de": "Eine Homepage, die uns gehört",
        "fr": "Un site internet qui nous appartient",
        "it": "Un sito web che ci appartiene",
    },
    "place": {
        "de": "Quartierzentrum Tscharnergut, Bern",
        "fr": "Centre de quartier Tscharnergut, Berne",
        "it": "Centro di quartiere Tscharnergut, Berna",
    },
    "day": {"de": "20. Mai 2027", "fr": "20 mai 2027", "it": "20 maggio 2027"},
    "url": address("workshops/example/"),
}
POOL: Facts = WORKSHOP | {"organisation": ORGANISATION, "reason": ""}
ILL: Facts = {
    "reason": {"de": "Die Fachperson ist krank.", "fr": "La spécialiste est malade.", "it": "La specialista è malata."}
}
OPENED: Facts = WORKSHOP | {
    "most": "CHF 300.00",
    "starts": WORKSHOP["day"],
    "closes": {"de": "12. März 2027", "fr": "12 mars 2027", "it": "12 marzo 2027"},
}
MEETING: Facts = WORKSHOP | {
    "title": {"de": "Barcamp Freiwilligenarbeit", "fr": "Barcamp du bénévolat", "it": "Barcamp del volontariato"},
    "url": address("meetings/example/"),
}
RESOURCE: Facts = {
    "title": {"de": "Newsletter ohne Streuverlust", "fr": "Une infolettre qui est lue", "it": "Una newsletter letta"},
    "summary": {
        "de": "Was in einen Newsletter gehört, und wie oft er kommt.",
        "fr": "Ce que contient une infolettre, et à quel rythme elle paraît.",
        "it": "Che cosa sta in una newsletter, e quanto spesso esce.",
    },
    "minutes": 6,
    "url": address("library/example/"),
}
ENTRIES = {
    "de": [
        ("Neuer Workshop: Eine Homepage, die uns gehört", "Organisationen können bis 12. März 2027 Anteile zusagen."),
        ("Neuer Workshop: Digitale Spenden", "Organisationen können bis 2. April 2027 Anteile zusagen."),
    ],
    "fr": [
        ("Nouvel atelier : Un site internet qui nous appartient", "Engagements possibles jusqu’au 12 mars 2027."),
        ("Nouvel atelier : Les dons en ligne", "Engagements possibles jusqu’au 2 avril 2027."),
    ],
    "it": [
        ("Nuovo workshop: Un sito web che ci appartiene", "Impegni possibili fino al 12 marzo 2027."),
        ("Nuovo workshop: Donazioni in rete", "Impegni possibili fino al 2 aprile 2027."),
    ],
}
KIND_TITLES = {"de": "Neue Workshops", "fr": "Nouveaux ateliers", "it": "Nuovi workshop"}


def sections(n: int, more: int = 0) -> Facts:
    """The first `n` entries, in each language, and how many `more` there are."""
    return {
        "n": n + more,
        "title": {code: entries[0][0] for code, entries in ENTRIES.items()},
        "sections": {
            code: [
                {
                    "title": KIND_TITLES[code],
                    "entries": [
                        {"title": title, "text": text, "url": address("workshops/example/")[code]}
                        for title, text in entries[:n]
                    ],
                    "more": more,
                }
            ]
            for code, entries in ENTRIES.items()
        },
    }


# What waits for staff: the sentences of two desks, and since or until when.
STAFF_TITLES = {
    "de": ["2 Anfechtungen warten auf Ihre Antwort", "1 Anmeldung zu entscheiden"],
    "fr": ["2 contestations attendent votre réponse", "1 demande à traiter"],
    "it": ["2 contestazioni attendono la Sua risposta", "1 domanda da decidere"],
}
STAFF_TEXTS = {
    "de": [
        "Bitte beantworten Sie die dringendste bis 4. März 2027, 17:00.",
        "Wartet seit dem 26. Februar 2027.",
    ],
    "fr": [
        "Veuillez répondre à la plus urgente avant cette échéance : 4 mars 2027, 17:00.",
        "En attente depuis le 26 février 2027.",
    ],
    "it": [
        "Risponda alla più urgente entro questa data: 4 marzo 2027, 17:00.",
        "In attesa da questa data: 26 febbraio 2027.",
    ],
}
DEADLINE = {"de": "4. März 2027", "fr": "4 mars 2027", "it": "4 marzo 2027"}


def for_staff(n: int, *, first: int = 0, deadline: object = "") -> Facts:
    """From the `first` of the two desks on, `n` things in all."""
    return {
        "n": n,
        "deadline": deadline,
        "entries": {
            code: [
                {"title": title, "text": text, "url": address("admin/")[code]}
                for title, text in list(zip(titles, STAFF_TEXTS[code], strict=True))[first:]
            ]
            for code, titles in STAFF_TITLES.items()
        },
    }


AT_MEETING: Facts = {
    "organisation": ORGANISATION,
    "title": {"de": "Barcamp in Bern", "fr": "Barcamp à Berne", "it": "Barcamp a Berna"},
    "starts_at": STARTS,
    "ends_at": STARTS + timedelta(hours=3),
    "place": "Quartierzentrum Tscharnergut, Bern",
    "online_url": "",
    "reason": "",
    "names": [PERSON],
    "url": address("meetings/12/"),
}
SEVERAL: Facts = {"names": [PERSON, "Luca Rossi"]}
ONLINE: Facts = {"place": "", "online_url": "https://meet.example.org/barcamp"}
DAYS: Facts = {"ends_at": STARTS + timedelta(days=1)}
CALLED_OFF: Facts = {
    "reason": {
        "de": "Zu wenige haben Zeit.",
        "fr": "Trop peu de personnes sont disponibles.",
        "it": "Troppe poche persone hanno tempo.",
    },
}
ON_A_SEAT: Facts = {
    "organisation": ORGANISATION,
    "by": PERSON,
    "title": WORKSHOP["title"],
    "place": WORKSHOP["place"],
    "starts_at": STARTS,
    "reason": "",
    "names_until": {"de": "19. Mai 2028", "fr": "19 mai 2028", "it": "19 maggio 2028"},
    "addresses_until": {"de": "19. Juni 2027", "fr": "19 juin 2027", "it": "19 giugno 2027"},
    "workshop_url": address("workshops/example/"),
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
    "pooling/letters/news.txt": {
        "funded": POOL | {"state": "funded"},
        "confirmed": POOL | {"state": "confirmed"},
        "lapsed": POOL | {"state": "lapsed"},
        "cancelled": POOL | {"state": "cancelled"} | ILL,
    },
    "workshops/letters/opened.txt": {"": OPENED},
    "notices/letters/meeting.txt": {"": MEETING},
    "resources/letters/published.txt": {"": RESOURCE},
    "notices/letters/collected.txt": {"one": sections(1), "several": sections(2), "many": sections(2, more=5)},
    "portal/letters/waiting.txt": {
        "one": for_staff(1, first=1),
        "several": for_staff(3),
        "a deadline": for_staff(3, deadline=DEADLINE),
    },
    "meetings/letters/meeting_registered.txt": {"": AT_MEETING, "online": AT_MEETING | ONLINE},
    "meetings/letters/meeting_waiting.txt": {"": AT_MEETING},
    "meetings/letters/meeting_moved_up.txt": {"": AT_MEETING, "several": AT_MEETING | SEVERAL},
    "meetings/letters/meeting_removed.txt": {"": AT_MEETING},
    "meetings/letters/meeting_reminder.txt": {"": AT_MEETING | SEVERAL, "several days": AT_MEETING | DAYS},
    "meetings/letters/meeting_changed.txt": {"": AT_MEETING, "online": AT_MEETING | ONLINE},
    "meetings/letters/meeting_called_off.txt": {"": AT_MEETING | CALLED_OFF},
    "pooling/letters/attendee_named.txt": {"": ON_A_SEAT, "by oneself": ON_A_SEAT | {"by": ""}},
    "pooling/letters/attendee_reminder.txt": {"": ON_A_SEAT},
    "pooling/letters/attendee_removed.txt": {"": ON_A_SEAT},
    "pooling/letters/attendee_called_off.txt": {"": ON_A_SEAT | ILL},
    "members/letters/contact.txt": {"": CONTACT, "no address": CONTACT | {"reply_to": ""}},
}
