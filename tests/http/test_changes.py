"""``GET /changes``: everything since a cursor, in order, at once or as soon as there is something."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from server.config import ServerConfig
from server.records import Access
from server.workspace import Workspace
from tests.consumer import wait_until
from tests.http.client import Answer, Directory, ask, received

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint, Serve


def get(endpoint: RunningEndpoint, **parameters: Any) -> Answer:
    return ask(endpoint, "GET", f"/changes?{urlencode(parameters)}")


def latest(endpoint: RunningEndpoint) -> str:
    cursor: str = get(endpoint, after="latest").json["next"]
    return cursor


def test_a_consumer_reads_on_from_its_cursor_page_by_page(endpoint: RunningEndpoint, directory: Directory) -> None:
    cursor = latest(endpoint)
    ids = [directory.user(f"changes-{number}")["id"] for number in range(5)]
    seen: list[str] = []
    more = True
    while more:
        page = get(endpoint, after=cursor, limit=2).json
        assert len(page["changes"]) <= 2
        seen += [one["resource"]["id"] for one in page["changes"] if one["type"] == "user.created"]
        cursor, more = page["next"], page["more"]
        assert page["changes"][-1]["id"] == cursor
    assert seen == ids
    page = get(endpoint, after=cursor).json
    assert page == {"changes": [], "next": cursor, "more": False}


def test_without_a_cursor_it_begins_with_the_first_change(serve: Serve) -> None:
    endpoint = serve()
    assert get(endpoint).json == {"changes": [], "next": "0", "more": False}
    assert latest(endpoint) == "0"
    Directory(endpoint).user("ada")
    (event,) = get(endpoint, after="0").json["changes"]
    assert (event["sequence"], event["type"], event["before"]) == (1, "user.created", None)
    assert event["after"]["userName"] == "ada"


def test_a_wait_ends_with_the_first_change(endpoint: RunningEndpoint, directory: Directory) -> None:
    cursor = latest(endpoint)
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(get(endpoint, after=cursor, wait=20)))
    begin = time.monotonic()
    thread.start()
    made = directory.user("waited-for")["id"]
    thread.join()
    assert time.monotonic() - begin < 10
    assert [one["resource"]["id"] for one in answers[0].json["changes"]] == [made]


def test_a_wait_for_nothing_ends_in_time(serve: Serve) -> None:
    begin = time.monotonic()
    assert get(serve(), wait=0.3).json["changes"] == []
    assert 0.3 <= time.monotonic() - begin < 10


def test_an_endpoint_that_stops_sends_home_who_waits(serve: Serve) -> None:
    endpoint = serve()
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(get(endpoint, wait=60)))
    thread.start()
    # Answered after the other has been read: connections are served in turn.
    ask(endpoint, "GET", "/Users")
    begin = time.monotonic()
    assert endpoint.stop() == 0
    thread.join()
    assert time.monotonic() - begin < 8
    assert [answer.status for answer in answers] in ([200], [])


def test_a_read_only_token_may_read_changes_and_nobody_may_without(serve: Serve) -> None:
    endpoint = serve()
    with Workspace.open(endpoint.data_dir, ServerConfig(), actor="tests") as workspace:
        token = workspace.tokens.create("reader", access=Access.READ_ONLY, actor="tests").secret
    assert ask(endpoint, "GET", "/changes", headers={"Authorization": f"Bearer {token}"}).status == 200
    ask(endpoint, "GET", "/changes", headers={"Authorization": "Bearer nothing"}).refused(401)


def test_a_token_that_is_revoked_while_its_reader_waits_reads_nothing_more(serve: Serve) -> None:
    endpoint = serve()
    with Workspace.open(endpoint.data_dir, ServerConfig(), actor="tests") as workspace:
        made = workspace.tokens.create("reader", actor="tests")
        header = {"Authorization": f"Bearer {made.secret}"}
        answers: list[Answer] = []
        waiting = threading.Thread(
            target=lambda: answers.append(ask(endpoint, "GET", "/changes?wait=20", headers=header))
        )
        waiting.start()
        # Its use is noted as it is admitted, before it waits.
        wait_until(lambda: any(one.last_used for one in workspace.tokens.tokens() if one.id == made.token.id))
        workspace.tokens.revoke(made.token.id, actor="tests")
    Directory(endpoint).user("ada")
    waiting.join()
    answers[0].refused(401)
    assert b"ada" not in answers[0].body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_changes_are_only_read(endpoint: RunningEndpoint, method: str) -> None:
    answer = ask(endpoint, method, "/changes", {})
    answer.refused(405)
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "parameters",
    [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"limit": 1.5}, {"limit": "nan"}, {"wait": -1}, {"wait": 61}],
)
def test_numbers_out_of_range_are_refused(endpoint: RunningEndpoint, parameters: dict[str, Any]) -> None:
    (name,) = parameters
    assert get(endpoint, **parameters).refused(400, "invalidValue").startswith(f"{name} is a number from ")


def test_a_cursor_of_another_directory_is_refused_with_the_way_out(
    endpoint: RunningEndpoint, directory: Directory
) -> None:
    directory.user("somebody")
    cursor = latest(endpoint)
    number, _, trace = cursor.partition("-")
    for other in (
        f"{number}-{'0' if trace[0] != '0' else '1'}{trace[1:]}",
        f"{int(number) + 1000}-{trace}",
        number,
        "x",
    ):
        assert "after=latest" in get(endpoint, after=other).refused(400, "invalidValue")


@pytest.mark.parametrize(
    "path", ["/changes", "/scim/v2/Changes", "/scim/v2/CHANGES/", "/SCIM/v2//changes", "/changes/"]
)
def test_other_spellings_lead_there_too(endpoint: RunningEndpoint, path: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=20)) as connection:
        connection.request("GET", f"{path}?after=latest", headers={"Authorization": f"Bearer {endpoint.token}"})
        assert received(connection.getresponse()).json["changes"] == []


def test_a_look_that_finds_nothing_does_not_push_others_out_of_the_activity(serve: Serve) -> None:
    endpoint = serve()
    get(endpoint)
    Directory(endpoint).user("ada")
    get(endpoint)
    assert endpoint.stop() == 0
    with Workspace.open(endpoint.data_dir, ServerConfig(), actor="tests") as workspace:
        kept = [(one.method, one.path, one.meaning) for one in workspace.activity.recent()]
    assert kept[0] == ("GET", "/scim/v2/changes", "read 1 change")
    assert [(method, path) for method, path, _ in kept[1:]] == [("POST", "/scim/v2/Users")]
