"""A company that does not exist: its people as Okta holds them, its groups, and who is in Perch before Okta comes.

Belongs here: who works where, for whom, under which name; the same for the same size and seed. Must not know: what of
it Okta sends, or to whom.
"""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import resources
from server.okta.universal import OktaGroup, OktaPerson, Status
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DOMAIN: Final = "acme.example"
FEWEST: Final = 10
MOST: Final = 100_000
REPORTS: Final = 8
"""People who report to one manager, at most."""

CONTRACTOR: Final = "Contractor"
EMPLOYEE: Final = "Employee"
PROJECT: Final = 'R&D "Skunkworks"'
"""A group whose name has to be escaped in a filter (OKTA.md A3)."""

_SPELLED: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
_TRIES: Final = 12
_SCARCE: Final = 2_500
"""Names in use from which on it is not worth looking for another: there are about 3 300."""
_LETTERS: Final = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Company:
    """People and groups of an Okta organisation."""

    people: tuple[OktaPerson, ...]
    """The head first, everybody else after whom they report to."""
    groups: tuple[OktaGroup, ...]
    """By department, by office, by role."""


@dataclass(frozen=True, slots=True)
class Here:
    """Who is in the directory before Okta comes: what its import finds."""

    people: tuple[Mapping[str, Any], ...]
    """Users as SCIM resources (RFC 7643 section 4.1), without id."""
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    """The displayName of each group and the userNames of its members."""


def make_company(size: int = 60, seed: int = 7, domain: str = DOMAIN) -> Company:
    """Make a company of ``size`` people (10 to 100 000), always the same for the same arguments.

    Its e-mail addresses lie below ``domain`` and its telephone numbers in a range kept for fiction. Raises ValueError
    for a size beyond the limits.
    """
    if not FEWEST <= size <= MOST:
        raise ValueError(f"A company has {FEWEST} to {MOST:,} people, not {size:,}.")
    office = _Office(random.Random(seed), domain)  # noqa: S311 -- has to come out the same each time
    return office.company(size)


def here(domain: str = DOMAIN) -> Here:
    """Give who is in the directory before Okta comes, of the company of that domain.

    One of them has the userName of somebody in Okta (an exact match of the import), one only the name of somebody
    (a partial match), the others nobody there knows.
    """
    document = resources.company_document("here")
    people = tuple(_resource(one, domain) for one in document["people"])
    groups = tuple(
        (group["displayName"], tuple(name.replace("{domain}", domain) for name in group["members"]))
        for group in document["groups"]
    )
    return Here(people, groups)


def _resource(one: Mapping[str, str], domain: str) -> dict[str, Any]:
    user_name = one["userName"].replace("{domain}", domain)
    return {
        "schemas": [USER_URN, ENTERPRISE_USER_URN],
        "userName": user_name,
        "name": {"givenName": one["givenName"], "familyName": one["familyName"]},
        "displayName": f"{one['givenName']} {one['familyName']}",
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        "title": one["title"],
        "active": True,
        ENTERPRISE_USER_URN: {"department": one["department"]},
    }


HERE: Final = here()
"""Who is in the directory before Okta comes, of the company of the default domain."""


