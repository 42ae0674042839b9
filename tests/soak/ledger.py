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


def version(document: Document) -> str:
    """Give the number of a resource's version; what follows it says which groups and names it was shown with."""
    number: str = document["meta"]["version"].removeprefix('W/"').removesuffix('"').partition("-")[0]
    return number


class Ledger:
    """The resources of one client, by path; nobody else writes them."""

    def __init__(self) -> None:
        self.known: dict[str, Document] = {}
        """The shape of each resource that is there, as last acknowledged."""
        self.deleted: dict[str, None] = {}
        """What was deleted, and acknowledged."""
        self.doubtful: dict[str, list[Document | None]] = {}
        """The shapes that a resource may have after a write that was not answered; None is deleted."""
        self.uncreated: dict[tuple[str, str], Document] = {}
        """Path of the kind, name and shape of what was created without an answer: there once or not at all."""
        self._versions: dict[str, str] = {}
        """Where the last answer gave one."""

    def alive(self, prefix: str) -> list[str]:
        """Give the paths of resources that are there for certain."""
        return [path for path in self.known if path.startswith(prefix)]

    def settle(self, path: str, shape: Document | None, number: str | None = None) -> None:
        """Note what an answer said."""
        self._versions.pop(path, None)
        if shape is None:
            self.known.pop(path, None)
            self.deleted[path] = None
            return
        self.known[path] = shape
        if number is not None:
            self._versions[path] = number

    def doubt(self, path: str, outcome: Document | None) -> None:
        """Note that a write was not answered: the resource is as this says now, or as it was."""
        self._versions.pop(path, None)
        self.doubtful[path] = [self.known.pop(path), outcome]

    def forget_member(self, path: str) -> None:
        """Take a deleted person out of the groups of this ledger, as Perch does."""
        gone = path.rpartition("/")[2]
        for group, shape in self.known.items():
            if gone in shape.get("members", ()):
                shape["members"].remove(gone)
                self._versions.pop(group, None)

    def problem(self, path: str, status: int, body: bytes) -> str:
        """Say what is wrong with an answer to GET; empty when it is as acknowledged. A doubt is resolved by it."""
        if status not in {200, 404}:
            return f"{path}: {status} {body[:200]!r}"
        document = json.loads(body) if status == 200 else None
        found = None if document is None else shape(document)
        allowed = self.doubtful.pop(path, None) or [self.known.get(path)]
        number = self._versions.get(path)
        if found not in allowed:
            words = f"{path}: found {found}, acknowledged {allowed}"
        elif document is not None and number not in {None, version(document)}:
            words = f"{path}: found version {version(document)}, acknowledged {number}"
        else:
            words = ""
        self.settle(path, found, number)
        return words

    def created_after_all(self, kind: str, name: str, found: list[Document]) -> str:
        """Take note of what was found by the name of a creation that was not answered; say what is wrong with it."""
        wanted = self.uncreated.pop((kind, name))
        for document in found:
            self.settle(f"{kind}/{document['id']}", shape(document))
        if len(found) > 1 or (found and shape(found[0]) != wanted):
            return f"{name}: found {[shape(one) for one in found]}, sent {wanted}"
        return ""

    def strangers(self) -> list[str]:
        """Say which groups hold somebody who is not there: half of a deletion."""
        people = {path.rpartition("/")[2] for path in (*self.alive("/Users"), *self.doubtful)}
        return [
            f"{path} has members who are not there: {left}"
            for path, shape in self.known.items()
            if (left := set(shape.get("members", ())) - people)
        ]
