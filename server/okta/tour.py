"""The guided tour: the features of the provisioning guide, and groups, in an order in which each is seen to work.

Belongs here: what is played, what is said to it, what must have come true. Must not know: who plays it, how fast, how
it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from server.okta.company import HERE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from server.okta.scenario import Step
    from server.okta.tenant import OktaPerson, OktaTenant, Outcome

KEYS: Final = (
    "connection",
    "push_users",
    "update",
    "deactivate",
    "reactivate",
    "import_users",
    "import_updates",
    "push_groups",
    "members",
    "rename",
)
"""The stages in their order."""

HIRES: Final = 4
"""People whom the tour assigns."""

STRANGERS: Final = 3
"""How many of those who are in Perch, the last ones, are nobody whom Okta knows."""

_KNOWN: Final = frozenset(one["userName"] for one in HERE.people)


class Unmet(Exception):
    """What was expected of a stage did not come true; the text says what."""


class Directory(Protocol):
    """What can be seen and edited on the server's own side, by the names that Okta knows."""

    def person(self, user_name: str) -> Mapping[str, Any] | None:
        """Show a person as a SCIM resource; None where there is none."""

    def group(self, name: str) -> Mapping[str, Any] | None:
        """Show a group by its displayName, members included; None where there is none."""

    def edit(self, user_name: str, attribute: str, value: str) -> None:
        """Set one attribute, a SCIM path such as ``title``, as an admin of the server would."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stop of the tour. `play` it to its end, then let `check` look at what it ended with."""

    key: str
    """One of KEYS."""
    title: str
    """As the guide calls the feature: ``Push New Users``."""
    story: str
    """Two or three short sentences for a projector: what the admin clicks, what goes over the wire, what changes."""
    look_at: str
    """One short sentence: where to look."""
    subjects: tuple[str, ...]
    """The userNames and group names on the server's side that change."""
    play: Callable[[], Generator[Step, None, Outcome]]
    check: Callable[[Outcome], str]
    """Give what came true, in a sentence; raises Unmet."""


def tour(tenant: OktaTenant, directory: Directory) -> tuple[Stage, ...]:
    """Give the stages in their order; each builds on those before it, from a fresh tenant and directory on.

    Nothing is sent or looked up before a stage is played. Raises ValueError for an Okta of too few people.
    """
    return _Tour(tenant, directory).stages()


