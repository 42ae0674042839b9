"""Canonical values: what one attribute's value means (RFC 7643 §2.3), each attribute compiled once.

Belongs here: types, sizes, lists, sub-attributes. Must not know: resource types, what is required, requests.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from server.scim.date_time import parse_instant
from server.scim.errors import InvalidValue
from server.scim.tolerances import (
    NUL,
    boolean_from_string,
    complex_from_string,
    is_ignored,
    is_only_a_label,
    is_unassigned,
    keep_one_primary,
    list_from_single,
    member_id_from_reference,
    nest,
    without_duplicates,
)

if TYPE_CHECKING:
    from server.scim.schema import Attribute

TEXT_LIMIT = 65_536
"""Characters that a string, a reference or a binary value may have."""
UNIQUE_TEXT_LIMIT = 1_024
"""Characters that a unique value (userName, a group's displayName) may have: it is a key of an index."""
VALUES_LIMIT = 1_000
"""Values that a multi-valued attribute may have; members have no limit but the body's."""

Canonicaliser = Callable[[Any, list[str]], Any]
"""Takes a value and the list of ignored names; gives the canonical value, None where it is unassigned."""

_REMEDY = "Correct the mapping of this attribute, or leave it out."
_JSON_NAMES = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_BASE64URL = str.maketrans("-_", "+/")


class Unfit(Exception):  # not an error yet: it becomes InvalidValue once the path is known
    """A value does not fit its attribute; each complex attribute on the way out adds its part of the path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str] = []

    def invalid_value(self, path: str, separator: str = ".") -> InvalidValue:
        """Give the error that names the attribute under ``path``, the fault and the remedy."""
        full = separator.join([path, ".".join(self.path)]) if self.path else path
        return InvalidValue(f"{full} {self.reason}. {_REMEDY}")


class Entry(NamedTuple):
    """What a table knows of a name; ``convert`` is None for what is passed over."""

    name: str
    convert: Canonicaliser | None
    plain: bool
    """Any text that is neither empty nor long, and holds no U+0000, is canonical as it stands."""


def json_name(value: Any) -> str:
    """Say what a value is in JSON's words, for a sentence."""
    return _JSON_NAMES.get(type(value), "something else")


def table_of(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Key entries by their spelling and by their folded name: the usual spelling costs one look-up."""
    table: dict[str, Entry] = {}
    for entry in entries:
        table[entry.name] = table[entry.name.lower()] = entry
    return table


def as_sent(value: Any) -> Any:
    """Give a value that no schema describes, an unknown extension's; raises Unfit where it holds U+0000."""
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is str:
            if NUL in item:
                raise _holds_nul()
        elif type(item) is dict:
            pending += item.keys()
            pending += item.values()
        elif type(item) is list:
            pending += item
    return value


def entry_of(attribute: Attribute) -> Entry:
    """Compile an attribute for a table."""
    if is_ignored(attribute):
        return Entry(attribute.name, None, plain=False)
    plain = attribute.type in ("string", "reference") and not attribute.multi_valued
    return Entry(attribute.name, canonicaliser(attribute), plain)


@lru_cache(maxsize=2_048)
def canonicaliser(attribute: Attribute) -> Canonicaliser:
    """Compile an attribute; the function raises Unfit where the value does not fit."""
    single: Canonicaliser
    if attribute.type == "complex":
        single = complex_canonicaliser(attribute.name, attribute.sub_attributes)
    elif attribute.type == "string" and attribute.uniqueness != "none":
        single = _unique_text
    else:
        single = _SIMPLE[attribute.type]
    if not attribute.multi_valued:
        return single
    if attribute.type == "complex":
        return _complex_values(attribute, single)
    return _simple_values(single)


def complex_canonicaliser(label: str, attributes: Mapping[str, Attribute]) -> Canonicaliser:
    """Compile a complex attribute, or an extension: ``label`` is its name or its URN."""
    table = table_of(entry_of(attribute) for attribute in attributes.values())
    separator = ":" if ":" in label else "."
    has_value = "value" in attributes

    def dotted_path(key: str, _: Any) -> tuple[str, ...] | None:
        outer, _dot, inner = key.partition(".")
        attribute = attributes.get(outer.lower())
        if attribute is None or attribute.multi_valued or inner.lower() not in attribute.sub_attributes:
            return None
        return attribute.name, inner

    def convert(value: Any, ignored: list[str]) -> dict[str, Any] | None:
        if type(value) is not dict:
            if is_unassigned(value):
                return None
            if type(value) is str and has_value:
                return convert(complex_from_string(value), ignored)
            raise Unfit(f"must be an object, but {json_name(value)} was sent")
        document: dict[str, Any] = {}
        is_nested = False
        for key, item in value.items():
            entry = table.get(key) or table.get(key.lower())
            if entry is None:
                if "." in key and not is_nested:
                    nested = nest(value, dotted_path)
                    if nested is not value:
                        return convert(nested, ignored)
                    is_nested = True
                ignored.append(f"{label}{separator}{key}")
                continue
            name, convert_item, plain = entry
            if plain and type(item) is str and 0 < len(item) <= UNIQUE_TEXT_LIMIT and NUL not in item:
                document[name] = item
            elif convert_item is not None:
                try:
                    item = convert_item(item, ignored)  # noqa: PLW2901 # the sent value is not needed again
                except Unfit as unfit:
                    unfit.path.insert(0, name)
                    raise
                if item is not None:
                    document[name] = item
        return document or None

    return convert


def _complex_values(attribute: Attribute, single: Canonicaliser) -> Canonicaliser:
    sub_attributes = attribute.sub_attributes
    names_resources = "$ref" in sub_attributes
    has_primary = "primary" in sub_attributes
    folds = "value" in sub_attributes and not sub_attributes["value"].case_exact

    def identity(value: dict[str, Any]) -> Any:
        if "value" not in value:
            return repr(sorted(value.items()))
        if names_resources:
            return value["value"]
        name = value["value"]
        return (name.casefold() if folds else name), value.get("type", "").casefold()

    def convert(values: Any, ignored: list[str]) -> list[dict[str, Any]] | None:
        kept: list[dict[str, Any]] = []
        for value in _listed(values, None if names_resources else VALUES_LIMIT):
            item = single(value, ignored)
            if names_resources:
                kept.append(_named(item))
            elif item is not None and not is_only_a_label(item):
                kept.append(item)
        if len(kept) > 1:
            kept = without_duplicates(kept, identity)
            if has_primary:
                kept = keep_one_primary(kept)
        # An empty list of members empties the group, while none at all leaves it alone (OKTA.md 1.10).
        return kept or ([] if names_resources and type(values) is list else None)

    return convert


def _named(item: dict[str, Any] | None) -> dict[str, Any]:
    """Give a value that names a resource, with its id; dropping one without would remove a member by PUT."""
    if item is not None and "value" in item:
        return item
    resource_id = None if item is None else member_id_from_reference(item.get("$ref", ""))
    if item is None or resource_id is None:
        raise Unfit('must name each resource by its id, as in {"value": "2819c223"}')
    return {"value": resource_id, **item}


def _simple_values(single: Canonicaliser) -> Canonicaliser:
    def convert(values: Any, ignored: list[str]) -> list[Any] | None:
        kept: list[Any] = []
        for value in _listed(values, VALUES_LIMIT):
            item = single(value, ignored)
            if item is not None and item not in kept:
                kept.append(item)
        return kept or None

    return convert


def _listed(values: Any, limit: int | None) -> list[Any]:
    if type(values) is not list:
        return [] if is_unassigned(values) else list_from_single(values)
    if limit is not None and len(values) > limit:
        raise Unfit(f"has {len(values)} values, more than the {limit} that are kept")
    return values


def _text(value: Any, _: list[str]) -> str | None:
    if type(value) is not str:
        if is_unassigned(value):
            return None
        raise Unfit(f"must be a string, but {json_name(value)} was sent")
    if len(value) > TEXT_LIMIT:
        raise Unfit(f"has {len(value)} characters, more than the {TEXT_LIMIT} that are kept")
    if NUL in value:
        raise _holds_nul()
    return value or None


def _holds_nul() -> Unfit:
    return Unfit("holds the control character U+0000, which no text may hold")


def _unique_text(value: Any, ignored: list[str]) -> str | None:
    text = _text(value, ignored)
    if text is not None and len(text) > UNIQUE_TEXT_LIMIT:
        raise Unfit(f"has {len(text)} characters, more than the {UNIQUE_TEXT_LIMIT} that are kept")
    return text


def _boolean(value: Any, _: list[str]) -> bool | None:
    if type(value) is bool:
        return value
    if type(value) is str and (known := boolean_from_string(value)) is not None:
        return known
    if is_unassigned(value):
        return None
    raise Unfit(f"must be true or false, but {json_name(value)} was sent")


def _integer(value: Any, _: list[str]) -> int | None:
    if type(value) is int:
        return value
    if is_unassigned(value):
        return None
    raise Unfit(f"must be a whole number, but {json_name(value)} was sent")


def _decimal(value: Any, _: list[str]) -> float | None:
    if type(value) is int or type(value) is float:
        return value
    if is_unassigned(value):
        return None
    raise Unfit(f"must be a number, but {json_name(value)} was sent")


def _date_time(value: Any, ignored: list[str]) -> str | None:
    text = _text(value, ignored)
    if text is None:
        return None
    if "T" not in text.upper() or parse_instant(text) is None:  # a date alone is no xsd:dateTime
        raise Unfit("must be a date and time such as 2026-11-23T20:48:31Z")
    return text


def _binary(value: Any, ignored: list[str]) -> str | None:
    text = _text(value, ignored)
    if text is not None:
        # RFC 7643 §2.3.6 allows both alphabets; PEM tools break lines, base64url leaves the padding away.
        packed = "".join(text.split()).translate(_BASE64URL).rstrip("=")
        try:
            binascii.a2b_base64(packed + "=" * (-len(packed) % 4), strict_mode=True)
        except ValueError:
            raise Unfit("must be base64 (RFC 4648)") from None
    return text


def _any(value: Any, _: list[str]) -> Any | None:
    return None if is_unassigned(value) else as_sent(value)


_SIMPLE: dict[str, Canonicaliser] = {
    "string": _text,
    "reference": _text,
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _decimal,
    "dateTime": _date_time,
    "binary": _binary,
    "any": _any,
}
