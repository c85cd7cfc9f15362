"""The shapes a parameter can have, and how each reads a form value: as its real type, or refusing it as Stripe does."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import StripeError, missing, refuse

# These cannot be unset with an empty string, other texts can.
NEVER_EMPTY = {
    "cancel_url",
    "charge",
    "currency",
    "customer",
    "mode",
    "payment_intent",
    "payment_method",
    "return_url",
    "success_url",
    "type",
    "url",
}
METADATA_KEYS, METADATA_NAME, METADATA_VALUE = 50, 40, 500  # https://docs.stripe.com/api/metadata


class Shape(Protocol):
    """What all shapes can do: read the form value of the parameter called `name`."""

    def read(self, value: Any, name: str) -> Any: ...


def is_list(value: Any) -> bool:
    """Whether a parsed value came as name[0], name[1], ..."""
    return isinstance(value, dict) and bool(value) and all(key.isdigit() for key in value)


@dataclass(frozen=True)
class Text:
    longest: int

    def read(self, value: Any, name: str) -> str:
        if isinstance(value, dict):
            refuse("Invalid string", param=name)
        if value == "" and name in NEVER_EMPTY:
            refuse(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
                f"however '{name}' cannot be unset.",
                param=name,
                code="parameter_invalid_empty",
            )
        if len(value) > self.longest:
            refuse(f"Invalid string: must be at most {self.longest} characters", param=name)
        return value


@dataclass(frozen=True)
class Integer:
    def read(self, value: Any, name: str) -> int:
        if isinstance(value, dict) or not re.fullmatch(r"-?[0-9]+", value):
            refuse(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")
        return int(value)


@dataclass(frozen=True)
class Number:
    """A decimal number; handed on as text unless it is a float in the package's types."""

    as_text: bool = False

    def read(self, value: Any, name: str) -> float | str:
        if isinstance(value, dict) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            refuse(f"Invalid decimal: {value}", param=name)
        return value if self.as_text else float(value)


@dataclass(frozen=True)
class Boolean:
    def read(self, value: Any, name: str) -> bool:
        if value not in ("true", "false"):
            refuse(f"Invalid boolean: {value}", param=name)
        return value == "true"


@dataclass(frozen=True)
class Choice:
    values: tuple[str, ...]

    def read(self, value: Any, name: str) -> str:
        if value not in self.values:
            refuse(f"Invalid {name}: must be one of {', '.join(self.values[:40])}", param=name)
        return value


@dataclass(frozen=True)
class Array:
    item: Shape

    def read(self, value: Any, name: str) -> list[Any]:
        if value == "":
            return []
        if not is_list(value):
            refuse("Invalid array", param=name)
        ordered = sorted(value.items(), key=lambda pair: int(pair[0]))
        return [self.item.read(item, f"{name}[{index}]") for index, (_, item) in enumerate(ordered)]


@dataclass(frozen=True)
class Mapping:
    """Free keys, such as metadata; an empty value asks to remove its key."""

    value: Shape

    def read(self, value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            refuse("Invalid object", param=name)
        result = {
            key: item if item == "" else self.value.read(item, f"{name}[{key}]" if name else key)
            for key, item in value.items()
        }
        if name.endswith(("metadata", "metadata]")):
            self.check_metadata(result, name)
        return result

    def check_metadata(self, metadata: dict[str, str], name: str) -> None:
        for key, value in metadata.items():
            too_much = len(metadata) > METADATA_KEYS or len(key) > METADATA_NAME or len(value) > METADATA_VALUE
            if too_much or "[" in key or "]" in key:
                refuse(
                    f"Metadata: at most {METADATA_KEYS} keys, names of {METADATA_NAME} characters, values of "
                    f"{METADATA_VALUE} characters, no square brackets.",
                    param=f"{name}[{key}]",
                )


@dataclass(frozen=True)
class Record:
    """An object with known fields; nothing else may be sent."""

    fields: dict[str, Shape]
    required: frozenset[str]

    def read(self, value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            refuse("Invalid object", param=name)
        result = {}
        for key, item in value.items():
            full = f"{name}[{key}]" if name else key
            if key not in self.fields:
                self.refuse_unknown(key, full)
            result[key] = self.fields[key].read(item, full)
        for key in sorted(self.required - result.keys()):
            missing(f"{name}[{key}]" if name else key)
        return result

    def refuse_unknown(self, key: str, full: str) -> None:
        if key == "payment_method_types" and "allowed_payment_method_types" in self.fields:
            refuse(
                "The payment_method_types parameter is no longer supported on this API version. "
                "Use allowed_payment_method_types.",
                param=full,
                code="payment_method_types_no_longer_supported",
            )
        refuse(f"Received unknown parameter: {full}", param=full, code="parameter_unknown")


@dataclass(frozen=True)
class OneOf:
    """Alternatives; `clearable` ones also take an empty string, which unsets the field."""

    alternatives: tuple[Shape, ...]
    clearable: bool

    def read(self, value: Any, name: str) -> Any:
        if value == "" and self.clearable:
            return ""
        refusals = []
        for shape in self.alternatives:
            try:
                return shape.read(value, name)
            except StripeError as refusal:
                refusals.append((shape, refusal))
        raise self.most_telling(refusals, value)

    def most_telling(self, refusals: list[tuple[Shape, StripeError]], value: Any) -> StripeError:
        """The refusal of the alternative that looks like what was sent."""
        meant: tuple[type, ...] = ()
        if isinstance(value, dict):
            meant = (Array,) if is_list(value) else (Record, Mapping)
        return next((refusal for shape, refusal in refusals if isinstance(shape, meant)), refusals[0][1])