@lru_cache(8192)
def spelled(name: str) -> str:
    """Spell a name for a login: lower-case letters without accents, digits and hyphens (``Zoë`` is ``zoe``)."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_SPELLED))
    return re.sub(r"[^a-z0-9-]", "", plain)


@dataclass(slots=True)
class _Place:
    """A chair in the company, before somebody sits on it."""

    department: Mapping[str, Any]
    title: str
    manager: str = ""
    leads: bool = False


@dataclass(slots=True)
class _Office:
    """Where people are given a name, a place and a number, one after the other."""

    chance: random.Random
    domain: str
    work: dict[str, Any] = field(default_factory=lambda: resources.company_document("work"))
    names: dict[str, Any] = field(
        default_factory=lambda: {one["locale"]: one for one in resources.company_document("names")}
    )
    known: list[dict[str, str]] = field(default_factory=lambda: resources.company_document("here")["known_to_okta"])
    logins: Counter[str] = field(default_factory=Counter)
    people: list[OktaPerson] = field(default_factory=list)
    managers: list[str] = field(default_factory=list)

    def company(self, size: int) -> Company:
        for one in self.known:
            # Theirs before somebody else is called the same.
            self.logins[one["login"]] += 1
        head = self.work["head"]
        top = self._settle(_Place({"name": head["department"], "division": "", "costCenter": "CC-001"}, head["title"]))
        self.managers.append(top.okta_id)
        departments = self.work["departments"][: max(1, (size - 3) // 3)]
        waiting = list(self.known)
        for department, number in zip(departments, _shares(departments, size - 1), strict=True):
            self._staff(department, number, top, [one for one in waiting if one["department"] == department["name"]])
        return Company(tuple(self.people), tuple(self._groups(departments)))

    def _staff(self, department: Mapping[str, Any], number: int, top: OktaPerson, known: list[dict[str, str]]) -> None:
        """Fill a department: a tree in which each manager has at most REPORTS people."""
        staff: list[OktaPerson] = []
        for index in range(number):
            leads = index == 0 or index * REPORTS + 1 < number
            manager = staff[(index - 1) // REPORTS] if staff else top
            title = department["head"] if index == 0 else department["lead"]
            place = _Place(
                department, title if leads else self.chance.choice(department["titles"]), _name(manager), leads
            )
            somebody = known.pop(0) if known and not leads else None
            staff.append(self._settle(place, somebody))
            if leads:
                self.managers.append(staff[-1].okta_id)

    def _settle(self, place: _Place, known: Mapping[str, str] | None = None) -> OktaPerson:
        offices = self.work["offices"]
        [office] = self.chance.choices(offices, [one["share"] for one in offices])
        locale = self.chance.choice(office["locales"])
        if known is None:
            first, last, login = self._named(locale)
        else:
            first, last, login = known["firstName"], known["lastName"], known["login"]
            office = next(one for one in offices if one["name"] == known["office"])
        address = f"{login}@{self.domain}"
        contractor = known is None and not place.leads and self.chance.random() * 100 < self.work["contractors"]
        attributes = {
            "displayName": f"{first} {last}",
            "title": known["title"] if known else place.title,
            "department": place.department["name"],
            "division": place.department["division"],
            "costCenter": place.department["costCenter"],
            "organization": self.work["organization"],
            "employeeNumber": str(10_001 + len(self.people)),
            "manager": place.manager,
            "userType": CONTRACTOR if contractor else EMPLOYEE,
            "city": office["name"],
            "countryCode": office["countryCode"],
            "timezone": office["timezone"],
            "locale": locale,
            # Ofcom keeps these thousand numbers for drama: nobody's telephone rings.
            "mobilePhone": f"+44 7700 900{self.chance.randrange(1000):03d}",
        }
        person = OktaPerson(
            # As person.okta_id, and always the same.
            okta_id="00u" + "".join(self.chance.choices(_LETTERS, k=17)),
            login=address,
            first_name=first,
            last_name=last,
            email=address,
            attributes={name: value for name, value in attributes.items() if value},
            status=Status.ACTIVE,
        )
        self.people.append(person)
        return person

    def _named(self, locale: str) -> tuple[str, str, str]:
        """Choose a name, one that nobody has yet where that is to be had; a namesake gets a number in the login."""
        first = last = login = ""
        for _ in range(_TRIES if len(self.logins) < _SCARCE else 1):
            first, last = (self.chance.choice(self.names[locale][part]) for part in ("given", "family"))
            login = f"{spelled(first)}.{spelled(last)}"
            if not self.logins[login]:
                break
        self.logins[login] += 1
        number = self.logins[login]
        return first, last, login if number == 1 else f"{login}{number}"

    def _groups(self, departments: Iterable[Mapping[str, Any]]) -> list[OktaGroup]:
        groups = [self._group(one["name"], "department", one["name"]) for one in departments]
        groups += [self._group(f"{one['name']} office", "city", one["name"]) for one in self.work["offices"]]
        groups.append(OktaGroup("Managers", tuple(self.managers)))
        groups.append(self._group("Contractors", "userType", CONTRACTOR))
        groups.append(self._group("Staff", "userType", EMPLOYEE))
        engineers = groups[0].members
        groups.append(OktaGroup(PROJECT, engineers[1 : 1 + REPORTS : 2]))
        return [one for one in groups if one.members]

    def _group(self, name: str, attribute: str, value: str) -> OktaGroup:
        return OktaGroup(name, tuple(one.okta_id for one in self.people if one.attributes.get(attribute) == value))


def _name(person: OktaPerson) -> str:
    return f"{person.first_name} {person.last_name}"


def _shares(departments: list[dict[str, Any]], people: int) -> list[int]:
    """Divide people among departments by their shares; nobody is left over."""
    whole = sum(one["share"] for one in departments)
    numbers = [people * one["share"] // whole for one in departments]
    numbers[0] += people - sum(numbers)
    return numbers
