"""What a simulation has seen is counted by feature."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from server.okta.dialogues import Kind
from server.okta.features import Feature
from server.okta.ledger import ERRORS, Ledger
from server.okta.rules import Rule
from server.okta.scenario import Step
from server.okta.verdicts import Asked, verdict
from server.okta.wire import Answer
from tests.okta.reports import SERVER, without_location


def step(feature: Feature, *, status: int = 200, body: bytes = b'{"id":"1"}', duration: int = 1000) -> Step:
    judged = verdict(status, body, Asked.READ)
    return Step(feature, "GET", "/Users/1", None, Answer(status, "", body, duration), judged)


def test_each_step_counts_for_its_feature_and_features_come_in_their_order() -> None:
    ledger = Ledger()
    ledger.note(step(Feature.IMPORT_USERS, duration=3000))
    ledger.note(step(Feature.CONNECTION_TEST))
    ledger.note(step(Feature.IMPORT_USERS, duration=1000))
    results = ledger.results([Feature.GROUP_PUSH])
    assert [(one.label, one.requests, one.median, one.worst) for one in results] == [
        ("Test connector configuration", 1, 1000, 1000),
        ("Import new users and profile updates", 2, 1000, 3000),
        ("Push groups", 0, 0, 0),
    ]
    assert [one.ok for one in results] == [True, True, False], "what was expected and never reached does not work"


def test_a_refusal_is_found_unless_it_was_wanted() -> None:
    ledger = Ledger()
    refused = step(Feature.PUSH_PROFILE_UPDATE, status=500, body=b'{"detail":"broken"}')
    ledger.count(refused)
    assert ledger.works(Feature.PUSH_PROFILE_UPDATE)
    ledger.note(refused)
    assert not ledger.works(Feature.PUSH_PROFILE_UPDATE)


def test_a_step_may_count_for_a_row_that_is_no_feature() -> None:
    ledger = Ledger()
    ledger.count(step(Feature.CONNECTION_TEST), feature=ERRORS)
    [row] = ledger.results([])
    assert (row.feature, row.label) == ("errors", "Errors as Okta reads them")


def test_the_report_keeps_the_first_of_each_rule_and_how_often_it_was_found() -> None:
    ledger = Ledger()
    ledger.note(step(Feature.PUSH_NEW_USER))
    ledger.found(Feature.PUSH_NEW_USER, [without_location("POST /Users")])
    ledger.found(Feature.GROUP_PUSH, [without_location("POST /Groups")])
    report = ledger.report(
        SERVER, Kind.CUSTOM, expected=(), people=5, seconds=1.5, left_behind=["x"], interrupted=False
    )
    assert [one.request for one in report.findings] == ["POST /Users"]
    assert report.times[Rule.CREATED_WITHOUT_LOCATION] == 2
    assert (report.people, report.requests, report.seconds, report.left_behind) == (5, 1, 1.5, ("x",))


def test_threads_lose_nothing() -> None:
    ledger = Ledger()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ledger.note(step(Feature.FIND_USER)), range(400)))
    assert ledger.requests == 400
    assert ledger.results([])[0].requests == 400
