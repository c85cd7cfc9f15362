"""What Stripe accepts and answers, read from the installed stripe package's own types.

A parameter type is a TypedDict: a field without NotRequired is required, a Literal is a choice (`Literal[...] | str`
means choices that may grow: here the known ones count), `Literal[""]` lets a field be unset. A resource class is
annotated with its fields: an Optional one starts as null.
"""

from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import stripe
from stripe import params as stripe_params
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import get_type_hints, is_typeddict

from .limits import LONGEST, limits_of
from .shapes import Array, Boolean, Choice, Integer, Mapping, Number, OneOf, Record, Shape, Text

API_VERSION = stripe.api_version
RESOURCES: dict[str, Any] = {
    resource.OBJECT_NAME: resource
    for resource in (
        stripe.Charge,
        stripe.Customer,
        stripe.Dispute,
        stripe.Event,
        stripe.Mandate,
        stripe.PaymentIntent,
        stripe.PaymentMethod,
        stripe.Refund,
        stripe.SetupIntent,
        stripe.WebhookEndpoint,
        stripe.checkout.Session,
    )
}
SCALARS: dict[Any, Shape] = {bool: Boolean(), int: Integer(), float: Number(), Decimal: Number(as_text=True)}
# The request options among the hints name these, which the modules of the parameter types don't import.
REQUEST_OPTION_NAMES = {"Mapping": dict, "StripeContext": object}
# Optional in the classes, yet not null but absent: unless the object is deleted, or the field is expanded.
ABSENT = {
    "charge": {"refunds"},
    "checkout.session": {"line_items"},
    "customer": {"deleted", "invoice_credit_balance", "sources", "subscriptions", "tax_ids"},
}


@cache
def accepted(params: str) -> Record:
    """The shape of a request, by its parameter type: `CustomerCreateParams`, `checkout.SessionListParams`."""
    module: Any = stripe_params
    *path, name = params.split(".")
    for part in path:
        module = getattr(module, part)
    return Deriver(limits_of(params)).record(getattr(module, name), "", leave_out=RequestOptions.__annotations__.keys())


@cache
def nullable(kind: str) -> tuple[str, ...]:
    """The fields with which an object of this kind starts as null."""
    fields = RESOURCES[kind].__annotations__.items()
    absent = ABSENT.get(kind, set())
    return tuple(name for name, hint in fields if NoneType in get_args(hint) and name not in absent)


def has_field(kind: str, field: str) -> bool:
    return field in RESOURCES[kind].__annotations__


class Deriver:
    """Turns type hints into shapes; `limits` are the lengths the types don't tell."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits

    def record(self, kind: Any, path: str, *, leave_out: Any = ()) -> Record:
        hints = get_type_hints(kind, localns=REQUEST_OPTION_NAMES)
        fields = {
            name: self.shape(hint, f"{path}.{name}" if path else name)
            for name, hint in hints.items()
            if name not in leave_out
        }
        return Record(fields, frozenset(kind.__required_keys__) - frozenset(leave_out))

    def shape(self, hint: Any, path: str) -> Shape:
        if is_typeddict(hint):
            return self.record(hint, path)
        kind, arguments = get_origin(hint) or hint, get_args(hint)
        if kind in (Union, UnionType):
            return self.union(arguments, path)
        if kind is Literal:
            return Choice(arguments)
        if kind is list:
            return Array(self.shape(arguments[0], path + "[]"))
        if kind is dict:
            return Mapping(self.shape(arguments[1], path + "{}"))
        if kind is str:
            return Text(self.limits.get(path, LONGEST))
        if kind in SCALARS:
            return SCALARS[kind]
        raise TypeError(path, hint)

    def union(self, hints: tuple[Any, ...], path: str) -> Shape:
        hints = tuple(hint for hint in hints if get_origin(hint) is not UntypedStripeObject and hint is not NoneType)
        shapes = [self.shape(hint, path) for hint in hints if hint != Literal[""]]
        if any(isinstance(shape, Choice) for shape in shapes):
            shapes = [shape for shape in shapes if not isinstance(shape, Text)]
        clearable = Literal[""] in hints
        if len(shapes) == 1 and not clearable:
            return shapes[0]
        return OneOf(tuple(shapes), clearable)
