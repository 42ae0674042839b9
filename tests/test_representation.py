"""Rows as the JSON a client sees: metadata, links, entity tags, projections."""

from __future__ import annotations

from typing import Any

import orjson

from server.directory import Stored
from server.representation import BASE_URL_MARK, etag, location, represent, represent_projected
from server.scim.projection import parse_projection
from server.scim.schemas import GROUP_URN, USER_URN
from tests.directories import BASE, GROUP, USER

USER_TEXT = orjson.dumps({"schemas": [USER_URN], "userName": 'say "ada"', "title": "\\ \u00e9"}).decode()
GROUP_TEXT = orjson.dumps({"schemas": [GROUP_URN], "displayName": "G"}).decode()
LINK = f'{{"value":"9","$ref":"{BASE_URL_MARK}/Groups/9"}}'


def row(document: str, linked: str | None = None, version: int = 3) -> Stored:
    created, modified = "2026-11-23T20:48:31.123Z", "2026-11-24T20:48:31.123Z"
    return Stored(1, "17", document, version, created, modified, "ada", 0, linked)


def test_a_person_has_metadata_after_their_own_attributes() -> None:
    document = orjson.loads(represent(row(USER_TEXT), USER, BASE))
    assert list(document) == ["id", "schemas", "userName", "title", "meta"]
    assert document == {
        **orjson.loads(USER_TEXT),
        "id": "17",
        "meta": {
            "resourceType": "User",
            "created": "2026-11-23T20:48:31.123Z",
            "lastModified": "2026-11-24T20:48:31.123Z",
            "version": etag(row(USER_TEXT), USER),
            "location": f"{BASE}/Users/17",
        },
    }


def test_groups_are_there_where_a_person_has_some() -> None:
    document = orjson.loads(represent(row(USER_TEXT, f"{LINK},{LINK}"), USER, BASE))
    assert document["groups"] == [{"value": "9", "$ref": f"{BASE}/Groups/9"}] * 2
    assert "groups" not in orjson.loads(represent(row(USER_TEXT), USER, BASE))


def test_a_group_always_says_its_members() -> None:
    assert orjson.loads(represent(row(GROUP_TEXT), GROUP, BASE))["members"] == []
    assert len(orjson.loads(represent(row(GROUP_TEXT, LINK), GROUP, BASE))["members"]) == 1


def test_the_tag_in_the_document_is_the_tag_of_the_answer() -> None:
    for kind, text in ((USER, USER_TEXT), (GROUP, GROUP_TEXT)):
        for linked in (None, LINK):
            stored = row(text, linked)
            assert orjson.loads(represent(stored, kind, BASE))["meta"]["version"] == etag(stored, kind)


def test_a_persons_tag_follows_version_and_groups_a_groups_tag_its_version() -> None:
    people = [row(USER_TEXT), row(USER_TEXT, LINK), row(USER_TEXT, LINK.replace("9", "8")), row(USER_TEXT, LINK, 4)]
    assert len({etag(stored, USER) for stored in people}) == 4
    assert etag(row(USER_TEXT, LINK), USER) == etag(row(USER_TEXT, LINK), USER)
    assert etag(row(GROUP_TEXT, LINK), GROUP) == etag(row(GROUP_TEXT), GROUP)


def test_a_number_that_is_given_again_later_is_another_tag() -> None:
    for kind, text in ((USER, USER_TEXT), (GROUP, GROUP_TEXT)):
        for linked in (None, LINK):
            stored = row(text, linked)
            assert etag(stored, kind) != etag(stored._replace(modified="2026-11-24T20:48:31.124Z"), kind)


def test_the_location_is_where_the_resource_is_read() -> None:
    assert location("17", GROUP, BASE) == f"{BASE}/Groups/17"


def test_a_projection_is_applied_to_the_whole() -> None:
    def projected(attributes: str | None, excluded: str | None = None) -> Any:
        projection = parse_projection(attributes, excluded, USER)
        return orjson.loads(represent_projected(row(USER_TEXT, LINK), USER, BASE, projection))

    assert projected("title").keys() == {"schemas", "id", "title"}
    assert projected("groups,meta.version") == {
        "schemas": [USER_URN],
        "id": "17",
        "groups": [{"value": "9", "$ref": f"{BASE}/Groups/9"}],
        "meta": {"version": etag(row(USER_TEXT, LINK), USER)},
    }
    assert projected(None, "meta,groups").keys() == {"schemas", "id", "userName", "title"}


def test_without_a_projection_nothing_is_parsed() -> None:
    stored = row('{"not": json}')
    assert represent_projected(stored, USER, BASE, None) == represent(stored, USER, BASE)
