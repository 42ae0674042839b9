"""What *Push Groups* does in a tenant (OKTA.md 1.10, 1.11).

Belongs here: how the actions on groups change what Okta remembers. Must not know: the requests (`dialogues`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from server.okta.scenario import played
from server.okta.standing import Outcome, Provisioning, PushedGroup

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from server.okta.scenario import Step
    from server.okta.tenant import Action, OktaTenant


def push_group(tenant: OktaTenant, name: str) -> Action:
    """Push a group by name; members whom the server does not know are left out (OKTA.md A14)."""
    if not tenant.settings.push_groups:
        return tenant.ended(f"Push Groups is off: nothing is sent for {name}.")
    members = tenant.members_sent(tenant.groups[name].members)
    left_out = len(tenant.groups[name].members) - len(members)
    sentence = f"The group {name} was pushed with {_people(len(members))}."
    if left_out:
        sentence += f" {left_out} not assigned to the app or not provisioned yet: left out."
    return (yield from _send(tenant, name, tenant.client.push_group(name, members), sentence))


def push_now(tenant: OktaTenant, name: str) -> Action:
    """Send the whole membership once more."""
    if not tenant.settings.push_groups or not _is_known(tenant, name):
        return (yield from push_group(tenant, name))
    if not _is_active(tenant, name):
        return tenant.ended(f"The push of {name} is paused: nothing is sent.")
    if (told := (yield from _tell_name(tenant, name))) is not None:
        return told
    members = tenant.members_sent(tenant.groups[name].members)
    sentence = f"The group {name} was pushed again with {_people(len(members))}."
    return (yield from _send(tenant, name, tenant.client.push_now(name, members), sentence))


def rename_group(tenant: OktaTenant, name: str, new_name: str) -> Action:
    """Rename a group in Okta, and on the server where the app is set so."""
    if new_name != name and new_name in tenant.groups:
        return tenant.failed(f"There is a group {new_name} in Okta already.")
    group = tenant.groups.pop(name)
    tenant.groups[new_name] = replace(group, name=new_name)
    is_pushing = _is_pushing(tenant, name)
    if name in tenant.pushed:
        tenant.pushed[new_name] = replace(tenant.pushed.pop(name), name=new_name)
    if not is_pushing:
        if new_name in tenant.pushed:
            _move(tenant, name, new_name)
        return tenant.ended(f"{name} is called {new_name} in Okta. Not pushed: nothing is sent.")
    if not tenant.settings.rename_groups:
        _move(tenant, name, new_name)
        return tenant.ended(
            f"{name} is called {new_name} in Okta. Rename app groups to match group name in Okta is off: nothing is "
            "sent."
        )
    _, refused = yield from played(tenant.client.rename_group(name, new_name))
    if refused is not None:
        # The server still knows it by the old name; Okta keeps the id under its own.
        _move(tenant, name, new_name)
    return _settled(tenant, new_name, refused, f"The group {name} is called {new_name} in the app, too.")


def change_members(tenant: OktaTenant, name: str, added: Sequence[str] = (), removed: Sequence[str] = ()) -> Action:
    """Change who is in a group; pushed where it is a pushed one."""
    group = tenant.groups[name]
    coming = [one for one in dict.fromkeys(added) if one not in group.members]
    going = [one for one in dict.fromkeys(removed) if one in group.members]
    # Asked before it changes: whose removal Okta sends was a member that it had sent.
    gone = tenant.members_sent(going)
    kept = tuple(one for one in group.members if one not in going)
    tenant.groups[name] = replace(group, members=(*kept, *coming))
    if not _is_pushing(tenant, name):
        return tenant.ended(f"The members of {name} changed in Okta. Not pushed: nothing is sent.")
    come = tenant.members_sent(coming)
    if not come and not gone:
        return tenant.ended(f"The members of {name} changed in Okta. None of them is provisioned: nothing is sent.")
    if (told := (yield from _tell_name(tenant, name))) is not None:
        return told
    sentence = f"The group {name} was pushed: {len(come)} added, {len(gone)} removed."
    return (yield from _send(tenant, name, tenant.client.change_members(name, come, gone), sentence))


def unlink_group(tenant: OktaTenant, name: str, *, delete: bool) -> Action:
    """Push a group no more; delete it in the app, or leave it there."""
    if delete and tenant.settings.push_groups and _is_known(tenant, name):
        _, refused = yield from played(tenant.client.delete_group(name))
        if refused is not None:
            return _settled(tenant, name, refused, "")
        sentence = f"The group {name} was unlinked and deleted in the app."
    else:
        tenant.client.forget_group(name)
        sentence = f"The group {name} was unlinked; it stays in the app as it is."
    tenant.pushed.pop(name, None)
    return tenant.ended(sentence)


def link_group(tenant: OktaTenant, name: str, existing_name: str) -> Action:
    """Push to a group that the server has already; its old members stay (OKTA.md 1.11)."""
    if not tenant.settings.push_groups:
        return tenant.ended(f"Push Groups is off: nothing is sent for {name}.")
    members = tenant.members_sent(tenant.groups[name].members)
    play = tenant.client.link_group(name, existing_name, members, rename=tenant.settings.rename_groups)
    found, refused = yield from played(play)
    if refused is None and not found:
        return tenant.failed(f"There is no group {existing_name} in the app to link {name} to.")
    return _settled(tenant, name, refused, f"The group {name} is linked to {existing_name}; its old members stay.")


def deactivate_push(tenant: OktaTenant, name: str) -> Action:
    """Pause a push; nothing is sent."""
    yield from ()
    if name not in tenant.pushed:
        return tenant.failed(f"The group {name} is not pushed.")
    tenant.pushed[name] = replace(tenant.pushed[name], provisioning=Provisioning.DEACTIVATED, error="")
    return tenant.ended(f"The push of {name} is paused: nothing is sent.")


def activate_push(tenant: OktaTenant, name: str) -> Action:
    """Go on with a push: the whole membership is sent (OKTA.md 1.11)."""
    if name in tenant.pushed and tenant.settings.push_groups:
        tenant.pushed[name] = replace(tenant.pushed[name], provisioning=Provisioning.PROVISIONED)
    return (yield from push_now(tenant, name))


def _tell_name(tenant: OktaTenant, name: str) -> Generator[Step, None, Outcome | None]:
    """Push a name that the server has not learnt: the push was paused, refused, or was not to rename.

    Gives how it ended where Okta does not get past it.
    """
    if not tenant.settings.rename_groups or name not in tenant.client.shown_as:
        return None
    _, refused = yield from played(tenant.client.rename_group(name, name))
    return None if refused is None else _settled(tenant, name, refused, "")


def _send(tenant: OktaTenant, name: str, play: Generator[Step, None, Any], sentence: str) -> Action:
    _, refused = yield from played(play)
    return _settled(tenant, name, refused, sentence)


def _settled(tenant: OktaTenant, name: str, refused: Step | None, sentence: str) -> Outcome:
    server_id = tenant.client.groups.get(name, "")
    if refused is None:
        tenant.pushed[name] = PushedGroup(name, Provisioning.PROVISIONED, server_id)
        return tenant.ended(sentence)
    told = f"Unable to update Group Push mapping target App group {name}: {refused.verdict.sentence}"
    tenant.pushed[name] = PushedGroup(name, Provisioning.FAILED, server_id, told)
    return tenant.failed(told, refused)


def _is_known(tenant: OktaTenant, name: str) -> bool:
    return name in tenant.pushed and name in tenant.client.groups


def _is_pushing(tenant: OktaTenant, name: str) -> bool:
    return tenant.settings.push_groups and _is_known(tenant, name) and _is_active(tenant, name)


def _is_active(tenant: OktaTenant, name: str) -> bool:
    return tenant.pushed[name].provisioning is not Provisioning.DEACTIVATED


def _move(tenant: OktaTenant, name: str, new_name: str) -> None:
    """Keep the server's id under the new name, and what the group is called there."""
    client = tenant.client
    if name in client.groups:
        client.groups[new_name] = client.groups.pop(name)
        client.shown_as[new_name] = client.shown_as.pop(name, name)


def _people(number: int) -> str:
    return "1 member" if number == 1 else f"{number} members"
