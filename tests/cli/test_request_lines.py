"""A line of the log for each request: what may be in it, and that none is missing."""

from __future__ import annotations

import logging
from contextlib import closing

import pytest

from server.cli.request_lines import RequestLines
from server.records import Exchange

SECRET = "perch_live_" + "A" * 49


def exchange(**changed: object) -> Exchange:
    known: dict[str, object] = {
        "at": 0.0,
        "duration": 1_500,
        "method": "GET",
        "target": "/scim/v2/Users",
        "status": 200,
    }
    return Exchange(**{**known, "number": 31, **changed})  # type: ignore[arg-type]  # a test's own mixture of fields


def logged(caplog: pytest.LogCaptureFixture, *exchanges: Exchange) -> list[logging.LogRecord]:
    caplog.set_level(logging.INFO)
    passed: list[Exchange] = []
    with closing(RequestLines(passed.append, "run1")) as lines:
        for one in exchanges:
            lines.record(one)
    assert passed == list(exchanges), "the activity gets them as before"
    return caplog.records


def test_a_line_names_the_request_and_what_became_of_it(caplog: pytest.LogCaptureFixture) -> None:
    (line,) = logged(caplog, exchange(token_id="t1", address="192.0.2.1"))
    assert line.message == "GET /scim/v2/Users 200"
    fields = line.__dict__
    assert (fields["request"], fields["status"], fields["duration"]) == ("run1-1f", 200, 0.0015)
    assert (fields["token"], fields["address"]) == ("t1", "192.0.2.1")


def test_neither_a_query_nor_a_body_nor_a_token_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    target = f"/scim/v2/Users/{SECRET}?filter=userName%20eq%20%22ada%22"
    (line,) = logged(caplog, exchange(target=target, request_body=b"ada", response_body=b"ada"))
    assert SECRET not in repr(line.__dict__)
    assert "ada" not in repr(line.__dict__)


@pytest.mark.parametrize(("status", "level"), [(201, "INFO"), (304, "INFO"), (401, "WARNING"), (503, "ERROR")])
def test_its_level_is_that_of_the_answer(caplog: pytest.LogCaptureFixture, status: int, level: str) -> None:
    (line,) = logged(caplog, exchange(status=status))
    assert line.levelname == level


def test_every_request_is_logged_in_order_before_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    lines = logged(caplog, *(exchange(number=number) for number in range(500)))
    assert [line.__dict__["request"] for line in lines] == [f"run1-{number:x}" for number in range(500)]
