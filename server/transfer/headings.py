"""Headings and cells of a spreadsheet: which attribute a column holds, and how text stays safe in a cell.

A heading is a SCIM path (``userName``, ``name.givenName``, ``emails.work``, ``department``) or what people
call it (``First name``). What such columns cannot hold without a loss stands as JSON in a column of the
attribute's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.scim.schema import Attribute, ResourceType

NOT_TRANSFERRED: Final = frozenset({"schemas", "meta", "groups", "password", "members"})
FIRST_HEADINGS: Final = (
    "id",
    "userName",
    "name.givenName",
    "name.familyName",
    "displayName",
    "emails.work",
    "active",
)
GROUP_HEADINGS: Final = ("id", "displayName", "externalId", "member", "member.type", "member.id")
PREFERRED_TYPES: Final = ("work", "home", "other")
"""Which address is the primary one where a file does not say so."""

_FORMULA: Final = frozenset("=+-@\t\r\n")
"""What makes a spreadsheet calculate instead of show: https://owasp.org/www-community/attacks/CSV_Injection."""
TRUE: Final = frozenset({"true", "yes", "1", "active"})
FALSE: Final = frozenset({"false", "no", "0", "inactive", "deactivated"})
_ALIASES: Final = {
    "login": "userName",
    "firstname": "name.givenName",
    "givenname": "name.givenName",
    "lastname": "name.familyName",
    "surname": "name.familyName",
    "familyname": "name.familyName",
    "email": "emails.work",
    "emailaddress": "emails.work",
    "mail": "emails.work",
    "phone": "phoneNumbers.work",
    "mobilephone": "phoneNumbers.mobile",
    "mobile": "phoneNumbers.mobile",
    "status": "active",
    "employeeid": "employeeNumber",
    "manager": "manager.value",
}


class Column(NamedTuple):
    """Where a cell goes: into ``holder`` (an extension's URN) or the document, then along ``path``."""

    attribute: Attribute | None
    holder: str | None
    path: tuple[str, ...]
    kind: str | None = None
    """The type of the value in a multi-valued attribute."""


def folded(name: str) -> str:
    """Give a heading without what people vary: capitals, blanks, hyphens, underscores."""
    return "".join(character for character in name.casefold() if character not in " _-")


def column_of(heading: str, resource_type: ResourceType) -> Column | None:
    """Give where a heading's cells go; None where it means nothing."""
    name = _ALIASES.get(folded(heading), heading)
    if folded(name) == "id":
        return Column(None, None, ("id",))
    for schema in resource_type.extensions.values():
        if name.lower().startswith(f"{schema.id.lower()}:"):
            return _column(name[len(schema.id) + 1 :], schema.attributes, schema.id)
    if ":" in name:
        return Column(None, None, (name,))
    found = _column(name, resource_type.attributes, None)
    for schema in resource_type.extensions.values():
        found = found or _column(name, schema.attributes, schema.id)
    return found


def _column(name: str, attributes: Mapping[str, Attribute], holder: str | None) -> Column | None:
    first, *rest = name.split(".")
    attribute = _named(first, attributes)
    if attribute is None or attribute.name in NOT_TRANSFERRED:
        return None
    if attribute.multi_valued and rest:
        subs = [_named(each, attribute.sub_attributes) for each in rest[1:]]
        if rest[0].lower() == "value" and len(rest) == 1:
            return Column(attribute, holder, (attribute.name,))
        if len(subs) > 1 or None in subs:
            return None
        return Column(
            attribute,
            holder,
            (attribute.name, subs[0].name if subs and subs[0] else "value"),
            rest[0].lower(),
        )
    if rest:
        inner = _named(rest[0], attribute.sub_attributes)
        return None if inner is None or len(rest) > 1 else Column(inner, holder, (attribute.name, inner.name))
    return Column(attribute, holder, (attribute.name,))


def _named(name: str, attributes: Mapping[str, Attribute]) -> Attribute | None:
    wanted = folded(name)
    return attributes.get(name.lower()) or next((a for key, a in attributes.items() if folded(key) == wanted), None)


def settle_primary(emails: list[dict[str, Any]]) -> None:
    """Mark one address as primary where a file leaves that open: the work address before any other."""
    if not emails or any(one.get("primary") for one in emails):
        return

    def rank(kind: str) -> tuple[int, str]:
        # By the type and not by the place in the list: the columns of a file have an order of their own.
        return (PREFERRED_TYPES.index(kind) if kind in PREFERRED_TYPES else len(PREFERRED_TYPES), kind)

    min(emails, key=lambda one: rank(str(one.get("type", ""))))["primary"] = True


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet takes for a formula; `unguarded` takes it off again."""
    return f"'{text}" if text.lstrip("'")[:1] in _FORMULA else text


def unguarded(text: str) -> str:
    """Take the apostrophe off that `guarded` put before a cell."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in _FORMULA else text
