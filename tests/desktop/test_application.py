from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning

from desktop import application

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    before = qInstallMessageHandler(None)
    application.log_everything()
    yield
    qInstallMessageHandler(before)


@pytest.mark.usefixtures("installed")
def test_what_qt_says_is_logged_at_its_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        qWarning("a widget is unhappy")
    assert ("perch.desktop", logging.WARNING, "Qt: a widget is unhappy") in caplog.record_tuples


@pytest.mark.usefixtures("installed")
def test_a_bug_is_logged_with_its_trace_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LookupError) as caught:
        dict[str, int]()["in a slot"]
    sys.excepthook(caught.type, caught.value, caught.tb)
    (record,) = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert record.exc_info is not None
    assert "in a slot" in str(record.exc_info[1])