class _Tour:
    """The people that the tour is about, and its stages."""

    def __init__(self, tenant: OktaTenant, directory: Directory) -> None:
        self._okta = tenant
        self._directory = directory
        self._team, team = _team(tenant)
        # The head of the company is in another group, and comes into the team's later.
        self._hires = [next(iter(tenant.people.values())), *team][:HIRES]
        self._head, self._hero, self._leaver = self._hires[0], self._hires[2], self._hires[3]
        self._new_title = f"Director of {self._team}"
        self._new_name = f"{self._team} worldwide"
        self._guest = HERE.people[-1]
        self._guest_title = f"Chief {self._guest['title']}"

    def stages(self) -> tuple[Stage, ...]:
        hero, leaver, head = _name(self._hero), _name(self._leaver), _name(self._head)
        guest = self._guest["displayName"]
        logins = tuple(person.login for person in self._hires)
        return (
            Stage(
                "connection",
                "Test connection",
                "The admin pastes base URL and token into Okta and clicks Test Connector Configuration. Okta asks for "
                "the first two people, to see that somebody answers.",
                "On the wire: a GET that is answered with a list.",
                (),
                self._okta.test_connection,
                lambda _: "Okta takes the URL and the token",
            ),
            Stage(
                "push_users",
                "Push New Users",
                f"The admin assigns {len(self._hires)} people to the app. For each of them Okta first asks whether the "
                "userName is taken, then creates the person.",
                f"On Perch's side: {head} and the others appear, one after the other.",
                logins,
                self._assign_all,
                self._were_created,
            ),
            Stage(
                "update",
                "Push Profile Updates",
                f"{hero} is promoted, and somebody in HR changes the title in Okta. Okta reads the person, puts the "
                "change in and sends all of it back.",
                f"On Perch's side: the title becomes {self._new_title}.",
                (self._hero.login,),
                lambda: self._okta.edit(self._hero.okta_id, title=self._new_title),
                self._was_updated,
            ),
            Stage(
                "deactivate",
                "Push User Deactivation",
                f"{leaver} leaves, and the admin deactivates the account in Okta. Okta says that the person is not "
                "active any more; it never deletes anybody.",
                "On Perch's side: the row stays, and is inactive.",
                (self._leaver.login,),
                lambda: self._okta.deactivate(self._leaver.okta_id),
                self._is_inactive,
            ),
            Stage(
                "reactivate",
                "Reactivate Users",
                f"{leaver} comes back and is assigned again. Okta finds the inactive person by the userName and makes "
                "them active: nobody is there twice.",
                "On Perch's side: the same row, the same id, active again.",
                (self._leaver.login,),
                self._come_back,
                self._is_active,
            ),
            Stage(
                "import_users",
                "Import New Users",
                "The admin clicks Import Now. Okta reads everybody page by page, recognises those it knows and offers "
                "the others as new people.",
                "On Okta's side: people who were only in Perch are there, too.",
                (),
                self._import_everybody,
                self._were_imported,
            ),
            Stage(
                "import_updates",
                "Import Profile Updates",
                f"This time the change is made in Perch: {guest} gets a new title. The next import reads everybody "
                "again, and Okta notices it.",
                f"On Okta's side: {guest}'s title becomes {self._guest_title}.",
                (self._guest["userName"],),
                self._import_the_edit,
                self._was_noticed,
            ),
            Stage(
                "push_groups",
                "Push Groups",
                f"The admin pushes the group {self._team}. Okta looks for a group of that name, creates it and sends "
                "its members: those who are assigned to the app.",
                f"On Perch's side: the group {self._team} appears with its members.",
                (self._team,),
                lambda: self._okta.push_group(self._team),
                self._is_a_group,
            ),
            Stage(
                "members",
                "Group Membership",
                f"{head} joins {self._team} in Okta. A custom app sends the whole list of members, a catalog app only "
                "what has changed.",
                f"On Perch's side: {self._team} has one member more.",
                (self._team,),
                lambda: self._okta.add_members(self._team, (self._head.okta_id,)),
                self._is_a_member,
            ),
            Stage(
                "rename",
                "Group Rename",
                "The group gets another name in Okta. Okta sends the new name for the id that it has kept; the members "
                "stay as they are.",
                f"On Perch's side: {self._team} is called {self._new_name}.",
                (self._new_name,),
                lambda: self._okta.rename_group(self._team, self._new_name),
                self._is_renamed,
            ),
        )

    # -- what is played ----------------------------------------------------------------------------

    def _assign_all(self) -> Generator[Step, None, Outcome]:
        outcome = yield from self._okta.assign(self._hires[0].okta_id)
        for person in self._hires[1:]:
            if not outcome.ok:
                break
            outcome = yield from self._okta.assign(person.okta_id)
        return outcome

    def _come_back(self) -> Generator[Step, None, Outcome]:
        yield from self._okta.reactivate(self._leaver.okta_id)
        return (yield from self._okta.assign(self._leaver.okta_id))

    def _import_everybody(self) -> Generator[Step, None, Outcome]:
        outcome = yield from self._okta.import_now()
        if outcome.ok:
            self._okta.confirm_import(outcome.found.matches)
        return outcome

    def _import_the_edit(self) -> Generator[Step, None, Outcome]:
        name, title = self._guest["userName"], self._guest_title
        there = self._directory.person(name) or {}
        # Played once more it has to be a change again.
        self._directory.edit(name, "title", self._guest["title"] if there.get("title") == title else title)
        return (yield from self._okta.import_now())

    # -- what must have come true ------------------------------------------------------------------

    def _were_created(self, _: Outcome) -> str:
        for person in self._hires:
            _expect(self._served(person).get("externalId") == person.okta_id, f"{_name(person)} is not Okta's person")
        return f"{_name(self._hires[0])} and {len(self._hires) - 1} others are in the directory"

    def _was_updated(self, _: Outcome) -> str:
        title = self._served(self._hero).get("title")
        _expect(title == self._new_title, f"The title is {title!r} and did not become {self._new_title}")
        return f"{_name(self._hero)}'s title is {self._new_title}"

    def _is_inactive(self, _: Outcome) -> str:
        _expect(self._served(self._leaver).get("active") is False, f"{_name(self._leaver)} is still active")
        return f"{_name(self._leaver)} is inactive, and kept"

    def _is_active(self, _: Outcome) -> str:
        _expect(self._served(self._leaver).get("active") is True, f"{_name(self._leaver)} is still inactive")
        return f"{_name(self._leaver)} is active again"

    def _were_imported(self, outcome: Outcome) -> str:
        known = {person.login for person in self._okta.people.values()}
        missing = [one["displayName"] for one in HERE.people[-STRANGERS:] if one["userName"] not in known]
        _expect(not missing, f"Okta did not take over {', '.join(missing)}")
        return f"Okta sees all {outcome.found.scanned} people"

    def _was_noticed(self, outcome: Outcome) -> str:
        _expect(outcome.found.updated >= 1, "Okta did not notice the change")
        return f"Okta sees {self._guest['displayName']}'s new title"

    def _is_a_group(self, _: Outcome) -> str:
        members = self._members(self._team)
        missing = [_name(person) for person in self._hires[1:] if self._served(person)["id"] not in members]
        _expect(not missing, f"{', '.join(missing)} did not come into {self._team}")
        return f"{self._team} is there with its {len(members)} members"

    def _is_a_member(self, _: Outcome) -> str:
        there = self._served(self._head)["id"] in self._members(self._team)
        _expect(there, f"{_name(self._head)} is not in {self._team}")
        return f"{_name(self._head)} is in {self._team}"

    def _is_renamed(self, _: Outcome) -> str:
        _expect(self._directory.group(self._team) is None, f"There still is a group {self._team}")
        number = len(self._members(self._new_name))
        _expect(number > 1, f"The members of {self._new_name} got lost")
        return f"{self._team} is called {self._new_name} and has kept its {number} members"

    def _served(self, person: OktaPerson) -> Mapping[str, Any]:
        served = self._directory.person(person.login)
        if served is None:
            raise Unmet(f"{_name(person)} is not in the directory")
        return served

    def _members(self, group: str) -> set[str]:
        """Give the ids of a group's members."""
        served = self._directory.group(group)
        if served is None:
            raise Unmet(f"There is no group {group}")
        return {member["value"] for member in served.get("members", ())}


def _team(tenant: OktaTenant) -> tuple[str, list[OktaPerson]]:
    """Choose the group that the tour is about, with those of its members who are not in Perch already."""
    head = next(iter(tenant.people), "")
    for name, group in tenant.groups.items():
        members = [tenant.people[one] for one in group.members if one != head]
        members = [person for person in members if person.login not in _KNOWN]
        if len(members) >= HIRES - 1:
            return name, members
    raise ValueError(f"The tour needs a group of {HIRES - 1} people and the head of the company.")


def _name(person: OktaPerson) -> str:
    return f"{person.first_name} {person.last_name}"


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise Unmet(otherwise)
