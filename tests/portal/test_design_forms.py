"""The form pack: labels, help, errors and their summary belong together, in the eyes and in the ears."""

import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Div, Field, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template import Context, Template


class SampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the register.")
    shares = forms.IntegerField(label="Shares", min_value=1)
    method = forms.ChoiceField(
        label="Method", choices=[("card", "Card"), ("twint", "TWINT")], widget=forms.RadioSelect, help_text="One."
    )
    topics = forms.MultipleChoiceField(
        label="Topics", choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, required=False
    )
    accept = forms.BooleanField(label="I accept")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    secret = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("The pool is full.")


def rendered(form: forms.Form, helper: FormHelper | None = None) -> str:
    return render_crispy_form(form, helper=helper, context={"csrf_token": "token"})


def tag_with_id(html: str, identifier: str) -> str:
    match = re.search(rf'<[^>]*\bid="{identifier}"[^>]*>', html)
    assert match, f"no element has the id {identifier}"
    return match[0]


def test_ids_are_unique_and_everything_referred_to_exists() -> None:
    html = rendered(SampleForm({"shares": "0"}))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    referred = re.findall(r'\bfor="([^"]+)"', html) + re.findall(r'href="#([^"]+)"', html)
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        referred += described.split()
    assert set(referred) <= set(ids)


def test_an_input_is_described_by_its_help_and_its_error() -> None:
    field = tag_with_id(rendered(SampleForm({})), "id_name")
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field


def test_a_group_of_radio_buttons_is_a_fieldset_with_a_legend_and_its_own_description() -> None:
    html = rendered(SampleForm({}))
    assert tag_with_id(html, "id_method").startswith("<fieldset")
    assert 'aria-describedby="id_method_helptext id_method_error"' in tag_with_id(html, "id_method")
    assert re.search(r"<legend>Method\b", html)
    assert re.search(r'id="id_method_0"[^>]*>\s*<label for="id_method_0">Card</label>', html)
    assert tag_with_id(html, "id_topics").startswith("<fieldset")


def test_a_check_box_stands_before_its_label() -> None:
    assert re.search(
        r'<input type="checkbox"[^>]*id="id_accept"[^>]*>\s*<label for="id_accept">I accept', rendered(SampleForm())
    )


def test_the_summary_leads_to_every_field_in_trouble_and_takes_focus() -> None:
    html = rendered(SampleForm({"name": "x"}))
    summary = re.search(r'<div class="error-summary[^>]*>.*?</ul>', html, re.DOTALL)
    assert summary
    assert 'role="alert"' in summary[0]
    assert 'tabindex="-1"' in summary[0]
    assert re.findall(r'href="#([^"]+)"', summary[0]) == ["id_shares", "id_method", "id_accept"]
    assert "The pool is full." in summary[0]
    assert "secret" in summary[0].lower()  # a hidden field's error is told too, without a link


def test_a_label_that_asks_gets_no_colon_in_the_summary() -> None:
    class Asking(forms.Form):
        many = forms.IntegerField(label="How many?", error_messages={"required": "Please say how many."})

    html = rendered(Asking({}))
    assert ">How many? Please say how many.</a>" in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert "error-summary" not in rendered(SampleForm())


def test_required_and_optional_are_said_in_words() -> None:
    html = rendered(SampleForm())
    assert len(re.findall(r'class="need"', html)) == 6
    assert "*" not in re.sub(r"<[^>]*>", "", html)


def test_the_form_carries_its_token_and_leaves_the_checking_to_us() -> None:
    html = rendered(SampleForm())
    assert "csrfmiddlewaretoken" in html
    assert re.search(r"<form[^>]*\bnovalidate\b", html)


def test_a_layout_keeps_fieldsets_rows_and_buttons() -> None:
    form, helper = SampleForm({}), FormHelper()
    helper.layout = Layout(
        Fieldset("Who", Row(Column("name"), Column("shares"))),
        Div(Field("method", wrapper_class="wide"), css_class="box", css_id="box"),
        "topics",
        "accept",
        "note",
        "secret",
        Submit("send", "Send it"),
    )
    html = rendered(form, helper)
    assert re.search(r"<fieldset[^>]*>\s*<legend>Who</legend>", html)
    assert tag_with_id(html, "box").startswith("<div")
    assert re.search(r'<fieldset id="id_method" class="field wide"', html)
    assert re.search(r'<button class="button[^"]*" type="submit" name="send"[^>]*>Send it</button>', html)


def test_a_layout_in_a_form_of_ones_own_has_no_second_form_tag() -> None:
    helper = FormHelper()
    helper.form_tag = False
    assert "<form" not in rendered(SampleForm(), helper)


def test_the_filters_render_the_same_parts() -> None:
    template = Template("{% load crispy_forms_filters %}{{ form|crispy }}|{{ form.name|as_crispy_field }}")
    whole, single = template.render(Context({"form": SampleForm({})})).rsplit("|", 1)
    assert "error-summary" in whole
    assert 'id="id_name_error"' in single


def test_a_formset_renders_all_its_forms() -> None:
    formset = forms.formset_factory(SampleForm, extra=2)()
    html = rendered(formset)
    assert 'name="form-0-name"' in html
    assert 'name="form-1-name"' in html
    assert 'name="form-TOTAL_FORMS"' in html
