"""What a service manager and the log are told while an endpoint begins, works and ends."""

from __future__ import annotations

import asyncio
import logging

import pytest

from server.cli.notification import Notifier
from server.cli.supervision import Supervision
from server.faults import Fault, FaultCode

URL = "http://127.0.0.1:1/scim/v2"


class Told(Notifier):
    """Keeps what would be sent."""

    def __init__(self, watchdog_seconds: float | None = None) -> None:
        super().__init__("/nowhere", watchdog_seconds)
        self.said: list[str] = []

    def _tell(self, *lines: str) -> None:
        self.said.append(lines[0])


async def test_it_begins_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    told = Told()
    supervision = Supervision(told, in_json=False)
    await supervision.end(supervision.begin(URL, None, lambda: True))
    assert told.said == ["READY=1", "STOPPING=1"]
    assert caplog.records == [], "people read it on stdout"


async def test_a_log_for_programs_tells_where_it_serves(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    supervision = Supervision(Told(), in_json=True)
    await supervision.end(supervision.begin(URL, 9100, lambda: True))
    assert [record.message for record in caplog.records] == [
        "Metrics are at http://127.0.0.1:9100/metrics",
        f"Serving SCIM at {URL}",
        "Stopping: requests in flight are finished.",
    ]
    assert caplog.records[1].__dict__["url"] == URL


async def test_an_endpoint_that_cannot_write_any_more_says_nothing_and_is_started_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told(watchdog_seconds=0.002)
    answers = iter([True, True, False])
    supervision = Supervision(told, in_json=False)
    alive = supervision.begin(URL, None, lambda: next(answers))
    await asyncio.wait_for(asyncio.shield(alive), 20)
    assert told.said == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    await supervision.end(alive)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Fault(FaultCode.PORT_IN_USE, "127.0.0.1:80"), "STATUS=Another program listens on 127.0.0.1:80. Stop it, or"),
        (RuntimeError("token"), "STATUS=Perch ends by a mistake of its own; its log says more."),
    ],
)
def test_why_it_ends_is_the_last_that_is_told(error: Exception, said: str) -> None:
    told = Told()
    with pytest.raises(type(error)), Supervision(told, in_json=True).failure_told():
        raise error
    assert len(told.said) == 1
    assert told.said[0].startswith(said)
