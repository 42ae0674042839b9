"""The replayer itself: what it sends, what it tells, what it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.okta.matching import CORE_1_URN
from tests.okta.replay import Difference, Replay, problems
from tests.okta.stand_in import Reply, StandIn, standing_in

SCIM = {"Content-Type": "application/scim+json"}
JSON = {"Content-Type": "application/json"}
USER = {"schemas": ["urn:x"], "id": "u1", "userName": "a"}


@dataclass(frozen=True)
class At:
    base_url: str
    token: str = "secret"


def play(stand_in: StandIn, *exchanges: dict[str, Any], setup: tuple[dict[str, Any], ...] = ()) -> None:
    document = {"title": "A test", "setup": list(setup), "exchanges": list(exchanges)}
    Replay(At(stand_in.base_url)).play(document)


def get(target: str, **expected: Any) -> dict[str, Any]:
    return {"request": {"method": "GET", "target": target}, "expect": {"status": 200, **expected}}


def test_what_was_captured_is_put_in_its_place_and_what_was_created_is_deleted() -> None:
    replies = (Reply(201, USER, SCIM), Reply(200, USER, SCIM), Reply(204))
    with standing_in(*replies) as stand_in:
        play(stand_in, get("/Users/{{id}}"), setup=({"user": "one", "capture": {"id": "body.id"}},))

        assert stand_in.lines == ["POST /scim/v2/Users", "GET /scim/v2/Users/u1", "DELETE /scim/v2/Users/u1"]
        assert stand_in.received[0].document["userName"].startswith("one.")


def test_the_first_difference_is_told_and_still_everything_is_deleted() -> None:
    replies = (Reply(201, USER, SCIM), Reply(200, USER, SCIM), Reply(204))
    with standing_in(*replies) as stand_in:
        with pytest.raises(Difference) as told:
            play(stand_in, get("/Users/u1", body={"userName": "b"}), setup=({"user": "one"},))

        assert 'body.userName: expected "b", got "a"' in str(told.value)
        assert "> GET /Users/u1" in str(told.value)
        assert stand_in.lines[-1] == "DELETE /scim/v2/Users/u1"


def test_a_broken_standing_rule_fails_without_being_written_down() -> None:
    reply = Reply(200, {"schemas": ["urn:x"], "password": "x"}, SCIM)
    with standing_in(reply) as stand_in, pytest.raises(Difference, match="holds a password"):
        play(stand_in, get("/Users/u1"))


def test_a_file_of_scim_1_1_is_played_below_its_own_base() -> None:
    former = {"schemas": [CORE_1_URN], "id": "u1"}
    replies = (Reply(201, former, JSON), Reply(200, former, JSON), Reply(204))
    exchange = get("/Users/{{id}}?at={{base}}")
    document = {
        "title": "A test",
        "base": "/scim/v1",
        "setup": [{"user": "one", "capture": {"id": "body.id"}}],
        "exchanges": [exchange],
    }
    with standing_in(*replies) as stand_in:
        Replay(At(stand_in.base_url)).play(document)

        one_point_one = stand_in.base_url.replace("/scim/v2", "/scim/v1")
        assert stand_in.lines == [
            "POST /scim/v1/Users",
            f"GET /scim/v1/Users/u1?at={one_point_one}",
            "DELETE /scim/v1/Users/u1",
        ]
        assert stand_in.received[0].document["schemas"] == [CORE_1_URN]
        assert dict(stand_in.received[0].headers)["Content-Type"] == "application/json; charset=utf-8"


def test_a_repetition_counts_and_an_array_repeats_its_items() -> None:
    exchange: dict[str, Any] = {
        "times": 2,
        "request": {
            "method": "PUT",
            "target": "/{{index}}",
            "body": [{"$repeat": 2, "from": 5, "item": "{{index}}"}],
        },
        "expect": {"status": 200},
    }
    with standing_in(*[Reply(200, USER, SCIM)] * 2) as stand_in:
        play(stand_in, exchange)

        assert [one.line for one in stand_in.received] == ["PUT /scim/v2/0", "PUT /scim/v2/1"]
        assert stand_in.received[0].document == ["5", "6"]


def test_copies_together_are_counted_by_status() -> None:
    error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": "taken", "status": "409"}
    exchange = {**get("/x"), "together": 3, "expect": {"statuses": {"200": 1, "409": 2}}}
    with standing_in(Reply(200, USER, SCIM), *[Reply(409, error, SCIM)] * 2) as stand_in:
        play(stand_in, exchange)
    with standing_in(*[Reply(409, error, SCIM)] * 3) as stand_in, pytest.raises(Difference, match="statuses"):
        play(stand_in, exchange)


def test_a_header_is_replaced_or_left_out() -> None:
    request = {"method": "GET", "target": "/x", "headers": {"Authorization": None, "User-Agent": "x"}}
    with standing_in(Reply(200, USER, SCIM)) as stand_in:
        play(stand_in, {"request": request, "expect": {"status": 200}})

        headers = dict(stand_in.received[0].headers)
        assert headers["User-Agent"] == "x"
        assert "Authorization" not in headers
        assert "Content-Type" not in headers


def test_a_file_that_is_not_well_formed_is_told_so() -> None:
    exchange = {
        "request": {"method": "GIT", "target": "x", "body": {}, "raw_body": "", "spare": 1},
        "expects": {},
    }

    told = list(problems({"title": "x", "base": "/scim/v3", "exchanges": [exchange], "more": 1}))

    assert told == [
        "has unknown keys ['more']",
        "has the base '/scim/v3'",
        "has no source",
        "has no covers",
        "exchanges 1 has unknown keys ['expects']",
        "exchanges 1 has unknown request keys ['spare']",
        "exchanges 1 has the method 'GIT'",
        "exchanges 1 has a target that does not begin with /",
        "exchanges 1 has both body and raw_body",
        "exchanges 1 expects no status",
    ]
