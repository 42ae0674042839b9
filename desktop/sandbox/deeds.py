"""What an admin of Okta can do here: with a person, with a group, with the app; in the words of Okta's console.

Belongs here: which deed stands open when, and which requests it plays. Must not know: widgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop.sandbox.words import tr
from server.okta.tenant import Provisioning, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from server.okta.tenant import OktaTenant

    Play = Callable[..., Generator[Any, None, Any]]


class Asks(StrEnum):
    """What has to be known before a deed is done."""

    NOTHING = "nothing"
    PROFILE = "profile"
    PASSWORD = "password"  # noqa: S105 -- what is asked for, not a secret
    NEW_NAME = "new name"
    EXISTING_NAME = "existing name"
    NEW_MEMBERS = "new members"
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do; `play` takes the tenant, the key of whom it is done to, and what was asked for."""

    name: str
    text: str
    icon: str
    play: Play
    asks: Asks = Asks.NOTHING
    is_open: bool = True
    """Whether it makes sense for whom it is shown."""


def app_deeds() -> tuple[Deed, ...]:
    """List what is done with the app itself."""
    return (
        Deed("test", tr("Test connection"), "broadcast", lambda tenant: tenant.test_connection()),
        Deed("import", tr("Import now"), "download-simple", lambda tenant: tenant.import_now()),
        Deed("backlog", tr("Provision everybody who waits"), "queue", lambda tenant: tenant.provision_backlog()),
    )


def person_deeds(tenant: OktaTenant, okta_id: str) -> Sequence[Deed]:
    """List what can be done with a person; what is most likely wanted comes first."""
    person, user = tenant.people[okta_id], tenant.app_users.get(okta_id)
    is_active = person.status is Status.ACTIVE
    is_assigned = user is not None and user.provisioning is not Provisioning.DEACTIVATED
    is_there = user is not None and bool(user.external_id)
    leaves = user is not None and user.leaving
    deeds = (
        Deed("assign", tr("Assign"), "plus", _assign, is_open=is_active and not is_assigned),
        Deed(
            "retry",
            tr("Retry"),
            "arrow-clockwise",
            _unassign if leaves else _assign,
            is_open=user is not None and bool(user.error) and (leaves or (is_active and is_assigned)),
        ),
        Deed("edit", tr("Edit profile…"), "pencil-simple", _edit, Asks.PROFILE, is_open=is_active),
        Deed("unassign", tr("Unassign"), "minus", _unassign, is_open=is_active and is_assigned),
        Deed("reactivate", tr("Activate"), "user-plus", _reactivate, is_open=person.status is Status.DEACTIVATED),
        Deed("unsuspend", tr("Unsuspend"), "play", _unsuspend, is_open=person.status is Status.SUSPENDED),
        Deed("deactivate", tr("Deactivate in Okta"), "user-minus", _deactivate, is_open=is_active),
        Deed("suspend", tr("Suspend"), "pause", _suspend, is_open=is_active),
        Deed("password", tr("Set password…"), "lock-key", _password, Asks.PASSWORD, is_open=is_active and is_there),
    )
    return sorted(deeds, key=lambda deed: not deed.is_open)


def group_deeds(tenant: OktaTenant, name: str) -> Sequence[Deed]:
    """List what can be done with a group; what is most likely wanted comes first."""
    pushed = tenant.pushed.get(name)
    is_linked = pushed is not None
    is_off = pushed is not None and pushed.provisioning is Provisioning.DEACTIVATED
    deeds = (
        Deed("push", tr("Push by name"), "upload-simple", _push, is_open=not is_linked),
        Deed("push_now", tr("Push now"), "arrow-clockwise", _push_now, is_open=is_linked and not is_off),
        Deed("rename", tr("Rename…"), "pencil-simple", _rename, Asks.NEW_NAME),
        Deed("add", tr("Add members…"), "user-plus", _add, Asks.NEW_MEMBERS),
        Deed("remove", tr("Remove members…"), "user-minus", _remove, Asks.MEMBERS),
        Deed("assign", tr("Assign its people"), "users", _assign_group),
        Deed("unassign", tr("Unassign its people"), "minus", _unassign_group),
        Deed("link", tr("Link an existing group…"), "link-simple", _link, Asks.EXISTING_NAME, is_open=not is_linked),
        Deed("off", tr("Deactivate the push"), "pause", _off, is_open=is_linked and not is_off),
        Deed("on", tr("Activate the push"), "play", _on, is_open=is_off),
        Deed("unlink", tr("Unlink, leave the group"), "link-break", _unlink, is_open=is_linked),
        Deed("delete", tr("Unlink and delete the group"), "trash", _unlink_and_delete, is_open=is_linked),
    )
    return sorted(deeds, key=lambda deed: not deed.is_open)


def _assign(tenant: OktaTenant, key: str) -> Any:
    return tenant.assign(key)


def _unassign(tenant: OktaTenant, key: str) -> Any:
    return tenant.unassign(key)


def _edit(tenant: OktaTenant, key: str, changes: Mapping[str, str]) -> Any:
    return tenant.edit(key, **changes)


def _deactivate(tenant: OktaTenant, key: str) -> Any:
    return tenant.deactivate(key)


def _reactivate(tenant: OktaTenant, key: str) -> Any:
    return tenant.reactivate(key)


def _suspend(tenant: OktaTenant, key: str) -> Any:
    return tenant.suspend(key)


def _unsuspend(tenant: OktaTenant, key: str) -> Any:
    return tenant.unsuspend(key)


def _password(tenant: OktaTenant, key: str, password: str) -> Any:
    return tenant.set_password(key, password)


def _push(tenant: OktaTenant, key: str) -> Any:
    return tenant.push_group(key)


def _push_now(tenant: OktaTenant, key: str) -> Any:
    return tenant.push_now(key)


def _rename(tenant: OktaTenant, key: str, name: str) -> Any:
    return tenant.rename_group(key, name)


def _add(tenant: OktaTenant, key: str, ids: Sequence[str]) -> Any:
    return tenant.add_members(key, ids)


def _remove(tenant: OktaTenant, key: str, ids: Sequence[str]) -> Any:
    return tenant.remove_members(key, ids)


def _assign_group(tenant: OktaTenant, key: str) -> Any:
    return tenant.assign_group(key)


def _unassign_group(tenant: OktaTenant, key: str) -> Any:
    return tenant.unassign_group(key)


def _link(tenant: OktaTenant, key: str, name: str) -> Any:
    return tenant.link_group(key, name)


def _off(tenant: OktaTenant, key: str) -> Any:
    return tenant.deactivate_push(key)


def _on(tenant: OktaTenant, key: str) -> Any:
    return tenant.activate_push(key)


def _unlink(tenant: OktaTenant, key: str) -> Any:
    return tenant.unlink_group(key, delete=False)


def _unlink_and_delete(tenant: OktaTenant, key: str) -> Any:
    return tenant.unlink_group(key, delete=True)
