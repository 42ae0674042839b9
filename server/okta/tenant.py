"""A tenant of Okta's with one app: its people and groups, who is assigned and pushed, and what its admin can do.

Belongs here: what each action leads to, by the app's settings, and what Okta remembers of it. Must not know: which
requests an action makes (`dialogues`), how an answer is judged (`verdicts`).

An action is a generator of steps that returns an `Outcome`; it sends nothing before it is played and never raises for
what a server does. Different people may be worked on by several threads at once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from server.okta import intake, pushing
from server.okta.dialogues import Kind
from server.okta.importing import ImportResult, Likeness, Match
from server.okta.mapping import mapped
from server.okta.scenario import played
from server.okta.standing import AppUser, Outcome, Provisioning, PushedGroup, TenantState
from server.okta.universal import OktaGroup, OktaPerson, Status

if TYPE_CHECKING:
    from server.okta.app import AppSettings
    from server.okta.dialogues import OktaClient
    from server.okta.person import Person
    from server.okta.scenario import Step

__all__ = [
    "Action",
    "AppUser",
    "ImportResult",
    "Likeness",
    "Match",
    "OktaGroup",
    "OktaPerson",
    "OktaTenant",
    "Outcome",
    "Provisioning",
    "PushedGroup",
    "Status",
    "TenantState",
]

Action = Generator["Step", None, Outcome]

KEPT_LINES: Final = 500
"""Sentences of the System Log that are kept."""

_OWN: Final = {"first_name", "last_name", "login", "email"}


class OktaTenant:
    """One tenant, whose app is connected by ``client``."""

    def __init__(
        self,
        client: OktaClient,
        settings: AppSettings,
        people: Iterable[OktaPerson] = (),
        groups: Iterable[OktaGroup] = (),
    ) -> None:
        self.client = client
        self.settings = settings
        self.people = {person.okta_id: person for person in people}
        self.groups = {group.name: group for group in groups}
        self.app_users: dict[str, AppUser] = {}
        self.pushed: dict[str, PushedGroup] = {}
        self.system_log: list[str] = []
        """Okta's own sentences, the newest last."""
        self.imported: dict[str, str] = {}
        """A fingerprint of each person as the last import saw them, by the server's id."""

    @property
    def settings(self) -> AppSettings:
        """How the app is set; a new value takes effect with the next action."""
        return self._settings

    @settings.setter
    def settings(self, settings: AppSettings) -> None:
        self._settings = settings
        self.client.kind = settings.kind
        self.client.batch = settings.membership_batch

    # -- memory ------------------------------------------------------------------------------------

    def state(self) -> TenantState:
        """Give all that is remembered; the settings are the app's, not part of it."""
        return TenantState(
            tuple(self.people.values()),
            tuple(self.groups.values()),
            tuple(self.app_users.values()),
            tuple(self.pushed.values()),
            dict(self.client.people),
            dict(self.client.groups),
            dict(self.client.shown_as),
            dict(self.imported),
            tuple(self.system_log),
        )

    def restore(self, state: TenantState) -> None:
        """Remember that, and nothing else."""
        self.people = {person.okta_id: person for person in state.people}
        self.groups = {group.name: group for group in state.groups}
        self.app_users = {user.okta_id: user for user in state.app_users}
        self.pushed = {group.name: group for group in state.pushed}
        self.client.people = dict(state.people_ids)
        self.client.groups = dict(state.group_ids)
        self.client.shown_as = dict(state.shown_as)
        self.imported = dict(state.imported)
        self.system_log = list(state.system_log)

    def log(self, sentence: str) -> None:
        """Write into the System Log."""
        self.system_log.append(sentence)
        del self.system_log[:-KEPT_LINES]

    def is_assigned(self, okta_id: str) -> bool:
        """Tell whether a person is assigned to the app now."""
        user = self.app_users.get(okta_id)
        return user is not None and user.provisioning is not Provisioning.DEACTIVATED and not user.leaving

    def is_provisioned(self, okta_id: str) -> bool:
        """Tell whether a person is assigned, and Okta has their id on the server from this assignment."""
        user = self.app_users.get(okta_id)
        waits = user is None or user.provisioning is Provisioning.NOT_PROVISIONED
        return user is not None and not waits and bool(user.external_id) and self.is_assigned(okta_id)

    # -- the app -----------------------------------------------------------------------------------

    def test_connection(self) -> Action:
        """*Test Connector Configuration* (OKTA.md 1.3)."""
        _, refused = yield from played(self.client.test_connection(import_groups=self.settings.import_groups))
        if refused is None:
            return self.ended("Connector configured successfully")
        return self.failed(f"Error authenticating: {refused.verdict.sentence}", refused)

    # -- people ------------------------------------------------------------------------------------

    def assign(self, okta_id: str) -> Action:
        """*Assign to People* (OKTA.md 1.4)."""
        person = self.people[okta_id]
        if person.status in (Status.SUSPENDED, Status.DEACTIVATED):
            return self.failed(f"{person.name} is {person.status}: activate the account in Okta before assigning it.")
        if person.status is Status.STAGED and self.settings.kind is not Kind.AGENT:
            self._stand(okta_id, Provisioning.NOT_PROVISIONED)
            return self.ended(f"{person.name} is assigned; Okta sends nothing until the account is activated.")
        if not self.settings.creates:
            self._stand(okta_id, Provisioning.NOT_PROVISIONED)
            return self.ended(
                f"{person.name} is assigned. Create Users is off: nothing is sent, later neither, until the admin "
                "clicks Provision User."
            )
        return (yield from self._provision(person))

    def unassign(self, okta_id: str) -> Action:
        """Take the assignment away: the person is deactivated on the server, never deleted (OKTA.md 1.6)."""
        return (yield from self._leave(okta_id, f"{self.people[okta_id].name} was unassigned from the app."))

    def assign_group(self, name: str) -> Action:
        """*Assign to Groups*: everybody in it, one after the other."""
        members = [one for one in self.groups[name].members if not self.is_assigned(one) and one in self.people]
        return (yield from self._each(members, self.assign, "assigned"))

    def unassign_group(self, name: str) -> Action:
        """Take the assignment of a group's members away."""
        users = [self.app_users.get(one) for one in self.groups[name].members]
        members = [one.okta_id for one in users if one and one.provisioning is not Provisioning.DEACTIVATED]
        return (yield from self._each(members, self.unassign, "unassigned"))

    def edit(self, okta_id: str, **changes: str) -> Action:
        """Change a profile in Okta, by Okta's names; pushed where the person is provisioned (OKTA.md 1.5)."""
        before = self.people[okta_id]
        own: dict[str, Any] = {name: value for name, value in changes.items() if name in _OWN}
        more = {name: value for name, value in changes.items() if name not in _OWN}
        self.people[okta_id] = person = replace(before, **own, attributes={**before.attributes, **more})
        if not self.is_assigned(okta_id):
            return self.ended(f"{person.name}'s profile is changed. Not assigned to the app: nothing is sent.")
        if not self.is_provisioned(okta_id):
            return self.ended(f"{person.name}'s profile is changed. Not provisioned yet: nothing is sent.")
        if not self.settings.updates:
            return self.ended(f"{person.name}'s profile is changed. Update User Attributes is off: nothing is sent.")
        sent = self._mapped(person)
        _, refused = yield from played(self.client.update_profile(sent))
        return self._settled(
            person,
            refused,
            f"The profile of {person.name} was pushed to {self.settings.label}.",
            f"Automatic profile push of user {person.name} to app {self.settings.label} failed",
            user_name=sent.user_name,
        )

    def deactivate(self, okta_id: str) -> Action:
        """Deactivate the account in Okta; only its leaving the app makes traffic (OKTA.md 1.6)."""
        self.people[okta_id] = replace(self.people[okta_id], status=Status.DEACTIVATED)
        return (yield from self._leave(okta_id, f"{self.people[okta_id].name} is deactivated in Okta."))

    def reactivate(self, okta_id: str) -> Action:
        """Activate the account again: nothing is sent, and the assignment is gone (OKTA.md 1.6)."""
        return self._only_in_okta(okta_id, Status.ACTIVE, "is active again in Okta. Assign it to the app once more")

    def suspend(self, okta_id: str) -> Action:
        """Suspend the account, which no app is told (OKTA.md 1.6)."""
        return self._only_in_okta(okta_id, Status.SUSPENDED, "is suspended in Okta")

    def unsuspend(self, okta_id: str) -> Action:
        """Let the account be used again, which no app is told."""
        return self._only_in_okta(okta_id, Status.ACTIVE, "is not suspended any more")

    def set_password(self, okta_id: str, password: str) -> Action:
        """Change the password in Okta; sent with *Sync Password* only (OKTA.md 1.7)."""
        person, user = self.people[okta_id], self.app_users.get(okta_id)
        if user is None or user.provisioning is not Provisioning.PROVISIONED:
            return self.ended(f"{person.name} has a new password. Not provisioned: nothing is sent.")
        if not self.settings.sync_password:
            return self.ended(f"{person.name} has a new password. Sync Password is off: nothing is sent.")
        _, refused = yield from played(self.client.sync_password(self._mapped(person), password))
        return self._settled(
            person,
            refused,
            f"The password of {person.name} was pushed to {self.settings.label}.",
            f"Automatic password push of user {person.name} to app {self.settings.label} failed",
        )

    def provision_backlog(self) -> Action:
        """*Provision User*: everybody who is assigned and not provisioned, in one burst (OKTA.md 1.4 d)."""
        waiting = [
            user.okta_id
            for user in list(self.app_users.values())
            if user.provisioning in (Provisioning.NOT_PROVISIONED, Provisioning.FAILED)
            and not user.leaving
            and self.people[user.okta_id].status in (Status.ACTIVE, Status.STAGED)
        ]
        return (yield from self._each(waiting, self.assign, "provisioned"))

    # -- import ------------------------------------------------------------------------------------

    def import_now(self) -> Action:
        """*Import Now*: everybody, page by page, then the groups (OKTA.md 1.8, 1.9); found is an ImportResult."""
        return intake.import_now(self)

    def confirm_import(self, matches: Iterable[Match]) -> None:
        """*Confirm Assignments*: link those who match, make the new ones; nothing is sent."""
        intake.confirm_import(self, matches)

    # -- groups ------------------------------------------------------------------------------------

    def push_group(self, name: str) -> Action:
        """*Push Groups*, by name (OKTA.md 1.10, 1.11)."""
        return pushing.push_group(self, name)

    def push_now(self, name: str) -> Action:
        """*Push Now*: the whole membership once more."""
        return pushing.push_now(self, name)

    def rename_group(self, name: str, new_name: str) -> Action:
        """Rename a group in Okta; pushed where *Rename app groups to match group name in Okta* is on."""
        return pushing.rename_group(self, name, new_name)

    def add_members(self, name: str, okta_ids: Sequence[str]) -> Action:
        """Put people into a group."""
        return pushing.change_members(self, name, added=okta_ids)

    def remove_members(self, name: str, okta_ids: Sequence[str]) -> Action:
        """Take people out of a group."""
        return pushing.change_members(self, name, removed=okta_ids)

    def unlink_group(self, name: str, *, delete: bool) -> Action:
        """*Unlink pushed group*: delete it in the app, or leave it there."""
        return pushing.unlink_group(self, name, delete=delete)

    def link_group(self, name: str, existing_name: str) -> Action:
        """*Link Group*: push to a group that the server has already; its old members stay."""
        return pushing.link_group(self, name, existing_name)

    def deactivate_push(self, name: str) -> Action:
        """Pause a push; nothing is sent."""
        return pushing.deactivate_push(self, name)

    def activate_push(self, name: str) -> Action:
        """Go on with a push: the whole membership is sent."""
        return pushing.activate_push(self, name)

    def members_sent(self, okta_ids: Iterable[str]) -> list[Person]:
        """Give those of a group's members whom Okta sends: assigned, and with an id (OKTA.md A14)."""
        return [self._mapped(self.people[one]) for one in okta_ids if one in self.people and self.is_provisioned(one)]

    # -- how actions end ---------------------------------------------------------------------------

    def ended(self, sentence: str, found: Any = None) -> Outcome:
        """End well, and say so in the System Log."""
        self.log(sentence)
        return Outcome(ok=True, sentence=sentence, found=found)

    def failed(self, sentence: str, refused: Step | None = None) -> Outcome:
        """End with what Okta shows its admin."""
        self.log(sentence)
        return Outcome(ok=False, sentence=sentence, refused=refused)

    # -- inside ------------------------------------------------------------------------------------

    def _provision(self, person: OktaPerson) -> Action:
        sent = self._mapped(person, is_new=True)
        found, refused = yield from played(self.client.assign(sent))
        return self._settled(
            person,
            refused if found is None else None,
            f"{person.name} was provisioned to {self.settings.label}.",
            f"Automatic provisioning of user {person.name} to app {self.settings.label} failed",
            user_name=sent.user_name,
        )

    def _leave(self, okta_id: str, sentence: str) -> Action:
        person, user = self.people[okta_id], self.app_users.get(okta_id)
        if user is None or user.provisioning is Provisioning.DEACTIVATED:
            return self.ended(f"{sentence} Not assigned to the app: nothing is sent.")
        if not user.external_id:
            del self.app_users[okta_id]
            return self.ended(f"{sentence} Never provisioned: nothing is sent.")
        if not self.settings.deactivate_users:
            self._stand(okta_id, Provisioning.DEACTIVATED)
            return self.ended(f"{sentence} Deactivate Users is off: nothing is sent.")
        _, refused = yield from played(self.client.deactivate(self._mapped(person)))
        return self._settled(
            person,
            refused,
            f"{sentence} {self.settings.label} was told that the person is inactive.",
            f"Automatic deprovisioning of user {person.name} from app {self.settings.label} failed",
            then=Provisioning.DEACTIVATED,
        )

    def _each(self, okta_ids: Sequence[str], act: Any, done: str) -> Action:
        """Do one after the other; a failure of one does not keep Okta from the next."""
        failures: list[Outcome] = []
        for okta_id in okta_ids:
            outcome = yield from act(okta_id)
            if not outcome.ok:
                failures.append(outcome)
        if not failures:
            return self.ended(f"{len(okta_ids)} {'person' if len(okta_ids) == 1 else 'people'} {done}.")
        told = f"{len(failures)} of {len(okta_ids)} people were not {done}. {failures[0].sentence}"
        return Outcome(ok=False, sentence=told, refused=failures[0].refused)

    def _only_in_okta(self, okta_id: str, status: Status, what: str) -> Action:
        yield from ()
        person = self.people[okta_id] = replace(self.people[okta_id], status=status)
        return self.ended(f"{person.name} {what}: nothing is sent.")

    def _mapped(self, person: OktaPerson, *, is_new: bool = False) -> Person:
        user = self.app_users.get(person.okta_id)
        kept = self.settings.exclude_username_updates and not is_new and user is not None
        return mapped(person, self.settings, user_name=user.user_name if kept and user is not None else "")

    def _stand(
        self, okta_id: str, provisioning: Provisioning, error: str = "", user_name: str = "", *, leaving: bool = False
    ) -> None:
        before = self.app_users.get(okta_id)
        self.app_users[okta_id] = AppUser(
            okta_id,
            provisioning,
            self.client.people.get(okta_id, ""),
            error,
            user_name or (before.user_name if before else ""),
            leaving,
        )

    def _settled(
        self,
        person: OktaPerson,
        refused: Step | None,
        sentence: str,
        failure: str,
        *,
        then: Provisioning = Provisioning.PROVISIONED,
        user_name: str = "",
    ) -> Outcome:
        if refused is None:
            self._stand(person.okta_id, then, user_name=user_name)
            return self.ended(sentence)
        told = f"{failure}: {refused.verdict.sentence}"
        self._stand(person.okta_id, Provisioning.FAILED, told, leaving=then is Provisioning.DEACTIVATED)
        return self.failed(told, refused)
