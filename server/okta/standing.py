"""How a person or group of Okta's stands with the app, and how an action ended.

Belongs here: values, and their form on disk. Must not know: actions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from server.okta.universal import OktaGroup, OktaPerson, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.okta.scenario import Step


class Provisioning(StrEnum):
    """What has become of an assignment or a group push."""

    NOT_PROVISIONED = "not provisioned"
    """Assigned, and nothing was sent: the feature was off (OKTA.md 1.4, backlog)."""
    PROVISIONED = "provisioned"
    DEACTIVATED = "deactivated"
    """Unassigned, or the push is paused; Okta keeps the id."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AppUser:
    """A person as assigned to the app."""

    okta_id: str
    provisioning: Provisioning
    external_id: str = ""
    """The server's id; empty while Okta has none."""
    error: str = ""
    """What Okta shows its admin; empty when nothing is wrong."""
    user_name: str = ""
    """The userName that the server was given."""
    leaving: bool = False
    """Unassigned in Okta, and the server could not be told: unassigning once more tries it again."""


@dataclass(frozen=True, slots=True)
class PushedGroup:
    """A group under *Push Groups*."""

    name: str
    provisioning: Provisioning
    external_id: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action ended."""

    ok: bool
    sentence: str
    """What Okta shows its admin, or does without showing it."""
    refused: Step | None = None
    """The first request that Okta did not get past."""
    found: Any = None
    """What was asked for: an ImportResult of an import."""


@dataclass(frozen=True, slots=True)
class TenantState:
    """Everything that a tenant remembers, to be put back later."""

    people: tuple[OktaPerson, ...] = ()
    groups: tuple[OktaGroup, ...] = ()
    app_users: tuple[AppUser, ...] = ()
    pushed: tuple[PushedGroup, ...] = ()
    people_ids: Mapping[str, str] = field(default_factory=dict)
    """The server's ids by Okta's."""
    group_ids: Mapping[str, str] = field(default_factory=dict)
    """The server's ids by the name in Okta."""
    shown_as: Mapping[str, str] = field(default_factory=dict)
    """The server's name of a group, where it is not Okta's."""
    imported: Mapping[str, str] = field(default_factory=dict)
    """A fingerprint of each person as the last import saw them, by the server's id."""
    system_log: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave; raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            people=tuple(OktaPerson(**{**one, "status": Status(one["status"])}) for one in document["people"]),
            groups=tuple(OktaGroup(one["name"], tuple(one["members"])) for one in document["groups"]),
            app_users=tuple(
                AppUser(**{**one, "provisioning": Provisioning(one["provisioning"])}) for one in document["app_users"]
            ),
            pushed=tuple(
                PushedGroup(**{**one, "provisioning": Provisioning(one["provisioning"])}) for one in document["pushed"]
            ),
            people_ids=dict(document["people_ids"]),
            group_ids=dict(document["group_ids"]),
            shown_as=dict(document["shown_as"]),
            imported=dict(document["imported"]),
            system_log=tuple(document["system_log"]),
        )
