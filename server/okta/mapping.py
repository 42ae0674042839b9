"""From a person in Okta to the person that an app sends, by the app's attribute mappings.

Belongs here: where a mapped value goes (OKTA.md 1.4). Must not know: requests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from server.okta.dialogues import Kind
from server.okta.person import Person
from server.okta.speech import Version
from server.okta.universal import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.okta.app import AppSettings
    from server.okta.universal import OktaPerson

_OF_TYPE: Final = re.compile(r'(?P<name>\w+)\[type eq "(?P<type>[^"]*)"\]\.(?P<part>\w+)')
_OF_EXTENSION: Final = re.compile(r"(?P<urn>urn:.+):(?P<path>[^:]+)")


def mapped(person: OktaPerson, settings: AppSettings, *, user_name: str = "") -> Person:
    """Make what the app sends of a person; ``user_name`` where it is not to be the login.

    An attribute without a value is left out, and with it an extension without any (OKTA.md 1.4).
    """
    values: dict[str, Any] = {}
    for mapping in settings.mappings:
        value = person.attributes.get(mapping.okta)
        if value not in (None, ""):
            _put(values, mapping.scim, value)
    is_agent = settings.kind is Kind.AGENT
    second = person.attributes.get("secondEmail") if is_agent else None
    return Person(
        user_name or person.login,
        person.first_name,
        person.last_name,
        person.email,
        okta_id=person.okta_id,
        mapped=values,
        looked_up=person.email if settings.unique_identifier == "email" else "",
        email_type="primary" if is_agent else "work",
        second_email=str(second or ""),
        active=person.status is not Status.STAGED,
        is_linked=not (is_agent and settings.version is Version.ONE),
        cleared=_cleared(person, settings, values),
    )


def _put(values: dict[str, Any], path: str, value: object) -> None:
    found = _OF_EXTENSION.fullmatch(path)
    if found:
        values = values.setdefault(found["urn"], {})
        path = found["path"]
    found = _OF_TYPE.fullmatch(path)
    if found:
        values.setdefault(found["name"], []).append({found["part"]: value, "type": found["type"]})
        return
    *parents, last = path.split(".")
    for parent in parents:
        values = values.setdefault(parent, {})
    values[last] = value


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """Read what an attribute mapping puts there; None where there is nothing."""
    place: Any = document
    found = _OF_EXTENSION.fullmatch(path)
    if found:
        place, path = document.get(found["urn"]), found["path"]
    found = _OF_TYPE.fullmatch(path)
    if found:
        entries = place.get(found["name"]) if isinstance(place, dict) else None
        of_type = (one for one in entries or () if isinstance(one, dict) and one.get("type") == found["type"])
        return next(of_type, {}).get(found["part"])
    for name in path.split("."):
        place = place.get(name) if isinstance(place, dict) else None
    return place


def _cleared(person: OktaPerson, settings: AppSettings, values: dict[str, Any]) -> tuple[str, ...]:
    """Name the mapped attributes that Okta knows to be empty: an update sends them no more (OKTA.md 1.5)."""
    return tuple(
        mapping.scim
        for mapping in settings.mappings
        if person.attributes.get(mapping.okta) == "" and value_at(values, mapping.scim) is None
    )
