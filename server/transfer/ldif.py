"""People and groups as LDIF (RFC 2849) for directories that speak LDAP: inetOrgPerson (RFC 2798), groupOfNames (4519).

Belongs here: which entry a document becomes, and how a value is written safely. Must not know: where the lines go.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WIDTH: Final = 76
"""Characters of a line, after which it is folded (RFC 2849, note 2)."""

_ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
# SAFE-STRING of RFC 2849 without its control characters; what ends in a blank is not safe either (note 8).
_SAFE: Final = re.compile(r"[!-9;=-~](?:[ -~]*[!-~])?")
_SPECIAL: Final = re.compile(r'[",+;<>\\=\x00]')
_PHONES: Final = {
    "mobile": "mobile",
    "pager": "pager",
    "fax": "facsimileTelephoneNumber",
    "home": "homePhone",
}

# Printable String of RFC 4517 section 3.3.29, which its Telephone Number is; one of nothing but what is not compared
# would be none.
_TELEPHONE: Final = re.compile(r"(?=.*[^ -])[A-Za-z0-9'()+,\-.=/:? ]+")

Lines = list[tuple[str, str]]


def escaped(value: str) -> str:
    """Write an attribute's value inside a distinguished name (RFC 4514 section 2.4)."""
    text = _SPECIAL.sub(lambda match: "\\00" if match[0] == "\0" else f"\\{match[0]}", value)
    if text.startswith((" ", "#")):
        text = f"\\{text}"
    if value.endswith(" ") and value != " ":
        text = f"{text[:-1]}\\ "
    return text


def attribute_line(name: str, value: str) -> str:
    """Write one attribute, in base64 where RFC 2849 wants it, folded."""
    if not value:
        line = f"{name}:"
    elif _SAFE.fullmatch(value):
        line = f"{name}: {value}"
    else:
        line = f"{name}:: {base64.b64encode(value.encode('utf-8', 'surrogatepass')).decode()}"
    parts = [line[:WIDTH]]
    # A blank begins each line that goes on.
    parts += [f" {line[start : start + WIDTH - 1]}" for start in range(WIDTH, len(line), WIDTH - 1)]
    return "\n".join(parts) + "\n"


def entry(lines: Iterable[tuple[str, str]]) -> str:
    """Write an entry, the empty line after it included; the first attribute is its dn."""
    return "".join(attribute_line(name, value) for name, value in lines) + "\n"


def beginning(base: str) -> str:
    """Give what a file begins with: the version, and the two entries that people and groups stand below."""
    units = (
        entry((("dn", f"ou={unit},{base}"), ("objectClass", "organizationalUnit"), ("ou", unit)))
        for unit in ("people", "groups")
    )
    return f"version: 1\n\n{''.join(units)}"


def dn_of(document: Mapping[str, Any], base: str) -> str:
    """Give the name of a person's or a group's entry."""
    if "userName" in document:
        return f"uid={escaped(document['userName'])},ou=people,{base}"
    return f"cn={escaped(document['displayName'])},ou=groups,{base}"


def person_entry(document: Mapping[str, Any], base: str, managers: Mapping[str, str]) -> str:
    """Give a person as inetOrgPerson (RFC 2798); ``managers`` has the dn of each person by id."""
    name: Mapping[str, Any] = document.get("name", {})
    user_name = document["userName"]
    both = " ".join(filter(None, (name.get("givenName"), name.get("familyName"))))
    common = document.get("displayName") or name.get("formatted") or both or user_name
    lines: Lines = [("dn", dn_of(document, base))]
    lines += [("objectClass", kind) for kind in ("top", "person", "organizationalPerson", "inetOrgPerson")]
    lines += [("uid", user_name), ("cn", common), ("sn", name.get("familyName") or common)]
    extension: Mapping[str, Any] = document.get(_ENTERPRISE, {})
    for attribute, value in (
        ("givenName", name.get("givenName")),
        ("displayName", document.get("displayName")),
        ("title", document.get("title")),
        ("employeeType", document.get("userType")),
        ("preferredLanguage", document.get("preferredLanguage")),
        ("employeeNumber", extension.get("employeeNumber")),
        ("departmentNumber", extension.get("department")),
        ("o", extension.get("organization")),
        ("manager", managers.get((extension.get("manager") or {}).get("value", ""))),
    ):
        if value:
            lines.append((attribute, str(value)))
    lines += _mail_lines(document)
    lines += _phone_lines(document)
    lines += _address_lines(document)
    return entry(dict.fromkeys(lines))


def group_entry(document: Mapping[str, Any], base: str, names: Mapping[str, str]) -> str:
    """Give a group as groupOfNames (RFC 4519 section 3.5); ``names`` has the dn of each person and group by id.

    The class wants a member: one without has the empty name, as servers and their tools do it.
    """
    members = [names[one["value"]] for one in document.get("members", ()) if one.get("value") in names]
    lines: Lines = [("dn", dn_of(document, base)), ("objectClass", "top"), ("objectClass", "groupOfNames")]
    lines.append(("cn", document["displayName"]))
    lines += [("member", dn) for dn in members or [""]]
    return entry(dict.fromkeys(lines))


def _mail_lines(document: Mapping[str, Any]) -> Lines:
    """Give the mail addresses, each once without regard to case: a server refuses a person who has one twice.

    Their syntax is ASCII: a domain can be written so (RFC 5891), and what is before the ``@`` cannot and is left out.
    """
    found: dict[str, str] = {}
    for one in _values(document, "emails"):
        local, at, domain = one.rpartition("@")
        try:
            mail = one if one.isascii() else f"{local}{at}{domain.encode('idna').decode()}"
        except UnicodeError:
            continue
        if mail.isascii():
            found.setdefault(mail.lower(), mail)
    return [("mail", mail) for mail in found.values()]


def _phone_lines(document: Mapping[str, Any]) -> Lines:
    """Give the telephone numbers, each once, whatever its blanks and hyphens; what no number may hold is left out."""
    found: dict[tuple[str, str], str] = {}
    for one in document.get("phoneNumbers", ()):
        # SCIM would have a URI (RFC 3966), LDAP what is written on paper.
        number = str(one.get("value") or "").removeprefix("tel:").replace(";ext=", " ext. ")
        if _TELEPHONE.fullmatch(number):
            attribute = _PHONES.get(one.get("type", ""), "telephoneNumber")
            found.setdefault((attribute, re.sub("[ -]", "", number).lower()), number)
    return [(attribute, number) for (attribute, _), number in found.items()]


def _values(document: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield the values of a list, the primary one first."""
    listed = [one for one in document.get(name, ()) if isinstance(one, dict) and one.get("value")]
    for one in sorted(listed, key=lambda one: not one.get("primary")):
        yield str(one["value"])


def _address_lines(document: Mapping[str, Any]) -> Lines:
    """Give the primary address, else the first: LDAP knows one."""
    addresses = sorted(document.get("addresses", ()), key=lambda one: not one.get("primary"))
    if not addresses:
        return []
    pairs = (("street", "streetAddress"), ("l", "locality"), ("st", "region"), ("postalCode", "postalCode"))
    return [(attribute, str(addresses[0][name])) for attribute, name in pairs if addresses[0].get(name)]
