"""What a change touched, attribute by attribute, in the words of SCIM paths.

Belongs here: the comparison of two documents of the audit. Must not know: who shows it. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from server.records import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.records import ChangeRecord

_LEFT_OUT: Final = ("schemas", "membersAdded", "membersRemoved")


def difference(change: ChangeRecord) -> list[Difference]:
    """List what a change touched, in the order in which the document has it.

    Members that came are the value after, those that went the value before. A change that was recorded without a
    document (a group that a deleted person left) shows its members only.
    """
    before: dict[str, Any] = orjson.loads(change.before or "{}")
    after: dict[str, Any] = orjson.loads(change.after or "{}")
    added, removed = after.get("membersAdded"), after.get("membersRemoved")
    is_partial = change.operation in ("replace", "modify") and change.before is None
    found = [] if is_partial else list(_compared(before, after))
    if added or removed:
        found.append(Difference("members", removed or None, added or None))
    return found


def _compared(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        if name not in _LEFT_OUT:
            # An extension's attributes stand behind its URN and a colon (RFC 7644 section 3.10).
            separator = ":" if ":" in name else "."
            yield from _differing(name, before.get(name), after.get(name), separator)


def _differing(path: str, before: Any, after: Any, separator: str = ".") -> Iterator[Difference]:
    if before == after and type(before) is type(after):
        return
    if _is(dict, before, after):
        for name in dict.fromkeys((*(before or ()), *(after or ()))):
            yield from _differing(f"{path}{separator}{name}", (before or {}).get(name), (after or {}).get(name))
    elif _is(list, before, after):
        yield from _differing_values(path, before or [], after or [])
    else:
        yield Difference(path, before, after)


def _is(kind: type, before: Any, after: Any) -> bool:
    """Tell whether both are of a kind, as far as they are there."""
    return all(isinstance(value, kind) or value is None for value in (before, after))


def _differing_values(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """Compare the values of a list by their type where each has one of its own, else as a whole."""
    ours, theirs = _by_type(before), _by_type(after)
    if ours is None or theirs is None or path in ("members", "groups"):
        gone = [value for value in before if value not in after]
        come = [value for value in after if value not in before]
        if gone or come:
            yield Difference(path, gone or None, come or None)
        return
    for kind in dict.fromkeys((*ours, *theirs)):
        # The type is part of the path already.
        one, other = ({k: v for k, v in values.get(kind, {}).items() if k != "type"} for values in (ours, theirs))
        yield from _differing(f'{path}[type eq "{kind}"]', one, other)


def _by_type(values: list[Any]) -> dict[str, dict[str, Any]] | None:
    found: dict[str, dict[str, Any]] = {}
    for value in values:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind in found:
            return None
        found[kind] = value
    return found
