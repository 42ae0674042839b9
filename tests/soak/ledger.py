"""What the endpoint answered, and whether it is still so: the other side's memory of every acknowledged write.

A write that was answered must be there after any kill. One that was not may have happened or not, but never half.
"""

from __future__ import annotations

import json
from typing import Any

Document = dict[str, Any]
SHOWN = ("userName", "displayName", "externalId", "name", "emails", "title", "active")
"""What is compared; what Perch adds itself (meta, a person's groups) is compared where it is known."""


def shape(document: Document) -> Document:
    """Give what a client wrote of a resource, members as a sorted list of ids."""
    found: Document = {name: document[name] for name in SHOWN if name in document}
    if "urn:ietf:params:scim:schemas:core:2.0:Group" in document["schemas"]:
        found["members"] = sorted(member["value"] for member in document.get("members", ()))
    return found


class Ledger:
    """The resources of one client, by path; nobody else writes them."""

    def __init__(self) -> None:
        self.known: dict[str, Document | None] = {}
        """The shape of each resource as last acknowledged; None when it is deleted."""
        self.doubtful: dict[str, list[Document | None]] = {}
        """The shapes that a resource may have after a write that was not answered."""
        self.unanswered_names: list[str] = []
        """Names of people and groups whose creation was not answered: there once or not at all."""

    def alive(self, prefix: str) -> list[str]:
        """Give the paths of resources that are there for certain."""
        return [p for p, shape in self.known.items() if shape is not None and p.startswith(prefix)]

    def settle(self, path: str, shape: Document | None) -> None:
        """Note what an answer said."""
        self.known[path] = shape

    def doubt(self, path: str, *outcomes: Document | None) -> None:
        """Note that a write was not answered: the resource has one of these shapes now, or the one it had."""
        self.doubtful[path] = [self.known.pop(path), *outcomes]

    def forget_member(self, path: str) -> None:
        """Take a deleted person out of the groups of this ledger, as Perch does."""
        gone = path.rpartition("/")[2]
        for shapes in (self.known.values(), *self.doubtful.values()):
            for shape in shapes:
                if shape is not None and gone in shape.get("members", ()):
                    shape["members"].remove(gone)

    def problem(self, path: str, status: int, body: bytes) -> str:
        """Say what is wrong with an answer to GET; empty when it is as acknowledged. A doubt is resolved by it."""
        found = shape(json.loads(body)) if status == 200 else None
        if status not in {200, 404}:
            return f"{path}: {status} {body[:200]!r}"
        allowed = self.doubtful.pop(path, None)
        if allowed is None:
            allowed = [self.known[path]]
        self.known[path] = found
        return "" if found in allowed else f"{path}: found {found}, acknowledged {allowed}"
