"""Documents as CSV, and back again without a loss."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import resources
from server.scim.schemas import ENTERPRISE_USER_URN, load_registry
from server.transfer.csv_reading import CsvReader
from server.transfer.csv_writing import cells_of, csv_line, group_rows, headings_of
from server.transfer.headings import GROUP_HEADINGS, settle_primary
from server.transfer.lines import Row

REGISTRY = load_registry(resources.schema_documents())
USER = REGISTRY.user


def there_and_back(document: dict[str, Any]) -> dict[str, Any]:
    cells = cells_of(document, USER)
    headings = headings_of(cells)
    text = csv_line(headings) + csv_line([cells[heading] for heading in headings])
    # As a file is read: an embedded newline makes two lines of a row.
    lines = text.encode().splitlines(keepends=True)
    reader = CsvReader([line.decode() for line in lines], {"User": USER, "Group": REGISTRY.group})
    (row,) = reader.rows()
    assert isinstance(row, Row)
    assert reader.unknown == []
    settle_primary(row.document.get("emails", []))
    return row.document


def in_order(document: dict[str, Any]) -> dict[str, Any]:
    """The order of several values means nothing (RFC 7643 section 2.4)."""
    return {
        name: sorted(value, key=repr) if isinstance(value, list) else value
        for name, value in (
            (name, [dict(sorted(one.items())) for one in value] if isinstance(value, list) else value)
            for name, value in document.items()
        )
    }


def test_a_plain_person_has_plain_cells() -> None:
    document = {
        "id": "1",
        "schemas": ["x"],
        "userName": "ada",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.com", "type": "work", "primary": True}],
        "active": True,
        ENTERPRISE_USER_URN: {"department": "R&D"},
        "groups": [{"value": "g"}],
        "meta": {"resourceType": "User"},
    }
    assert cells_of(document, USER) == {
        "id": "1",
        "userName": "ada",
        "name.givenName": "Ada",
        "name.familyName": "Lovelace",
        "emails.work": "ada@example.com",
        "active": "true",
        "department": "R&D",
    }


@pytest.mark.parametrize(
    "part",
    [
        {"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home", "primary": True}]},
        {"emails": [{"value": "a", "type": "work", "primary": True}, {"value": "b", "type": "work"}]},
        {"emails": [{"value": "a", "type": "value", "primary": True}]},
        {"emails": [{"value": "a", "type": "my.type", "primary": True}]},
        {"emails": [{"value": "a", "type": ":", "primary": True}]},
        {"emails": [{"value": "a", "type": "Work", "primary": True}]},
        {"emails": [{"value": "[a", "primary": True}]},
        {"phoneNumbers": [{"value": "+1", "type": "mobile"}, {"value": "-2", "type": "fax"}]},
        {"phoneNumbers": [{"value": "1", "type": "mobile", "primary": True}, {"value": "2", "type": "home"}]},
        {"addresses": [{"type": "work", "locality": "London", "streetAddress": "1\n2"}]},
        {"roles": [{"value": "admin"}, {"value": "user"}]},
        {"roles": [{"value": "admin"}]},
        {"urn:example:extension": {"a": [1, 2]}},
        {ENTERPRISE_USER_URN: {"manager": {"value": "7"}, "employeeNumber": "007"}},
        {"title": "=cmd|' /C calc'!A0"},
        {"title": 'He said "yes, no"; then\r\nleft\t'},
    ],
)
def test_nothing_is_lost(part: dict[str, Any]) -> None:
    document = {"userName": "ada", **part}
    assert in_order(there_and_back(document)) == in_order(document)


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda each: each.strip())
emails = st.lists(
    st.fixed_dictionaries({"value": text, "type": text}, optional={"display": text}), min_size=1, max_size=3
)


@given(user_name=text, title=text, department=text, emails=emails, active=st.booleans())
def test_any_text_survives(
    user_name: str, title: str, department: str, emails: list[dict[str, Any]], active: bool
) -> None:
    settle_primary(emails)
    document = {
        "userName": user_name,
        "title": title,
        "emails": emails,
        "active": active,
        ENTERPRISE_USER_URN: {"department": department},
    }
    assert in_order(there_and_back(document)) == in_order(document)


def test_people_come_before_their_details() -> None:
    assert headings_of({"title", "userName", "active", "department", "id"}) == [
        "id",
        "userName",
        "active",
        "department",
        "title",
    ]


def test_a_group_has_a_line_for_each_member_and_one_when_empty() -> None:
    members = [{"value": "1", "type": "User", "display": "Ada"}, {"value": "2", "type": "Group"}]
    group = {"id": "g", "displayName": "=G", "members": members}
    lines = [csv_line([row.get(name, "") for name in GROUP_HEADINGS]) for row in group_rows(group, {"1": "ada"})]
    assert lines == ["g,'=G,,ada,User,1\r\n", "g,'=G,,,Group,2\r\n"]
    assert list(group_rows({"id": "g", "displayName": "G"}, {})) == [{"id": "g", "displayName": "G"}]
