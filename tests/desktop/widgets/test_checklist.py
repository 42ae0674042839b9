from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from desktop import theme
from desktop.widgets.checklist import CheckRow, FeatureChecklist, Mark, Progress, progress_of, sentence_of
from desktop.widgets.seen import CHECKS, By, Seen

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NOW = datetime.now(UTC).isoformat()


def colours(mark: Mark) -> set[str]:
    image = mark.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_mark_is_green_only_when_done(qtbot: QtBot) -> None:
    mark = Mark()
    qtbot.addWidget(mark)
    green = theme.current().color("ok").name()
    for progress in Progress:
        mark.show_progress(progress)
        assert (green in colours(mark)) is (progress is Progress.DONE)


@pytest.mark.parametrize(
    ("seen", "progress", "said"),
    [
        (Seen(CHECKS[0]), Progress.OPEN, "Click Test Connector Configuration in Okta."),
        (Seen(CHECKS[0], By.OKTA, NOW, 2, "Okta production", "Okta"), Progress.DONE, "just now · Okta production"),
        (
            Seen(CHECKS[0], By.TEST, NOW, 2, "Sandbox", "Okta"),
            Progress.TRIED,
            "Tried just now with the test token Sandbox, not yet by Okta",
        ),
        (
            Seen(CHECKS[0], By.OTHER, NOW, 2, "Okta production", "curl"),
            Progress.TRIED,
            "Tried just now by curl with Okta production, not yet by Okta",
        ),
        (
            Seen(CHECKS[0], By.OTHER, NOW, 2, "Okta production"),
            Progress.TRIED,
            "Tried just now by another client with Okta production, not yet by Okta",
        ),
    ],
)
def test_who_did_it_is_said(seen: Seen, progress: Progress, said: str) -> None:
    assert progress_of(seen) is progress
    assert sentence_of(seen) == said


def test_the_whole_list_counts_what_okta_did(qtbot: QtBot) -> None:
    checklist = FeatureChecklist(columns=2)
    qtbot.addWidget(checklist)
    checklist.show()
    assert checklist.done == 0
    seen = [Seen(check) for check in CHECKS]
    seen[0] = Seen(CHECKS[0], By.OKTA, NOW, 12, "Okta production", "Okta")
    seen[1] = Seen(CHECKS[1], By.TEST, NOW, 1, "Sandbox", "Okta")
    checklist.show_seen(seen)
    assert checklist.done == 1
    first, second, third = (checklist.rows[check.name] for check in CHECKS[:3])
    assert (first.progress, second.progress, third.progress) == (Progress.DONE, Progress.TRIED, Progress.OPEN)
    assert first.accessibleName() == "Connection test: done. just now · Okta production"
    assert "12 requests in all" in first.toolTip()


def test_a_compact_line_tells_its_detail_to_who_asks(qtbot: QtBot) -> None:
    line = CheckRow("Push groups", compact=True)
    qtbot.addWidget(line)
    line.show()
    line.show_progress(Progress.OPEN, "In Okta: Push Groups, by name.")
    assert line.toolTip() == line.detail == "In Okta: Push Groups, by name."
    assert line.accessibleName() == "Push groups: not yet. In Okta: Push Groups, by name."
    assert line.mark.sizeHint() == line.mark.size()
