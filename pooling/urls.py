"""Addresses of pledging, readable in each language."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from .views import (
    approvals,
    changing,
    documents,
    methods,
    openness,
    own_reference,
    payments,
    pledges,
    seats,
    transfers,
    waiting,
    ways,
)

app_name = "pooling"
urlpatterns = [
    path(_("pledges/new/<uuid:uuid>/"), pledges.pledge_new, name="pledge_new"),
    path(_("pledges/new/<uuid:uuid>/figures/"), pledges.pledge_consent, name="pledge_consent"),
    path(_("pledges/new/<uuid:uuid>/waiting-list/"), waiting.waiting_new, name="waiting_new"),
    path(_("pledges/<uuid:uuid>/offer/"), waiting.offer, name="offer"),
    path(_("pledges/<uuid:uuid>/offer/figures/"), waiting.offer_consent, name="offer_consent"),
    path(_("pledges/<uuid:uuid>/leave/"), waiting.waiting_leave, name="waiting_leave"),
    path(_("pledges/<uuid:uuid>/"), pledges.pledge_detail, name="pledge"),
    path(_("pledges/<uuid:uuid>/payment-method/"), pledges.pledge_setup, name="pledge_setup"),
    path(_("pledges/<uuid:uuid>/back/"), pledges.setup_return, name="setup_return"),
    path(_("pledges/<uuid:uuid>/change/"), changing.pledge_change, name="pledge_change"),
    path(_("pledges/<uuid:uuid>/withdraw/"), changing.pledge_withdraw, name="pledge_withdraw"),
    path(_("pledges/<uuid:uuid>/money/"), openness.pledge_money, name="pledge_money"),
    path(_("pledges/<uuid:uuid>/money.csv"), openness.pledge_money_csv, name="pledge_money_csv"),
    path(_("pledges/<uuid:uuid>/invoice.pdf"), documents.pledge_invoice, name="pledge_invoice"),
    path(_("pledges/<uuid:uuid>/credit-note.pdf"), documents.pledge_credit_note, name="pledge_credit_note"),
    path(_("pledges/<uuid:uuid>/receipt.pdf"), documents.pledge_receipt, name="pledge_receipt"),
    path(_("pools/<uuid:uuid>/cost-sheet/"), openness.pool_cost_sheet, name="cost_sheet"),
    path(_("pools/<uuid:uuid>/cost-sheet.csv"), openness.pool_cost_sheet_csv, name="cost_sheet_csv"),
    path(_("pledges/<uuid:uuid>/reference/"), own_reference.pledge_reference, name="pledge_reference"),
    path(_("pledges/<uuid:uuid>/way-to-pay/"), ways.pledge_way, name="pledge_way"),
    path(_("payment-methods/<uuid:uuid>/"), methods.methods, name="methods"),
    path(_("payment-methods/<uuid:uuid>/back/"), methods.methods_return, name="methods_return"),
    path(_("payment-methods/<uuid:uuid>/<int:pk>/replace/"), methods.method_replace, name="method_replace"),
    path(_("payment-methods/<uuid:uuid>/<int:pk>/remove/"), methods.method_remove, name="method_remove"),
    path(_("pledges/<uuid:uuid>/approval/"), approvals.approval_again, name="approval_again"),
    path(_("pledges/<uuid:uuid>/approval/take-back/"), approvals.approval_take_back, name="approval_take_back"),
    path(_("pledges/<uuid:uuid>/pass-on/"), transfers.pledge_transfer, name="pledge_transfer"),
    path(_("pledges/<uuid:uuid>/seats/"), seats.seats_give, name="seats_give"),
    path(_("seats/<uuid:uuid>/take-back/"), seats.seats_take_back, name="seats_take_back"),
    path(_("offers/<uuid:uuid>/"), transfers.transfer_record, name="transfer_record"),
    path(_("offer/<str:token>/"), transfers.transfer_offer, name="transfer_offer"),
    path(_("offer/<str:token>/back/"), transfers.transfer_return, name="transfer_return"),
    path(_("approval/<str:token>/"), approvals.approval, name="approval"),
    path(_("payment/<str:token>/"), payments.mend, name="mend"),
    path(_("payment/<str:token>/back/"), payments.mend_return, name="mend_return"),
    path("sandbox/<str:ref>/", payments.sandbox, name="sandbox"),
]
