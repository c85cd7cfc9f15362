"""Singular and plural, with and without accents, are found under one stem."""

from __future__ import annotations

import pytest

from home.stemming import fold, stem, stems

PAIRS = {
    "de": """Schulung Schulungen, Verein Vereine, Haus Häuser, Buch Bücher, Beratung Beratungen, Stiftung Stiftungen,
        Vorlage Vorlagen, Kanal Kanäle, Vorstand Vorstände, Kurs Kurse, Frage Fragen, Spende Spenden, Datei Dateien,
        Werkzeug Werkzeuge, Konto Konten, Bild Bilder, Passwort Passwörter, Netzwerk Netzwerke, Mitglied Mitglieder,
        Sitzung Sitzungen, Beitrag Beiträge, Anteil Anteile, Rechnung Rechnungen, Projekt Projekte, Prozess Prozesse,
        Aufgabe Aufgaben, Angebot Angebote, Zugang Zugänge, Gesetz Gesetze, Formular Formulare, Thema Themen,
        Website Websites, Stadt Städte, Organisation Organisationen""",
    "fr": """école écoles, formation formations, association associations, fondation fondations, modèle modèles,
        réseau réseaux, journal journaux, atelier ateliers, outil outils, membre membres, donnée données, canal canaux,
        comité comités, don dons, fichier fichiers, séance séances, cotisation cotisations, facture factures, loi lois,
        bénévole bénévoles, projet projets, tâche tâches, offre offres, formulaire formulaires, travail travaux,
        liste listes, année années, jeu jeux, bureau bureaux, lieu lieux, mémoire mémoires""",
    "it": """scuola scuole, formazione formazioni, associazione associazioni, fondazione fondazioni, modello modelli,
        rete reti, laboratorio laboratori, strumento strumenti, domanda domande, membro membri, sito siti, dato dati,
        processo processi, canale canali, comitato comitati, corso corsi, donazione donazioni, immagine immagini,
        quota quote, fattura fatture, volontario volontari, progetto progetti, compito compiti, offerta offerte,
        legge leggi, modulo moduli, lista liste, anno anni, banca banche, amico amici, attività attivita, tema temi""",
}
TABLE = [(language, *pair.split()) for language, pairs in PAIRS.items() for pair in pairs.split(",")]


@pytest.mark.parametrize(("language", "singular", "plural"), TABLE)
def test_singular_and_plural_have_one_stem_with_and_without_accents(language: str, singular: str, plural: str) -> None:
    forms = {singular, plural, fold(singular), fold(plural), singular.upper()}
    assert len({stem(form, language) for form in forms}) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Beratung", "Bereich"),
        ("de", "Haus", "Hase"),
        ("de", "Verein", "Vereinbarung"),
        ("fr", "don", "donnée"),
        ("fr", "école", "écologie"),
        ("it", "quota", "quotidiano"),
        ("it", "rete", "retta"),
    ],
)
def test_different_words_are_kept_apart(language: str, one: str, other: str) -> None:
    assert stem(one, language) != stem(other, language)


def test_words_that_tell_nothing_are_left_out() -> None:
    assert stems("Die Schulung für den Verein!", "de") == [stem("Schulung", "de"), stem("Verein", "de")]
    assert stems("l’école d'aujourd'hui", "fr")[0] == stem("ecole", "fr")
    assert stems("…?! – «»", "it") == []


def test_sharp_s_and_ligatures_are_written_out() -> None:
    assert (fold("Größe"), fold("Cœur"), fold("ÉCOLE")) == ("grosse", "coeur", "ecole")
