"""Where this service provider is kinder than RFC 7643/7644 ask: one named function per deviation of clients.

Belongs here: what a client was seen to send, why, and what is made of it; values, resource and patch call
these. Must not know: schemas as a whole, requests, storage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from server.scim.schema import Attribute

NAME_PARTS = ("honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix")
"""The components of a name in the order in which ``formatted`` shows them (RFC 7643 §4.1.1)."""

NUL = "\0"
"""U+0000, which no text may hold: SQLite ends a JSON string there. Here tolerance ends."""

_BOOLEANS = {"true": True, "false": False}
_LABELS = frozenset({"type", "primary", "display"})
_OUR_URNS = ("urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:api:")


def boolean_from_string(text: str) -> bool | None:
    """Read ``"True"`` or ``"false"`` in any case; None where it is neither.

    Entra sends ``active`` as a string (OKTA.md C2).
    """
    return _BOOLEANS.get(text.lower())


def complex_from_string(text: str) -> dict[str, Any]:
    """Take a bare string for the ``value`` of a complex attribute.

    Entra sends the manager as a plain id (OKTA.md C9), and members as plain ids (OKTA.md C12).
    """
    return {"value": text}


def list_from_single(value: Any) -> list[Any]:
    """Take a single value for a list of one, where the attribute is multi-valued.

    RFC 7643 §2.4 wants a list even for one value; form-like clients send the value alone (OKTA.md A44).
    """
    return [value]


def is_unassigned(value: Any) -> bool:
    """Tell null, the empty string, the empty list and the empty object: each unassigns (RFC 7643 §2.5).

    An attribute emptied in Okta may come as ``""``, null or not at all (OKTA.md 1.5, section 9); a group
    member's ``display`` (A10) and ``$ref`` (C11) come as null; a manager is removed by ``""`` (C9).
    """
    return value is None or value in ("", [], {})


def is_only_a_label(value: Mapping[str, Any]) -> bool:
    """Tell a value of a list that holds nothing but its ``type``, ``primary`` and ``display``.

    A client that maps an empty e-mail address sends its label still; a label of nothing is no value
    (RFC 7643 §2.5, OKTA.md 1.5).
    """
    return value.keys() <= _LABELS


def is_ignored(attribute: Attribute) -> bool:
    """Tell an attribute whose value in a body is passed over without an error.

    A PUT echoes whatever was returned: ``id``, ``meta``, ``groups`` (OKTA.md A6, A16, A18); a ``password``
    comes with every POST, though password sync is off, and is forgotten unread (A17).
    """
    return attribute.mutability in ("readOnly", "writeOnly")


def is_foreign_extension(key: str, value: Any) -> bool:
    """Tell the object of an extension that no schema here describes; it is kept as sent.

    Custom attributes come under their own URN (OKTA.md 1.4 b), and Entra names one of its own that begins
    with ``http:`` (OKTA.md 6). What carries the URN of a core schema or of a message is no extension.
    """
    if type(value) is not dict or ":" not in key or NUL in key:
        return False
    folded = key.lower()
    return folded.startswith(("urn:", "http:", "https:")) and not folded.startswith(_OUR_URNS)


def member_id_from_reference(reference: str) -> str | None:
    """Take a member's id from its ``$ref`` where the ``value`` is missing: the last segment of the URI.

    RFC 7643 §2.4 lets a client name a resource by reference alone.
    """
    return reference.rstrip("/").rpartition("/")[2] or None


def keep_one_primary(values: Sequence[Mapping[str, Any]], winner: int | None = None) -> list[dict[str, Any]]:
    """Leave ``primary`` true on one value only, and set it false on the others that claim it.

    ``winner`` is the position of the value that was set last; without it the last one of the list wins. RFC
    7643 §2.4 allows one; Entra's added values must not end with two (OKTA.md C4). The input is not changed.
    """
    claims = [position for position, value in enumerate(values) if value.get("primary") is True]
    if len(claims) < 2:
        return [dict(value) for value in values]
    kept = winner if winner in claims else claims[-1]
    return [
        {**value, "primary": False} if value.get("primary") is True and position != kept else dict(value)
        for position, value in enumerate(values)
    ]


def without_duplicates(
    values: Iterable[dict[str, Any]], identity: Callable[[dict[str, Any]], Any]
) -> list[dict[str, Any]]:
    """Merge the values of a list that have the same identity: in the first one's place, the last one's word.

    RFC 7643 §2.4 wants no (type, value) twice; Okta's PUT merges its own address into the list that it read
    (OKTA.md 1.5), and its membership lists may name somebody twice (OKTA.md 1.11).
    """
    kept: dict[Any, dict[str, Any]] = {}
    for value in values:
        key = identity(value)
        earlier = kept.get(key)
        kept[key] = value if earlier is None else {**earlier, **value}
    return list(kept.values())


def nest(body: Mapping[str, Any], path_of: Callable[[str, Any], tuple[str, ...] | None]) -> Mapping[str, Any]:
    """Move each value whose key is a path to where the path leads (OKTA.md C7, C8).

    ``path_of`` gives the names to follow: () for an object that belongs into ``body`` itself, None for a key
    that is no path. The input is not changed; where nothing moves it is the answer.
    """
    paths = [(key, path) for key, value in body.items() if (path := path_of(key, value)) is not None]
    if not paths:
        return body
    nested = dict(body)
    for key, _ in paths:
        del nested[key]
    # Looked up, not searched for: a body may hold many thousand paths, and as many other names.
    copied: dict[int, dict[str, Any]] = {id(nested): nested}
    spellings = {id(nested): _spellings(nested)}
    for key, path in paths:
        if not path:
            nested.update(body[key])
            for folded, name in _spellings(body[key]).items():
                spellings[id(nested)].setdefault(folded, name)
            continue
        holder = nested
        for name in path[:-1]:
            spelling = spellings[id(holder)].setdefault(name.lower(), name)
            inner = holder.get(spelling)
            if id(inner) not in copied:
                inner = holder[spelling] = dict(inner) if type(inner) is dict else {}
                copied[id(inner)] = inner
                spellings[id(inner)] = _spellings(inner)
            holder = copied[id(inner)]
        holder[path[-1]] = body[key]
        spellings[id(holder)].setdefault(path[-1].lower(), path[-1])
    return nested


def _spellings(value: Mapping[str, Any]) -> dict[str, str]:
    """Give the first of the names that are the same without case, by that name in lower case."""
    found: dict[str, str] = {}
    for name in value:
        found.setdefault(name.lower(), name)
    return found


def formatted_name(name: Mapping[str, Any]) -> str | None:
    """Compose ``formatted`` from the components; None where there is neither a given nor a family name."""
    if "givenName" not in name and "familyName" not in name:
        return None
    return " ".join([name[part] for part in NAME_PARTS if part in name])


def settle_formatted_name(name: dict[str, Any]) -> None:
    """Make ``formatted`` describe the components, in place.

    Okta's PUT echoes the ``formatted`` that it read together with new components (OKTA.md A16), so one that
    does not contain every component is stale and composed anew. One that does, such as ``Smith, Jane``, was
    mapped on purpose and stays.
    """
    formatted = name.get("formatted")
    if formatted is not None:
        folded = formatted.casefold()
        if all(name[part].casefold() in folded for part in NAME_PARTS if part in name):
            return
    composed = formatted_name(name)
    if composed is not None:
        name["formatted"] = composed


def may_read_capabilities(user_agent: str) -> bool:
    """Tell whether a client may be Okta's on-prem agent, a Java program, to whom its capabilities are told anywhere.

    In SCIM 2.0 it looks for them in ServiceProviderConfig (OKTA.md 2.3), where other clients, as an example
    scim2-client, take an extension for an error.
    """
    folded = user_agent.lower()
    return "okta" in folded or "java" in folded
