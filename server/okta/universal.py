"""People and groups as Okta's Universal Directory holds them, before an app maps anything.

Belongs here: values. Must not know: apps, SCIM.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """How an account in Okta is."""

    STAGED = "staged"
    """Made, and not activated yet."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Okta tells no app (OKTA.md 1.6)."""
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class OktaPerson:
    """A person in Okta."""

    okta_id: str
    login: str
    first_name: str
    last_name: str
    email: str
    attributes: Mapping[str, str | bool] = field(default_factory=dict)
    """By Okta's names: ``title``, ``department``, ``mobilePhone``. ``secondEmail`` is an attribute, too."""
    status: Status = Status.ACTIVE

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class OktaGroup:
    """A group in Okta."""

    name: str
    members: tuple[str, ...] = ()
    """Okta's ids of people."""
