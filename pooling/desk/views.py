"""The bank in Wagtail's admin: importing its files, and saying what their lines are for."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from pooling.actions.bank_files import Imported, import_bank_file
from pooling.actions.bank_lines import assign_line, dismiss_line
from pooling.actions.errors import LineSettled, NotInFrancs, Refused
from pooling.actions.splitting import split_line
from pooling.invoices.camt import LARGEST
from pooling.invoices.camt_errors import BankFileRefused
from pooling.models import BankFile, BankLine, BankLinePart, Pledge
from pooling.money import format_chf
from pooling.views.documents import document

from .forms import AssignForm, DismissForm, FileForm, PartFormSet

PERMISSION = "pooling.import_bankfile"
FILES_SHOWN = 20
PARTS = Prefetch(
    "parts", BankLinePart.objects.select_related("receipt__charge__invoice", "receipt__charge__pledge__organisation")
)


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest) -> HttpResponse:
    """What waits for staff, the last files, and a form for the next one."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read(LARGEST + 1)
        try:
            imported = import_bank_file(content=content, by=request.user, now=timezone.now())
        except BankFileRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            say(request, imported)
            return redirect("desk_bank")
    queue = BankLine.objects.queue().select_related("charge__invoice", "charge__pledge__organisation").order_by("pk")
    files = BankFile.objects.select_related("imported_by").annotate(added=Count("lines"))[:FILES_SHOWN]
    context = {"form": form, "queue": queue, "files": files, "page_title": _("Bank"), "header_icon": "upload"}
    return render(request, "desk/bank.html", context)


def say(request: HttpRequest, imported: Imported) -> None:
    """The result of an import in figures."""
    if imported.is_known:
        messages.info(request, _("This file was imported before. Nothing was added."))
        return
    new = ngettext("%(n)d new line.", "%(n)d new lines.", imported.added) % {"n": imported.added}
    booked = ngettext(
        "%(n)d payment booked, %(amount)s.", "%(n)d payments booked, %(amount)s in all.", imported.booked
    ) % {"n": imported.booked, "amount": format_chf(imported.amount)}
    sentences = [new, booked]
    if imported.booked_back:
        sentences.append(
            ngettext(
                "%(n)d payment taken back by the bank.",
                "%(n)d payments taken back by the bank.",
                imported.booked_back,
            )
            % {"n": imported.booked_back}
        )
    if imported.sent_back:
        sentences.append(
            ngettext(
                "%(n)d refund was sent by the bank and counts as paid back.",
                "%(n)d refunds were sent by the bank and count as paid back.",
                imported.sent_back,
            )
            % {"n": imported.sent_back}
        )
    if imported.queued:
        sentences.append(
            ngettext("%(n)d line waits for you.", "%(n)d lines wait for you.", imported.queued) % {"n": imported.queued}
        )
    messages.success(request, " ".join(sentences))


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD"])
def bank_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines that a file was the first to tell of."""
    file = get_object_or_404(BankFile, pk=pk)
    lines = file.lines.select_related("charge__invoice", "charge__pledge__organisation", "receipt")
    lines = lines.prefetch_related(PARTS)
    context = {
        "file": file,
        "lines": lines,
        "page_title": _("File of the bank"),
        "page_subtitle": file,
        "header_icon": "upload",
    }
    return render(request, "desk/bank_file.html", context)


def can_be_booked(line: BankLine) -> bool:
    """Whether it can be a payment for an invoice: it is in francs, and no transfer of ours that came back."""
    return not line.is_foreign and not (line.is_credit and line.is_reversal)


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line: all that the bank says of it, and the two things that staff can do with it."""
    lines = BankLine.objects.select_related("charge__invoice", "receipt", "decided_by").prefetch_related(PARTS)
    line = get_object_or_404(lines, pk=pk)
    posted = request.POST if request.method == "POST" else None
    assign = AssignForm(posted if posted and "assign" in posted else None, line=line)
    dismiss = DismissForm(posted if posted and "dismiss" in posted else None)
    now = timezone.now()
    try:
        if assign.is_bound and assign.is_valid():
            told = assign.cleaned_data
            assign_line(line=line, charge=told["charge"], same_as=told.get("same_as"), by=request.user, now=now)
            messages.success(request, _("The line is booked."))
            return redirect("desk_bank")
        if dismiss.is_bound and dismiss.is_valid():
            dismiss_line(line=line, note=dismiss.cleaned_data["note"], by=request.user, now=now)
            messages.success(request, _("The line is put aside."))
            return redirect("desk_bank")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_bank_line", pk=pk)
    context = {
        "line": line,
        "assign": assign if can_be_booked(line) else None,
        "dismiss": dismiss,
        "can_decide": line.is_queued or line.state == "dismissed",
        "page_title": _("Line of the bank"),
        "header_icon": "upload",
    }
    return render(request, "desk/bank_line.html", context)


@permission_required(PERMISSION, raise_exception=True)
@require_safe
def pledge_document(request: HttpRequest, uuid: UUID, kind: str) -> HttpResponse:
    """The invoice, credit note or receipt of a pledge, as the organisation gets it."""
    return document(get_object_or_404(Pledge, uuid=uuid), kind)


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """One transfer for several invoices: which, and how much for each."""
    line = get_object_or_404(BankLine, pk=pk)
    if not can_be_booked(line) or not (line.is_queued or line.state == "dismissed"):
        messages.error(request, str(LineSettled() if not line.is_foreign else NotInFrancs()))
        return redirect("desk_bank_line", pk=pk)
    formset = PartFormSet(request.POST if request.method == "POST" else None, line=line)
    if formset.is_bound and formset.is_valid():
        try:
            split_line(line=line, parts=formset.parts, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The line is booked in its parts."))
            return redirect("desk_bank")
    context = {
        "line": line,
        "formset": formset,
        "page_title": _("Split over several invoices"),
        "header_icon": "upload",
    }
    return render(request, "desk/split_line.html", context)
