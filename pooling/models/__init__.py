from .approval import APPROVAL_HOLD, Approval, ApprovalLetter, ApprovalState
from .attendee import Attendee
from .backing import Backing, BackingKind, Guarantee, Payout, PayoutTo
from .bank import BankFile, BankLine, BankLinePart, BankLineState, Receipt, SentBack
from .books import Comparison, Round, RoundKind, claim_round
from .charge import Attempt, AttemptKind, AttemptState, Charge, ChargeState
from .dispute import Dispute, DisputeState
from .event import PoolEvent, event, record, record_all
from .invoice import CreditNote, Creditor, CreditReason, Invoice, NumberSeries, WriteOff, take_numbers
from .method import TWINT_MOST, PaysBy, ProviderCustomer, SavedMethod, SetupPage, SetupState
from .pledge import HOLD, OFFER_HOLD, Pledge, PledgeState, Slot
from .pool import Pool, PoolState, WorkshopText
from .refund import Refund, RefundReason, RefundState
from .sandbox import SandboxEntry
from .seats import SeatGift
from .terms import LEAST_SHARE, Acceptance, Pricing, SurplusRule, Terms
from .transfer import TRANSFER_LIFE, Transfer, TransferState
from .webhook import WebhookEvent

__all__ = [
    "APPROVAL_HOLD",
    "HOLD",
    "LEAST_SHARE",
    "OFFER_HOLD",
    "TRANSFER_LIFE",
    "TWINT_MOST",
    "Acceptance",
    "Approval",
    "ApprovalLetter",
    "ApprovalState",
    "Attempt",
    "AttemptKind",
    "AttemptState",
    "Attendee",
    "Backing",
    "BackingKind",
    "BankFile",
    "BankLine",
    "BankLinePart",
    "BankLineState",
    "Charge",
    "ChargeState",
    "Comparison",
    "CreditNote",
    "CreditReason",
    "Creditor",
    "Dispute",
    "DisputeState",
    "Guarantee",
    "Invoice",
    "NumberSeries",
    "Payout",
    "PayoutTo",
    "PaysBy",
    "Pledge",
    "PledgeState",
    "Pool",
    "PoolEvent",
    "PoolState",
    "Pricing",
    "ProviderCustomer",
    "Receipt",
    "Refund",
    "RefundReason",
    "RefundState",
    "Round",
    "RoundKind",
    "SandboxEntry",
    "SavedMethod",
    "SeatGift",
    "SentBack",
    "SetupPage",
    "SetupState",
    "Slot",
    "SurplusRule",
    "Terms",
    "Transfer",
    "TransferState",
    "WebhookEvent",
    "WorkshopText",
    "WriteOff",
    "claim_round",
    "event",
    "record",
    "record_all",
    "take_numbers",
]
