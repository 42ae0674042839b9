"""Users, groups, search and Bulk over HTTP: versions and conditions, projections, both types at once, a locked file."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from server.http.resources import INLINE_BODY
from server.provider import LARGE_GROUP
from tests.http.client import (
    BULK_REQUEST_URN,
    SEARCH_REQUEST_URN,
    Answer,
    ask,
    patch,
    person,
)

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint, Serve
    from tests.http.client import Directory

STALE = 'W/"999"'


def version(endpoint: RunningEndpoint, path: str) -> str:
    return ask(endpoint, "GET", path).headers["etag"]


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [one.get("userName") or one["displayName"] for one in answer.json["Resources"]]


# -- creating, reading, deleting --


def test_a_person_is_created_read_and_deleted(endpoint: RunningEndpoint, directory: Directory) -> None:
    created = ask(endpoint, "POST", "/Users", person("resources.life"))
    user = created.json
    directory.expect(f"/Users/{user['id']}")
    assert created.status == 201
    assert created.headers["location"] == user["meta"]["location"] == f"{endpoint.base_url}/Users/{user['id']}"
    assert created.headers["etag"] == user["meta"]["version"]
    read = ask(endpoint, "GET", f"/Users/{user['id']}")
    assert (read.json, read.headers["etag"]) == (user, created.headers["etag"])
    assert "location" not in read.headers
    gone = ask(endpoint, "DELETE", f"/Users/{user['id']}", b'{"a body": "means nothing"}')
    assert (gone.status, gone.body) == (204, b"")
    for method in ("GET", "DELETE"):
        assert user["id"] in ask(endpoint, method, f"/Users/{user['id']}").refused(404)


def test_an_id_of_the_other_type_is_not_found(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.other.type")
    for method in ("GET", "DELETE"):
        ask(endpoint, method, f"/Groups/{user['id']}").refused(404)
    ask(endpoint, "PATCH", f"/Groups/{user['id']}", patch("replace", "displayName", "x")).refused(404)


@pytest.mark.parametrize("size", [INLINE_BODY - 1_000, INLINE_BODY + 1_000])
def test_a_large_body_is_answered_as_a_small_one(endpoint: RunningEndpoint, directory: Directory, size: int) -> None:
    extension = {"urn:example:large:User": {"text": "x" * size}}
    user = directory.user(f"resources.large.{size}", **extension)
    assert user["urn:example:large:User"] == extension["urn:example:large:User"]
    answer = ask(endpoint, "PUT", f"/Users/{user['id']}", {**person(user["userName"]), **extension, "emails": []})
    assert "emails" in answer.refused(400, "invalidValue")


# -- versions and conditions --


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a_change_under_a_condition_happens_only_to_the_version_it_names(
    endpoint: RunningEndpoint, directory: Directory, kind: str
) -> None:
    one = directory.user("resources.if.match") if kind == "Users" else directory.group("Resources if match")
    path = f"/{kind}/{one['id']}"
    document = person(one["userName"], title="t") if kind == "Users" else {"displayName": one["displayName"]}

    def changes(number: int) -> list[tuple[str, Any]]:
        return [
            ("PATCH", patch("replace", "externalId", str(number))),
            ("PUT", {**document, "externalId": f"p{number}"}),
        ]

    for number, condition in enumerate((STALE, f'{STALE}, W/"998"', '"', "")):
        for method, body in [*changes(number), ("DELETE", None)]:
            answer = ask(endpoint, method, path, body, {"If-Match": condition})
            assert version(endpoint, path) in answer.refused(412)
    assert ask(endpoint, "GET", path).json == one
    for number, form in enumerate(("{}", "*", f"{STALE}, {{}}", " {} ")):
        for method, body in changes(number):
            before = version(endpoint, path)
            answer = ask(endpoint, method, path, body, {"If-Match": form.format(before)})
            assert answer.status == 200
            assert answer.headers["etag"] == answer.json["meta"]["version"] != before
    assert ask(endpoint, "DELETE", path, headers={"If-Match": version(endpoint, path)}).status == 204


def test_what_changes_nothing_keeps_its_version(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.unchanged", title="Dr")
    path = f"/Users/{user['id']}"
    for method, body in (
        ("PATCH", patch("replace", "title", "Dr")),
        ("PUT", person("resources.unchanged", title="Dr")),
    ):
        assert ask(endpoint, method, path, body).json == user


def test_a_client_that_has_the_version_is_not_sent_it_again(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.if.none.match")
    path = f"/Users/{user['id']}"
    tag = version(endpoint, path)
    for condition in (tag, tag.removeprefix("W/"), f"{STALE}, {tag}", "*"):
        answer = ask(endpoint, "GET", path, headers={"If-None-Match": condition})
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
    for condition in (STALE, "", '"', tag[:-1]):
        assert ask(endpoint, "GET", path, headers={"If-None-Match": condition}).json == user
    assert ask(endpoint, "PATCH", path, patch("replace", "title", "Dr")).status == 200
    assert ask(endpoint, "GET", path, headers={"If-None-Match": tag}).json["title"] == "Dr"


def test_groups_are_part_of_a_persons_version(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.groups")
    path = f"/Users/{user['id']}"
    seen = [version(endpoint, path)]

    def fresh() -> list[str]:
        """Read again on the condition that there is news, and return the groups."""
        answer = ask(endpoint, "GET", path, headers={"If-None-Match": seen[-1]})
        assert answer.status == 200, "there is news"
        assert answer.headers["etag"] == answer.json["meta"]["version"]
        seen.append(answer.headers["etag"])
        return [group["display"] for group in answer.json.get("groups", ())]

    group = directory.group("Resources before", user["id"])
    assert fresh() == ["Resources before"]
    where = f"/Groups/{group['id']}"
    assert ask(endpoint, "PATCH", where, patch("replace", "displayName", "Resources after")).status == 200
    assert fresh() == ["Resources after"]
    assert ask(endpoint, "PATCH", path, patch("add", "title", "Dr"), {"If-Match": seen[-2]}).status == 412
    assert ask(endpoint, "PATCH", where, patch("remove", f'members[value eq "{user["id"]}"]')).status == 200
    assert fresh() == []
    directory.group("Resources another", user["id"])
    assert fresh() == ["Resources another"]
    assert ask(endpoint, "DELETE", where).status == 204
    assert ask(endpoint, "GET", path, headers={"If-None-Match": seen[-1]}).status == 304
    assert seen[0] == seen[3]
    assert len(set(seen)) == 4


# -- projections --


@pytest.mark.parametrize(
    "query",
    ["attributes=userName", "Attributes=username", "attributes=urn:ietf:params:scim:schemas:core:2.0:User:userName"],
)
def test_every_method_answers_with_the_attributes_asked_for(
    endpoint: RunningEndpoint, directory: Directory, query: str
) -> None:
    name = f"resources.{len(query)}.{query[:1]}"
    created = ask(endpoint, "POST", f"/Users?{query}", person(name))
    path = f"/Users/{created.json['id']}"
    directory.expect(path)
    assert created.headers["etag"]
    chosen = {"schemas": created.json["schemas"], "id": created.json["id"], "userName": name}
    for method, where, body in (
        ("GET", f"{path}?{query}", None),
        ("PUT", f"{path}?{query}", person(name, title="Dr")),
        ("PATCH", f"{path}?{query}", patch("replace", "title", "Mx")),
    ):
        assert ask(endpoint, method, where, body).json == chosen
    assert created.json == chosen
    listed = ask(endpoint, "GET", f"/Users?{query}&filter=" + quote(f'userName eq "{name}"'))
    assert listed.json["Resources"] == [chosen]


def test_every_method_leaves_out_what_is_excluded(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.excluded")
    group = directory.group("Resources excluded", user["id"])
    path, query = f"/Groups/{group['id']}", "?excludedAttributes=members"
    for method, body in (
        ("GET", None),
        ("PUT", {"displayName": "Resources excluded", "externalId": "1"}),
        ("PATCH", patch("replace", "externalId", "2")),
    ):
        found = ask(endpoint, method, path + query, body).json
        assert "members" not in found
        assert found["displayName"] == "Resources excluded"
        assert found["meta"]["location"].endswith(path)
    assert len(ask(endpoint, "GET", path).json["members"]) == 1, "only the answer leaves them out"


def test_both_projections_at_once_are_refused(endpoint: RunningEndpoint) -> None:
    ask(endpoint, "GET", "/Users?attributes=id&excludedAttributes=name").refused(400, "invalidValue")


# -- both types at once --


def test_people_and_groups_are_found_together(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.both", displayName="Resources both 1")
    group = directory.group("Resources both 2", user["id"])
    wanted = 'displayName sw "resources both"'
    query = quote(wanted)
    answer = ask(endpoint, "GET", f"/?filter={query}")
    for path in ("", "//"):
        assert ask(endpoint, "GET", f"{path}?filter={query}").json == answer.json
    assert [one["id"] for one in answer.json["Resources"]] == [user["id"], group["id"]]
    assert {one["meta"]["resourceType"] for one in answer.json["Resources"]} == {"User", "Group"}
    search = {"schemas": [SEARCH_REQUEST_URN], "filter": wanted}
    whole = ask(endpoint, "POST", "/.search", search).json
    assert whole["totalResults"] == 2
    assert whole["Resources"] == answer.json["Resources"]
    page = ask(endpoint, "POST", "/.search", {**search, "startIndex": 2, "count": 1}).json
    assert (page["totalResults"], page["Resources"]) == (2, whole["Resources"][1:])
    chosen = ask(endpoint, "POST", "/.search", {**search, "attributes": ["displayName"]}).json["Resources"]
    assert [set(one) for one in chosen] == [{"schemas", "id", "displayName"}] * 2


def test_sorting_goes_across_both_types(endpoint: RunningEndpoint, directory: Directory) -> None:
    people = [directory.user(f"resources.sorted.{name}", displayName=f"Sorted {name}") for name in "ac"]
    group = directory.group("Sorted b")
    wanted = quote('displayName sw "sorted "')
    query = f"/?filter={wanted}&sortBy=displayName&sortOrder="
    up = [one["id"] for one in ask(endpoint, "GET", query + "ascending").json["Resources"]]
    down = [one["id"] for one in ask(endpoint, "GET", query + "descending").json["Resources"]]
    assert up == [people[0]["id"], group["id"], people[1]["id"]]
    assert down == up[::-1]


def test_an_attribute_of_one_type_finds_nothing_of_the_other(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.one.type")
    group = directory.group("Resources one type", user["id"])
    by_name = quote('userName eq "resources.one.type"')
    assert names(ask(endpoint, "GET", f"?filter={by_name}")) == ["resources.one.type"]
    by_member = f'members.value eq "{user["id"]}"'
    found = ask(endpoint, "POST", "/.search", {"filter": by_member}).json["Resources"]
    assert [one["id"] for one in found] == [group["id"]]
    ask(endpoint, "POST", "/.search", {"filter": 'nothing eq "x"'}).refused(400, "invalidFilter")


def test_a_search_finds_what_a_query_finds(endpoint: RunningEndpoint, directory: Directory) -> None:
    for number in range(3):
        directory.user(f"resources.search.{number}")
    wanted = 'userName sw "resources.search."'
    query = ask(endpoint, "GET", f"/Users?filter={quote(wanted)}&startIndex=2&count=2&sortBy=userName").json
    body = {"schemas": [SEARCH_REQUEST_URN], "filter": wanted, "startIndex": 2, "count": 2, "sortBy": "userName"}
    assert ask(endpoint, "POST", "/Users/.search", body).json == query
    assert query["totalResults"] == 3
    assert [one["userName"][-1] for one in query["Resources"]] == ["1", "2"]
    assert (
        ask(endpoint, "POST", "/Groups/.search", {"filter": 'displayName sw "resources.search."'}).json["totalResults"]
        == 0
    )


# -- large groups, settings, Bulk --


def test_a_large_group_is_read_whole_and_its_patch_answered_without_it(serve: Serve) -> None:
    running = serve()
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": f"b{number}", "data": person(f"user{number}")}
        for number in range(LARGE_GROUP)
    ]
    answer = ask(running, "POST", "/Bulk", {"schemas": [BULK_REQUEST_URN], "Operations": operations})
    ids = [one["location"].rsplit("/", 1)[1] for one in answer.json["Operations"]]
    assert len(set(ids)) == LARGE_GROUP
    one_more = ask(running, "POST", "/Users", person("one more")).json["id"]
    group = ask(running, "POST", "/Groups", {"displayName": "Large", "members": [{"value": i} for i in ids]})
    assert group.status == 201
    path = f"/Groups/{group.json['id']}"
    assert ask(running, "PATCH", path, patch("replace", "externalId", "1")).status == 200, "not yet too large"
    tag = version(running, path)
    added = ask(running, "PATCH", path, patch("add", "members", [{"value": one_more}]))
    assert (added.status, added.body) == (204, b"")
    whole = ask(running, "GET", path)
    assert added.headers["etag"] == whole.headers["etag"] != tag
    assert [member["value"] for member in whole.json["members"]] == [*ids, one_more]
    listed = ask(running, "GET", "/Groups").json["Resources"]
    assert listed == [whole.json]
    assert ask(running, "GET", path, headers={"If-None-Match": added.headers["etag"]}).status == 304
    removed = ask(running, "PATCH", path, patch("remove", f'members[value eq "{ids[0]}"]'))
    assert len(removed.json["members"]) == LARGE_GROUP, "small enough again"


def test_patch_answers_without_the_resource_where_the_setting_says_so(serve: Serve) -> None:
    running = serve(environ={"PERCH_PATCH_ANSWER": "none"})
    user = ask(running, "POST", "/Users", person("ada")).json
    path = f"/Users/{user['id']}"
    answer = ask(running, "PATCH", path, patch("replace", "title", "Dr"))
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["etag"] == version(running, path) != user["meta"]["version"]
    assert ask(running, "GET", path).json["title"] == "Dr"
    assert ask(running, "PUT", path, person("ada")).status == 200, "a replacement answers with what it made"


def test_active_can_be_removed_by_patch_like_any_attribute(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("resources.active")
    assert ask(endpoint, "PATCH", f"/Users/{user['id']}", patch("remove", "active")).status == 200
    assert ask(endpoint, "GET", f"/Users/{user['id']}").status == 200


def test_bulk_makes_a_group_of_people_that_it_makes(endpoint: RunningEndpoint, directory: Directory) -> None:
    group = {"displayName": "Resources bulk", "members": [{"value": "bulkId:ada"}]}
    operations = [
        {"method": "POST", "path": "/Groups", "bulkId": "all", "data": group},
        {"method": "POST", "path": "/Users", "bulkId": "ada", "data": person("resources.bulk")},
    ]
    answer = ask(endpoint, "POST", "/Bulk", {"schemas": [BULK_REQUEST_URN], "Operations": operations})
    assert answer.status == 200
    by_id = {one["bulkId"]: one for one in answer.json["Operations"]}
    for one in by_id.values():
        assert one["status"] == "201"
        directory.expect(one["location"].removeprefix(endpoint.base_url))
    where = by_id["all"]["location"].removeprefix(endpoint.base_url)
    members = ask(endpoint, "GET", where).json["members"]
    assert [member["value"] for member in members] == [by_id["ada"]["location"].rsplit("/", 1)[1]]


# -- a database that another process holds --


def test_while_another_process_locks_the_database_people_read_and_writers_are_told_to_wait(serve: Serve) -> None:
    running = serve()
    before = ask(running, "POST", "/Users", person("before")).json
    answers: list[Answer] = []
    slowest = 0.0
    with closing(sqlite3.connect(running.data_dir / "perch.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=lambda: answers.append(ask(running, "POST", "/Users", person("refused"))))
        writer.start()
        while writer.is_alive():
            begin = time.perf_counter()
            assert ask(running, "GET", f"/Users/{before['id']}").json == before
            slowest = max(slowest, time.perf_counter() - begin)
            writer.join(0.05)
        other.execute("ROLLBACK")
    (answer,) = answers
    assert "not carried out" in answer.refused(503)
    assert slowest < 2, "nobody who only reads waits for the lock"
    assert ask(running, "POST", "/Users", person("after")).status == 201
    assert names(ask(running, "GET", "/Users")) == ["before", "after"]
    assert running.stop() == 0
    assert "database_locked" in running.said()
    assert "Traceback" not in running.said()
