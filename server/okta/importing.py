"""What an import makes of the people it has read: who is known, who matches whom, who is gone.

Belongs here: the rules of Okta's page *Import* (OKTA.md 1.8). Must not know: requests, what a match leads to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.okta.universal import OktaPerson


class Likeness(StrEnum):
    """How like a row of the import is to a person in Okta."""

    EXACT = "exact"
    """The userName or the e-mail address is the person's."""
    PARTIAL = "partial"
    """Only first and last name are: an admin has to confirm it."""
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Match:
    """One person of the server whom Okta does not know as an assigned one."""

    row: Mapping[str, Any]
    """The resource as the server listed it."""
    kind: Likeness
    okta_id: str | None = None
    """Whom it looks like; None for a new one."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What Okta's dialog tells after *Import Now*."""

    scanned: int
    """Active people only: Okta drops the others (OKTA.md A38)."""
    new: int
    updated: int
    unchanged: int
    removed: int
    groups: int
    matches: tuple[Match, ...] = ()
    safeguard_tripped: bool = False
    """More would have been removed than the app allows: nobody was (OKTA.md A39)."""

    @property
    def sentence(self) -> str:
        """The dialog's sentence, in the words of Okta's test plan (OKTA.md 1.8)."""
        told = (
            f"{self.scanned} users scanned! {self.new} new user{'' if self.new == 1 else 's'} imported "
            f"{self.updated} existing users updated {self.unchanged} existing users unchanged "
            f"{self.removed} users removed {self.groups} groups scanned!"
        )
        if self.safeguard_tripped:
            told += " The import safeguard stopped the removal of people: too many would have been unassigned."
        return told


_NOT_THE_PROFILE: Final = frozenset({"meta", "groups", "schemas", "id", "password"})


def fingerprint(row: Mapping[str, Any]) -> str:
    """Tell two states of a person's profile apart, whatever their order and their ``meta``."""
    profile = {name: value for name, value in row.items() if name not in _NOT_THE_PROFILE}
    return hashlib.sha256(orjson.dumps(profile, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


class KnownPeople:
    """The people in Okta, found by what an import knows of somebody."""

    def __init__(self, people: Iterable[OktaPerson]) -> None:
        self._by_address: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        for person in people:
            self._by_address.setdefault(person.email.casefold(), person.okta_id)
            self._by_name.setdefault(person.name.casefold(), person.okta_id)
        for person in people:
            # A login says more than an address that several may share.
            self._by_address[person.login.casefold()] = person.okta_id

    def match(self, row: Mapping[str, Any]) -> Match:
        """Say who a row of the import is."""
        for address in filter(None, (row.get("userName"), *_addresses(row))):
            known = self._by_address.get(str(address).casefold())
            if known is not None:
                return Match(row, Likeness.EXACT, known)
        known = self._by_name.get(" ".join(names_of(row)).casefold())
        if known is not None and all(names_of(row)):
            return Match(row, Likeness.PARTIAL, known)
        return Match(row, Likeness.NEW)


def names_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Give first and last name of a row, empty where it has none."""
    name = row.get("name")
    if not isinstance(name, dict):
        return "", ""
    return str(name.get("givenName") or ""), str(name.get("familyName") or "")


def address_of(row: Mapping[str, Any]) -> str:
    """Give the primary e-mail address of a row, else its first, else its userName."""
    emails = [one for one in _emails(row) if one.get("primary") is True] or _emails(row)
    return str(emails[0].get("value") or "") if emails else str(row.get("userName") or "")


def is_importable(row: Mapping[str, Any]) -> bool:
    """Tell whether Okta can make a person of a row: id, userName, both names, an address (OKTA.md 1.8)."""
    return bool(row.get("id") and row.get("userName") and all(names_of(row)) and _addresses(row))


def tripped(removed: int, assigned: int, percent: int) -> bool:
    """Tell whether an import would remove more of the assigned people than the safeguard allows."""
    return removed * 100 > assigned * percent


def _emails(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    emails = row.get("emails")
    return [one for one in emails if isinstance(one, dict)] if isinstance(emails, list) else []


def _addresses(row: Mapping[str, Any]) -> Sequence[str]:
    return [str(one["value"]) for one in _emails(row) if one.get("value")]
