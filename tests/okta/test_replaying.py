"""A recorded dialogue against another server: ids of now, differences told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.okta.recording import Exchange, Recording
from server.okta.replaying import Repeated, Replayer, shape
from server.okta.wire import Wire
from tests.okta.stand_in import Reply, StandIn, listing, standing_in

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOKUP = "/Users?filter=userName%20eq%20%22ada-r1%22&startIndex=1&count=100"
ADA = {"id": "then-1", "userName": "ada-r1", "active": True}


def asked(method: str, target: str, status: int, answer: Any = None, body: Any = None) -> Exchange:
    return Exchange(method=method, target=target, status=status, answer=answer, body=body)


def replayed(stand_in: StandIn, *exchanges: Exchange, run: str = "") -> list[Repeated]:
    wire = Wire(stand_in.base_url, "secret")
    try:
        return list(Replayer(Recording("https://then.example", "r1", exchanges), wire, run=run).play())
    finally:
        wire.close()


def differences(then: Exchange, now: Reply) -> list[str]:
    with standing_in(now) as stand_in:
        return [sentence for one in replayed(stand_in, then) for sentence in one.differences]


def test_the_ids_of_now_take_the_place_of_those_of_then() -> None:
    members = {"members": [{"value": "then-1", "$ref": "https://then.example/Users/then-1"}]}
    removal = {"Operations": [{"op": "remove", "path": 'members[value eq "then-1"]'}]}
    with standing_in(Reply(201, {**ADA, "id": "now-9"}), *[Reply(204)] * 3) as stand_in:
        repeated = replayed(
            stand_in,
            asked("POST", "/Users", 201, ADA, {"userName": "ada-r1"}),
            asked("PUT", "/Users/then-1", 204, body={"id": "then-1", "title": "then-1"}),
            asked("POST", "/Groups", 204, body=members),
            asked("PATCH", "/Groups/g", 204, body=removal),
        )
        assert [one.differences for one in repeated] == [()] * 4
        assert repeated[1].request == "PUT /Users/now-9"
        assert stand_in.lines[1] == "PUT /scim/v2/Users/now-9"
        assert stand_in.received[1].document == {"id": "now-9", "title": "then-1"}
        assert stand_in.received[2].document == {
            "members": [{"value": "now-9", "$ref": "https://then.example/Users/now-9"}]
        }
        assert stand_in.received[3].document["Operations"][0]["path"] == 'members[value eq "now-9"]'


def test_ids_are_learned_from_a_list_by_the_names_in_it_and_numbers_in_a_query_stay() -> None:
    grace = {"id": "1", "userName": "grace"}
    with standing_in(listing({**grace, "id": "70"}, {**ADA, "id": "71"}), Reply(200, {"id": "70"})) as stand_in:
        replayed(
            stand_in,
            asked("GET", "/Users?startIndex=1&count=100", 200, {"Resources": [ADA, grace]}),
            asked("GET", "/Users/1?startIndex=1", 200, {"id": "1"}),
        )
        assert stand_in.lines[1] == "GET /scim/v2/Users/70?startIndex=1"


def test_a_run_of_now_gives_every_name_its_mark() -> None:
    with standing_in(listing({**ADA, "userName": "ada-r2"}), Reply(201, {**ADA, "userName": "ada-r2"})) as stand_in:
        repeated = replayed(
            stand_in,
            asked("GET", LOOKUP, 200, listing(ADA).body),
            asked("POST", "/Users", 201, ADA, {"userName": "ada-r1"}),
            run="r2",
        )
        assert [one.differences for one in repeated] == [(), ()]
        assert "ada-r2" in stand_in.lines[0]
        assert stand_in.received[1].document == {"userName": "ada-r2"}


def test_a_redacted_password_is_replaced_by_another_placeholder() -> None:
    with standing_in(Reply(204)) as stand_in:
        replayed(stand_in, asked("POST", "/Users", 204, body={"password": "[redacted]"}))
        password = stand_in.received[0].document["password"]
        assert len(password) == 8
        assert password.isalnum()


def test_text_that_is_no_json_is_sent_as_it_was() -> None:
    with standing_in(Reply(400, {})) as stand_in:
        replayed(stand_in, Exchange(method="POST", target="/Users", body_text="not json", status=400, answer={}))
        assert stand_in.received[0].body == b"not json"


@pytest.mark.parametrize(
    ("then", "now", "sentence"),
    [
        (asked("POST", "/Users", 201), Reply(204), "Answered 201 then, 204 now."),
        (
            asked("POST", "/Users", 201),
            Reply(409, {"detail": "It exists."}),
            "Answered 201 then, 409 now: It exists.",
        ),
        (
            asked("GET", "/Users/1", 200, ADA),
            Reply(200, b"<html>"),
            "Answered with JSON then, with something else now.",
        ),
        (asked("DELETE", "/Users/1", 204), Reply(204), None),
        (asked("GET", "/Users/1", 200, None), Reply(200, ADA), "Answered with JSON only now."),
        (asked("GET", "/Users/1", 200, ADA), Reply(200, {"id": "2", "userName": "x"}), "active is missing now."),
        (asked("GET", "/Users/1", 200, ADA), Reply(200, {**ADA, "title": "x"}), "title is new."),
        (
            asked("GET", "/Users/1", 200, ADA),
            Reply(200, {**ADA, "active": "true"}),
            "active was a boolean, it is a string now.",
        ),
        (asked("GET", LOOKUP, 200, listing(ADA).body), listing(), "Found 1 then, 0 now."),
        (asked("GET", "/Users", 200, listing(ADA).body), listing({"id": "9", "userName": "stranger"}), None),
    ],
)
def test_a_difference_of_status_or_shape_is_told_and_a_stranger_is_none(
    then: Exchange, now: Reply, sentence: str | None
) -> None:
    assert differences(then, now) == ([] if sentence is None else [sentence])


def test_a_server_that_is_silent_now_is_told() -> None:
    [sentence] = differences(asked("GET", "/Users/1", 200, ADA), Reply(0, None))
    assert sentence.startswith("Answered 200 then, nothing now: Connect to 127.0.0.1")


def test_the_entries_of_an_array_share_a_path() -> None:
    value: Mapping[str, Any] = {"emails": [{"value": "a"}, {"primary": True}], "none": None, "n": 1.5}
    assert dict(shape(value)) == {
        "": "an object",
        "emails": "an array",
        "emails[]": "an object",
        "emails[].value": "a string",
        "emails[].primary": "a boolean",
        "none": "null",
        "n": "a number",
    }


def test_a_name_in_another_case_gets_the_mark_of_now_as_well() -> None:
    with standing_in(listing()) as stand_in:
        shouted = "/Users?filter=userName%20eq%20%22ADA-R1%22&startIndex=1&count=100"
        replayed(stand_in, asked("GET", shouted, 200, listing().body), run="r2")
        assert "ADA-R2" in stand_in.lines[0]
