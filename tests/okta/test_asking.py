"""One request after another, asked as Okta asks, of a server that answers as it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from server.okta.asking import BEFORE_REPLACE, PATCH_URN, Asking
from server.okta.features import Feature
from server.okta.scenario import Stopped
from server.okta.verdicts import Asked, Verdict
from server.okta.wire import Answer, Wire
from tests.okta.stand_in import Reply, StandIn, listing, standing_in
from tests.okta.tenants import played

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = (Feature.IMPORT_USERS, "GET", "/Users", Asked.LIST)
TOO_MANY = Reply(429, {"detail": "slow down"}, {"Retry-After": "7"})


def asking(stand_in: StandIn, pace: Callable[[float], None] | None = None) -> Asking:
    return Asking(Wire(stand_in.base_url, "secret"), pace)


def test_a_good_answer_is_one_step_and_is_given_back() -> None:
    with standing_in(listing({"id": "u1"})) as stand_in, asking(stand_in) as okta:
        steps, answer = played(okta.ask(*LIST))

        assert [(step.feature, step.request_line, step.status) for step in steps] == [
            (Feature.IMPORT_USERS, "GET /Users", 200)
        ]
        assert answer.resources() == [{"id": "u1"}]


def test_okta_stops_after_the_step_that_it_does_not_get_past() -> None:
    with standing_in(Reply(500, {"detail": "broken"})) as stand_in, asking(stand_in) as okta:
        play = okta.ask(*LIST)
        assert not next(play).verdict.ok
        with pytest.raises(Stopped):
            next(play)


def test_a_429_is_waited_for_as_long_as_it_says_and_asked_again() -> None:
    pauses: list[float] = []
    with standing_in(TOO_MANY, TOO_MANY, listing()) as stand_in, asking(stand_in, pauses.append) as okta:
        steps, _ = played(okta.ask(*LIST))

    assert pauses == [7, 7]
    assert [step.status for step in steps] == [429, 429, 200]
    assert len(set(stand_in.lines)) == 1


def test_a_429_without_a_wait_doubles_from_five_minutes_and_ends_after_ten() -> None:
    pauses: list[float] = []
    silent = Reply(429, {"detail": "slow down"})
    with standing_in(*[silent] * 12) as stand_in, asking(stand_in, pauses.append) as okta:
        play = okta.ask(*LIST)
        with pytest.raises(Stopped):
            played(play)

    assert pauses == [300 * 2**one for one in range(9)]
    assert len(stand_in.lines) == 10


def test_without_a_pace_nobody_waits_and_a_429_is_the_end() -> None:
    with standing_in(TOO_MANY, listing()) as stand_in, asking(stand_in) as okta:
        with pytest.raises(Stopped):
            played(okta.ask(*LIST))
        okta.wait(10_000)

        assert len(stand_in.lines) == 1


@pytest.mark.parametrize("status", [404, 501])
def test_what_a_server_need_not_have_may_be_missing(status: int) -> None:
    assumed = Verdict(ok=True, sentence="assumed", source="OKTA.md 2.3")
    with standing_in(Reply(status, b"<h1>no</h1>")) as stand_in, asking(stand_in) as okta:
        steps, _ = played(okta.ask(Feature.DISCOVERY, "GET", "/Any", Asked.READ, absent=assumed))

        assert [step.verdict for step in steps] == [assumed]


def test_what_a_server_need_not_have_may_not_be_broken() -> None:
    assumed = Verdict(ok=True, sentence="assumed", source="OKTA.md 2.3")
    with standing_in(Reply(500, b"")) as stand_in, asking(stand_in) as okta, pytest.raises(Stopped):
        played(okta.ask(Feature.DISCOVERY, "GET", "/Any", Asked.READ, absent=assumed))


def test_what_is_read_to_be_replaced_is_thought_about_for_a_moment() -> None:
    pauses: list[float] = []
    with standing_in(Reply(200, {"id": "u1"})) as stand_in, asking(stand_in, pauses.append) as okta:
        _, document = played(okta.read(Feature.DEACTIVATE, "/Users/u1"))

    assert document == {"id": "u1"}
    assert pauses == [BEFORE_REPLACE]


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (100, 1), (101, 2), (200, 2), (201, 3)])
def test_a_list_is_read_in_pages_of_100_up_to_its_total(total: int, pages: int) -> None:
    people = [{"id": f"u{one}"} for one in range(total)]
    replies = [listing(*people[at : at + 100], total=total, start=at + 1) for at in range(0, max(total, 1), 100)]
    with standing_in(*replies) as stand_in, asking(stand_in) as okta:
        steps, found = played(okta.pages(Feature.IMPORT_USERS, "/Users"))

        assert [step.target for step in steps] == [
            f"/Users?startIndex={100 * one + 1}&count=100" for one in range(pages)
        ]
        assert found == people


def test_a_page_without_anybody_is_the_end_whatever_the_total_says() -> None:
    replies = (listing({"id": "u1"}, total=500), listing(total=500))
    with standing_in(*replies) as stand_in, asking(stand_in) as okta:
        _, found = played(okta.pages(Feature.IMPORT_USERS, "/Users", "filter=x&"))

        assert [line.partition("?")[2] for line in stand_in.lines] == [
            "filter=x&startIndex=1&count=100",
            "filter=x&startIndex=101&count=100",
        ]
        assert found == [{"id": "u1"}]


def test_a_change_is_a_patch_op() -> None:
    operations = [{"op": "replace", "value": {"active": False}}]
    with standing_in(Reply(204)) as stand_in, asking(stand_in) as okta:
        played(okta.modify(Feature.DEACTIVATE, "/Users/u1", operations))

        assert stand_in.lines == ["PATCH /scim/v2/Users/u1"]
        assert json.loads(stand_in.received[0].body) == {"schemas": [PATCH_URN], "Operations": operations}


def test_leaving_it_closes_the_connection() -> None:
    closed = []

    class Line:
        def send(self, *_: Any) -> Answer:
            raise AssertionError("nothing is asked")

        def close(self) -> None:
            closed.append("closed")

    with Asking(Line(), None):
        assert closed == []
    assert closed == ["closed"]
