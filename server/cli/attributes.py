"""Attributes as people write them on a command line: ``title=Countess``, ``department=Ops``, ``nickName=``.

Must not know: what an attribute may hold; the provider says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import orjson

from server.scim.path import parse_patch_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.scim.schema import ResourceType


def attribute_values(pairs: Sequence[str], resource_type: ResourceType) -> dict[str, Any]:
    """Give the body of a creation for ``attribute=value`` pairs; raises click.BadParameter, InvalidPath."""
    return {path: _value(text) for path, text in _spelled_out(pairs, resource_type) if text != ""}


def change_operations(pairs: Sequence[str], resource_type: ResourceType) -> list[dict[str, Any]]:
    """Give the operations of a PATCH for ``attribute=value`` pairs; an empty value clears.

    Raises click.BadParameter for what is no pair, InvalidPath for a name that no schema knows.
    """
    return [
        {"op": "remove", "path": path} if text == "" else {"op": "replace", "path": path, "value": _value(text)}
        for path, text in _spelled_out(pairs, resource_type)
    ]


def _spelled_out(pairs: Sequence[str], resource_type: ResourceType) -> Iterator[tuple[str, str]]:
    """Split the pairs, and put an extension's URN before a name that only the extension has."""
    for pair in pairs:
        path, text = _split(pair)
        first = path.partition("[")[0].partition(".")[0].lower()
        if ":" not in path and first not in resource_type.attributes:
            schemas = (one for one in resource_type.extensions.values() if first in one.attributes)
            schema = next(schemas, None)
            path = path if schema is None else f"{schema.id}:{path}"
        parse_patch_path(path, resource_type)
        yield path, text


def _split(pair: str) -> tuple[str, str]:
    """Split at the first equals sign outside brackets."""
    depth = 0
    for position, character in enumerate(pair):
        depth += (character == "[") - (character == "]")
        if character == "=" and depth == 0 and pair[:position].strip():
            return pair[:position].strip(), pair[position + 1 :]
    raise click.BadParameter(f"{pair!r} is no change: write ATTRIBUTE=VALUE, such as title=Countess.")


def _value(text: str) -> Any:
    """Read a value as written: JSON where it begins like an object or a list, else text."""
    if text[:1] in ("{", "["):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise click.BadParameter(f"{text!r} is not JSON: {error}.") from error
    return text
