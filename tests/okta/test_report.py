"""What makes a report good, and its JSON, which other programs rely on."""

from __future__ import annotations

from dataclasses import replace

from server.okta.dialogues import Kind
from server.okta.features import Feature
from server.okta.report import document, feature_result, firsts
from server.okta.rules import Rule
from tests.okta.reports import SERVER, bad_report, good_report, result, string_total, without_location

STARTED = "2026-11-24T03:05:00+00:00"


def test_a_feature_works_until_something_of_it_fails() -> None:
    assert result(Feature.PUSH_NEW_USER).ok
    assert result(Feature.PUSH_NEW_USER, without_location()).ok
    assert not result(Feature.PUSH_NEW_USER, string_total()).ok


def test_a_feature_that_okta_never_reached_does_not_work() -> None:
    missed = result(Feature.GROUP_RENAME, durations=())
    assert (missed.ok, missed.reached, missed.median, missed.worst) == (False, False, 0, 0)


def test_the_times_of_a_feature_are_the_median_and_the_worst() -> None:
    timed = feature_result("find_user", "Look up a user", [5, 1, 3, 2], [])
    assert (timed.requests, timed.median, timed.worst) == (4, 2, 5)


def test_of_each_rule_the_first_finding_is_kept_and_those_that_fail_come_first() -> None:
    kept = firsts([without_location("POST /Users"), without_location("POST /Groups"), string_total()])
    assert [one.rule for one in kept] == [Rule.LIST_NUMBER_AS_STRING, Rule.CREATED_WITHOUT_LOCATION]
    assert kept[1].request == "POST /Users"


def test_a_report_is_good_when_every_feature_works_and_it_was_not_ended_early() -> None:
    assert good_report().ok
    assert not bad_report().ok
    assert not replace(good_report(), interrupted=True).ok
    assert [one.rule for one in bad_report().failures] == [Rule.LIST_NUMBER_AS_STRING]
    assert [one.rule for one in bad_report().notes] == [Rule.CREATED_WITHOUT_LOCATION]


def test_the_json_has_the_documented_shape() -> None:
    written = document([good_report(), bad_report(Kind.CATALOG, left_behind=("a",))], started=STARTED, version="1.2.3")
    assert {key: written[key] for key in ("perch_report", "version", "server", "started", "ok")} == {
        "perch_report": 1,
        "version": "1.2.3",
        "server": SERVER,
        "started": STARTED,
        "ok": False,
    }
    assert [app["app"] for app in written["apps"]] == ["custom", "catalog"]
    bad = written["apps"][1]
    assert {key: bad[key] for key in ("ok", "interrupted", "people", "requests", "seconds", "left_behind")} == {
        "ok": False,
        "interrupted": False,
        "people": 1000,
        "requests": 9,
        "seconds": 2.0,
        "left_behind": ["a"],
    }
    assert bad["features"][1] == {
        "feature": "push_new_user",
        "label": "Push new users",
        "ok": True,
        "reached": True,
        "requests": 3,
        "median_ms": 1.2,
        "worst_ms": 4.0,
        "rules": ["created-without-location"],
    }
    assert bad["findings"][1]["times"] == 2
    assert set(bad["findings"][0]) == {
        "rule",
        "title",
        "severity",
        "times",
        "request",
        "sentence",
        "source",
        "remedy",
    }
    assert bad["findings"][0]["severity"] == "fails"
    assert bad["findings"][0]["sentence"].startswith("Okta stops here without a message")


def test_no_report_is_no_server() -> None:
    assert document([], started=STARTED, version="1")["server"] == ""
