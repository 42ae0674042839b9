"""LDIF as RFC 2849 has it: read back by a reader of its grammar, every value is what it was."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.transfer.ldif import attribute_line, beginning, dn_of, entry, escaped, group_entry, person_entry

BASE = "dc=example,dc=com"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
# The grammar of RFC 2849, word for word.
SAFE_STRING = re.compile(rb"(?:[\x01-\x09\x0b-\x0c\x0e-\x1f\x21-\x39\x3b\x3d-\x7f][\x01-\x09\x0b-\x0c\x0e-\x7f]*)?")
ATTRIBUTE = re.compile(rb"([A-Za-z][A-Za-z0-9;-]*)(::?) ?(.*)", re.DOTALL)


def read(text: str) -> list[list[tuple[str, str]]]:
    """Read a file of entries; fails for what the grammar does not allow."""
    data = text.encode("ascii")
    assert all(len(line) <= 76 for line in data.split(b"\n"))
    entries: list[list[tuple[str, str]]] = [[]]
    for line in data.replace(b"\n ", b"").split(b"\n"):
        if not line:
            entries.append([])
            continue
        match = ATTRIBUTE.fullmatch(line)
        assert match is not None, line
        name, colons, value = match.groups()
        if colons == b"::":
            value = base64.b64decode(value, validate=True)
        else:
            assert SAFE_STRING.fullmatch(value), line
            assert not value.endswith(b" ")
        entries[-1].append((name.decode(), value.decode("utf-8", "surrogatepass")))
    return [one for one in entries if one]


def one(text: str) -> list[tuple[str, str]]:
    (found,) = read(text)
    return found


def unescaped(value: str) -> str:
    """Undo RFC 4514 section 2.4."""
    return re.sub(r"\\(00|.)", lambda match: "\0" if match[1] == "00" else match[1], value, flags=re.DOTALL)


@given(st.text())
def test_any_value_comes_back(value: str) -> None:
    assert one(attribute_line("description", value)) == [("description", value)]


@given(st.text(min_size=1))
def test_any_name_comes_back_from_inside_a_dn(value: str) -> None:
    written = escaped(value)
    assert unescaped(written) == value
    # What parts a name from the next one is never bare.
    assert not re.search(r'(?<!\\)(?:\\\\)*[",+;<>]', written)
    assert not re.match(r"[ #]", written)
    assert not re.search(r"(?<!\\)(?:\\\\)* $", written)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("Ada", "cn: Ada\n"),
        ("", "cn:\n"),
        (" Ada", "cn:: IEFkYQ==\n"),
        ("Ada ", "cn:: QWRhIA==\n"),
        (":Ada", "cn:: OkFkYQ==\n"),
        ("<Ada", "cn:: PEFkYQ==\n"),
        ("Ada\nLovelace", "cn:: QWRhCkxvdmVsYWNl\n"),
        ("Zoë", "cn:: Wm/Dqw==\n"),
        ("A: <b>", "cn: A: <b>\n"),
    ],
)
def test_what_is_not_safe_is_in_base64(value: str, line: str) -> None:
    assert attribute_line("cn", value) == line


def test_a_long_line_is_folded_behind_a_blank() -> None:
    text = attribute_line("description", "x" * 200)
    assert [len(line) for line in text.splitlines()] == [76, 76, 63]
    assert all(line.startswith(" ") for line in text.splitlines()[1:])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Lovelace, Ada", "Lovelace\\, Ada"),
        ("#1", "\\#1"),
        (" a ", "\\ a\\ "),
        ("a\\", "a\\\\"),
        ("a\\ ", "a\\\\\\ "),
        (" ", "\\ "),
        ('a"b+c;d<e>f=g', 'a\\"b\\+c\\;d\\<e\\>f\\=g'),
        ("a\0", "a\\00"),
    ],
)
def test_a_name_is_escaped_as_rfc_4514_has_it(value: str, written: str) -> None:
    assert escaped(value) == written


PERSON: dict[str, Any] = {
    "id": "1",
    "userName": "ada@example.com",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "displayName": "Ada Lovelace",
    "title": "Countess",
    "emails": [{"value": "ada@home.example", "type": "home"}, {"value": "ada@example.com", "primary": True}],
    "phoneNumbers": [{"value": "+44 1", "type": "work"}, {"value": "+44 2", "type": "mobile"}],
    "addresses": [{"streetAddress": "1 St James's Square", "locality": "London", "postalCode": "SW1"}],
    ENTERPRISE: {"employeeNumber": "7", "department": "Engines", "manager": {"value": "2"}},
}


def test_a_person_is_an_inet_org_person() -> None:
    found = one(person_entry(PERSON, BASE, {"2": f"uid=charles,ou=people,{BASE}"}))
    assert found[0] == ("dn", f"uid=ada@example.com,ou=people,{BASE}")
    assert found[1:5] == [("objectClass", name) for name in ("top", "person", "organizationalPerson", "inetOrgPerson")]
    assert found[5:] == [
        ("uid", "ada@example.com"),
        ("cn", "Ada Lovelace"),
        ("sn", "Lovelace"),
        ("givenName", "Ada"),
        ("displayName", "Ada Lovelace"),
        ("title", "Countess"),
        ("employeeNumber", "7"),
        ("departmentNumber", "Engines"),
        ("manager", f"uid=charles,ou=people,{BASE}"),
        ("mail", "ada@example.com"),
        ("mail", "ada@home.example"),
        ("telephoneNumber", "+44 1"),
        ("mobile", "+44 2"),
        ("street", "1 St James's Square"),
        ("l", "London"),
        ("postalCode", "SW1"),
    ]


def test_the_attributes_that_ldap_wants_are_there_whoever_it_is() -> None:
    found = dict(one(person_entry({"id": "1", "userName": "ada"}, BASE, {})))
    assert (found["uid"], found["cn"], found["sn"]) == ("ada", "ada", "ada")


def test_a_group_names_its_members_and_one_without_has_the_empty_name() -> None:
    document = {"id": "9", "displayName": "Engines, all", "members": [{"value": "1"}, {"value": "gone"}]}
    assert one(group_entry(document, BASE, {"1": f"uid=ada,ou=people,{BASE}"})) == [
        ("dn", f"cn=Engines\\, all,ou=groups,{BASE}"),
        ("objectClass", "top"),
        ("objectClass", "groupOfNames"),
        ("cn", "Engines, all"),
        ("member", f"uid=ada,ou=people,{BASE}"),
    ]
    assert one(group_entry({"displayName": "Empty"}, BASE, {}))[-1] == ("member", "")


def test_a_value_stands_once() -> None:
    assert entry([("cn", "a"), ("mail", "x")]).count("mail") == 1
    twice = {"userName": "ada", "emails": [{"value": "a@b.example"}, {"value": "a@b.example"}]}
    assert person_entry(twice, BASE, {}).count("mail: a@b.example") == 1


def values(name: str, document: dict[str, Any]) -> list[str]:
    return [value for key, value in one(person_entry({"userName": "ada"} | document, BASE, {})) if key == name]


def test_addresses_that_ldap_takes_for_the_same_stand_once() -> None:
    emails = [{"value": "ada@example.com", "type": "home"}, {"value": "Ada@Example.com", "primary": True}]
    assert values("mail", {"emails": emails}) == ["Ada@Example.com"]
    phones = [{"value": "+44 20 1"}, {"value": "+44-201"}, {"value": "+44 20 1", "type": "mobile"}]
    assert values("telephoneNumber", {"phoneNumbers": phones}) == ["+44 20 1"]
    assert values("mobile", {"phoneNumbers": phones}) == ["+44 20 1"]


@pytest.mark.parametrize(
    ("value", "mail"),
    [
        ("ada@bücher.example", ["ada@xn--bcher-kva.example"]),
        ("jürgen@example.com", []),
        (f"ada@{'ü' * 70}.example", []),
        ("no address", ["no address"]),
    ],
)
def test_mail_is_ascii_as_its_syntax_wants_it(value: str, mail: list[str]) -> None:
    assert values("mail", {"emails": [{"value": value}]}) == mail


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("tel:+1-201-555-0123", ["+1-201-555-0123"]),
        ("tel:+1-201-555-0123;ext=5", ["+1-201-555-0123 ext. 5"]),
        ("+1 (201) 555/0123 x5", ["+1 (201) 555/0123 x5"]),
        ("555#5", []),
        ("null fünf", []),
        (" ", []),
        ("--", []),
    ],
)
def test_a_number_holds_what_its_syntax_allows(value: str, number: list[str]) -> None:
    assert values("telephoneNumber", {"phoneNumbers": [{"value": value}]}) == number


def test_a_file_begins_with_its_version_and_what_people_and_groups_stand_below() -> None:
    version, people, groups = read(beginning(BASE))
    assert version == [("version", "1")]
    assert (people[0], groups[0]) == (("dn", f"ou=people,{BASE}"), ("dn", f"ou=groups,{BASE}"))
    assert dn_of(PERSON, BASE).endswith(people[0][1])
