"""What was made is deleted, what was there before never is."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from server.okta.cleaning import Tracker
from server.okta.wire import Wire
from tests.okta.stand_in import Reply, StandIn, listing, standing_in

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA = b'{"userName":"ada.m4rk@perch-simulate.example"}'


@contextmanager
def tracking(*replies: Reply) -> Iterator[tuple[StandIn, Tracker, Wire]]:
    """A tracker over a stand-in, and another wire to clean up with."""
    with (
        standing_in(*replies) as stand_in,
        closing(Tracker(Wire(stand_in.base_url, "secret"))) as tracker,
        closing(Wire(stand_in.base_url, "secret")) as wire,
    ):
        yield stand_in, tracker, wire


def test_what_was_made_is_remembered_until_it_is_deleted_and_groups_go_first() -> None:
    replies = [Reply(201, {"id": "u1"}), Reply(201, {"id": "g1"}), Reply(204), Reply(204)]
    with tracking(*replies) as (stand_in, tracker, wire):
        tracker.send("POST", "/Users", ADA)
        tracker.send("POST", "//Groups", b'{"displayName":"m4rk"}')
        assert list(tracker.made) == ["/Groups/g1", "/Users/u1"]
        assert [tracker.delete(wire, target) for target in tracker.made] == ["", ""]
        assert not tracker.made
        assert stand_in.lines[2:] == ["DELETE /scim/v2/Groups/g1", "DELETE /scim/v2/Users/u1"]


def test_what_okta_deletes_itself_need_not_be_deleted_again() -> None:
    with tracking(Reply(201, {"id": "g1"}), Reply(204)) as (_stand_in, tracker, _wire):
        tracker.send("POST", "/Groups", b'{"displayName":"m4rk"}')
        tracker.send("DELETE", "/Groups/g1")
        assert not tracker.made


def test_what_was_only_read_or_changed_is_left_alone() -> None:
    there = listing({"id": "u7", "userName": "boss@example.com"})
    with tracking(there, Reply(200, {"id": "u7"}), Reply(404, {})) as (_, tracker, wire):
        tracker.send("GET", "/Users?startIndex=1&count=100")
        tracker.send("PUT", "/Users/u7", b"{}")
        tracker.send("POST", "/Nothing", b"{}")
        tracker.find_lost(wire, mark="m4rk")
        assert not tracker.made


def test_what_was_made_without_an_answer_is_found_by_its_marked_name() -> None:
    stranger = {"id": "u8", "userName": "someone.else@example.com"}
    mine = {"id": "u9", "userName": "Ada.M4rk@perch-simulate.example"}
    with tracking(Reply(201), listing(stranger, mine)) as (_, tracker, wire):
        tracker.send("POST", "/Users", ADA)
        assert not tracker.made
        tracker.find_lost(wire, mark="m4rk")
        assert list(tracker.made) == ["/Users/u9"], "a server that ignores the filter must not lose its own people"


def test_a_name_without_the_mark_is_never_looked_for() -> None:
    with tracking(Reply(500)) as (stand_in, tracker, wire):
        tracker.send("POST", "/Users", b'{"userName":"boss@example.com"}')
        tracker.send("POST", "/Users", b"not json")
        tracker.find_lost(wire, mark="m4rk")
        assert len(stand_in.lines) == 2


def test_what_was_refused_was_not_made_but_a_conflict_is_looked_into() -> None:
    mine = listing({"id": "u9", "userName": "ada.m4rk@perch-simulate.example"})
    with tracking(Reply(400, {}), Reply(409, {}), mine) as (stand_in, tracker, wire):
        tracker.send("POST", "/Users", ADA)
        tracker.find_lost(wire, mark="m4rk")
        assert len(stand_in.lines) == 1
        tracker.send("POST", "/Users", ADA)
        tracker.find_lost(wire, mark="m4rk")
        assert list(tracker.made) == ["/Users/u9"]


def test_what_cannot_be_deleted_is_told_with_the_reason() -> None:
    refusal = Reply(405, {"detail": "Not here."})
    with tracking(Reply(201, {"id": "u1"}), refusal) as (_stand_in, tracker, wire):
        tracker.send("POST", "/Users", ADA)
        reason = tracker.delete(wire, "/Users/u1")
        assert reason == "ada.m4rk@perch-simulate.example (/Users/u1): 405 Method Not Allowed: Not here."
        assert list(tracker.made) == ["/Users/u1"]


def test_what_is_gone_already_was_deleted_by_somebody() -> None:
    with tracking(Reply(201, {"id": "u1"}), Reply(404, {})) as (_stand_in, tracker, wire):
        tracker.send("POST", "/Users", ADA)
        assert tracker.delete(wire, "/Users/u1") == ""
