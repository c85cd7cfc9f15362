"""A page with every component in its states, for whoever works on the design. Development only."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

STATES = [
    ("info", "Zusagen möglich"),
    ("wait", "Zahlung fehlt"),
    ("done", "Findet statt"),
    ("over", "Nicht zustande gekommen"),
    ("trouble", "Abgesagt"),
]
FIELDS = [
    {"standing": 3, "pending": 0, "threshold": 8, "capacity": 14},
    {"standing": 7, "pending": 1, "threshold": 8, "capacity": 12},
    {"standing": 10, "pending": 0, "threshold": 9, "capacity": 15},
    {"standing": 21, "pending": 3, "threshold": 27, "capacity": 44},
    {"standing": 30, "pending": 2, "threshold": 40, "capacity": 56},
    {"standing": 77, "pending": 5, "threshold": 90, "capacity": 150},
    {"standing": 180, "pending": 12, "threshold": 240, "capacity": 400},
]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name der Organisation", max_length=80)
    mail = forms.EmailField(
        label="E-Mail-Adresse", help_text="Dorthin schreiben wir, sobald die Schwelle erreicht ist."
    )
    shares = forms.IntegerField(
        label="Anzahl Anteile", min_value=1, help_text="Ein Anteil kostet höchstens CHF 300.00 und enthält einen Platz."
    )
    canton = forms.ChoiceField(
        label="Kanton",
        choices=[("", "Bitte wählen"), ("BE", "Bern"), ("VD", "Waadt"), ("TI", "Tessin")],
        required=False,
    )
    method = forms.ChoiceField(
        label="Zahlungsmittel",
        choices=[
            ("1", "Visa, endet auf 4242, bereits gespeichert"),
            ("new", "Auf der nächsten Seite eine Karte angeben"),
        ],
        widget=forms.RadioSelect,
        help_text="Belastet wird erst, wenn die Schwelle erreicht ist.",
    )
    topics = forms.MultipleChoiceField(
        label="Themen",
        choices=[("web", "Homepage"), ("data", "Datenschutz")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Bemerkung", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    accept = forms.BooleanField(
        label="Ich darf diese Organisation verpflichten und nehme die Bedingungen dieses Finanzierungspools an."
    )


@require_http_methods(["GET", "HEAD", "POST"])
def components(request: HttpRequest) -> HttpResponse:
    """Every component. Sending the form empty shows it with its errors."""
    form = SampleForm(request.POST if request.method == "POST" else None)
    return render(request, "portal/design.html", {"form": form, "states": STATES, "fields": FIELDS})
