"""Disputes: https://docs.stripe.com/api/disputes. Banks open and decide them, which the control `dispute` plays."""

from typing import Any

from .errors import refuse
from .listing import listing
from .routes import operation
from .world import DAY, Object, Params, World, random_text

DAYS_TO_ANSWER = 7
INQUIRY = "warning_"
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
# Refunds of the payment are refused as long as its money is with the bank: https://docs.stripe.com/disputes
REFUNDABLE = ("won", "warning_closed", "warning_needs_response", "warning_under_review", "prevented")
STATUSES = (*OPEN, "won", "lost", "warning_closed", "prevented")


@operation("GET", "/v1/disputes", "DisputeListParams")
def list_disputes(world: World, params: Params) -> Object:
    charge, intent = params.get("charge"), params.get("payment_intent")
    return listing(world, world.all("dispute"), params, "/v1/disputes", charge=charge, payment_intent=intent)


@operation("GET", "/v1/disputes/{dispute}", "DisputeRetrieveParams")
def retrieve_dispute(world: World, params: Params, dispute: str) -> Object:
    return world.get(dispute, "dispute", "id")


@operation("POST", "/v1/disputes/{dispute}", "DisputeUpdateParams")
def update_dispute(world: World, params: Params, dispute: str) -> Object:
    found = world.get(dispute, "dispute", "id")
    world.set_metadata(found, params.get("metadata"))
    if params.get("submit", True) and params.get("evidence"):
        found["evidence_details"].update(has_evidence=True, submission_count=1)
        turn(world, found, found["status"].replace("needs_response", "under_review"))
    else:
        world.emit("charge.dispute.updated", found)
    return found


@operation("POST", "/v1/disputes/{dispute}/close", "DisputeCloseParams")
def close_dispute(world: World, params: Params, dispute: str) -> Object:
    found = world.get(dispute, "dispute", "id")
    if found["status"] not in OPEN:
        refuse(f"This dispute is already {found['status']}.")
    turn(world, found, "lost")
    return found


def open_dispute(world: World, charge: Object, *, amount: int | None, reason: str, status: str) -> Object:
    """What the bank of whoever paid does: it asks (`warning_...`), or takes the money at once."""
    dispute = world.add(
        "dispute",
        amount=charge["amount"] - charge["amount_refunded"] if amount is None else amount,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={},
        evidence_details={
            "due_by": world.now() + DAYS_TO_ANSWER * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=status in REFUNDABLE,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=reason,
        status=status,
    )
    charge["disputed"] = True
    world.emit("charge.dispute.created", dispute)
    if not status.startswith(INQUIRY):
        move(world, dispute, -dispute["amount"])
    return dispute


def turn(world: World, dispute: Object, status: str) -> None:
    """It goes on: an inquiry becomes a dispute, an answer was given, or the bank has decided."""
    withdrawn = -sum(each["amount"] for each in dispute["balance_transactions"])
    dispute.update(status=status, is_charge_refundable=status in REFUNDABLE)
    if status in OPEN:
        world.emit("charge.dispute.updated", dispute)
        if not status.startswith(INQUIRY) and not withdrawn:
            move(world, dispute, -dispute["amount"])
        return
    dispute["evidence_details"]["due_by"] = None
    if status == "won" and withdrawn:
        move(world, dispute, withdrawn)
    elif status == "lost" and not withdrawn:
        move(world, dispute, -dispute["amount"])
    world.emit("charge.dispute.closed", dispute)


def move(world: World, dispute: Object, amount: int) -> None:
    """Money leaves the account's balance, or comes back to it."""
    transaction: dict[str, Any] = {
        "id": f"txn_{random_text(24)}",
        "object": "balance_transaction",
        "amount": amount,
        "created": world.now(),
        "currency": dispute["currency"],
        "fee": 0,
        "net": amount,
        "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
        "source": dispute["id"],
        "type": "adjustment",
    }
    dispute["balance_transactions"].append(transaction)
    world.emit(f"charge.dispute.funds_{'withdrawn' if amount < 0 else 'reinstated'}", dispute)


def check_undisputed(world: World, charge: Object) -> None:
    """Refuses a refund of a charge whose money a bank holds or has taken."""
    for dispute in world.all("dispute"):
        if dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"]:
            refuse(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
