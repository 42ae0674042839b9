from __future__ import annotations

import pytest

from desktop import endpoint_words
from desktop.server_process import State, Status
from server.faults import FaultCode

TAKEN = Status(State.FAILED, fault=FaultCode.PORT_IN_USE, detail="127.0.0.1:7643")
FULL = Status(State.FAILED, fault=FaultCode.DISK_FULL, detail="/data")


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_and_a_colour(state: State) -> None:
    assert endpoint_words.word(state).istitle()
    assert endpoint_words.TONES[state] in {"info", "ok", "warn", "neutral", "err"}


def test_who_answers_is_called_running_whoever_started_it() -> None:
    assert endpoint_words.word(State.SERVING) == endpoint_words.word(State.ATTACHED) == "Running"


def test_only_what_failed_is_a_problem() -> None:
    assert endpoint_words.problem(Status(State.SERVING)) is None
    assert endpoint_words.problem(Status(State.PAUSED)) is None


def test_a_problem_is_told_with_what_is_known_of_it() -> None:
    assert "Another program listens on 127.0.0.1:7643" in str(endpoint_words.problem(TAKEN))
    unknown = Status(State.FAILED, detail="no such file")
    assert "could not be started: no such file. Set Perch up again" in str(endpoint_words.problem(unknown))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status(State.STARTING), "One moment…"),
        (Status(State.RESTARTING, last_exit="exit code 1"), "It ended (exit code 1); it is started again."),
        (Status(State.PAUSED), "Okta gets no answer until you resume."),
    ],
)
def test_who_does_not_answer_says_why(status: Status, said: str) -> None:
    assert endpoint_words.silence(status) == said


@pytest.mark.parametrize(
    ("status", "remedy", "is_setting"),
    [
        (Status(State.SERVING), "", False),
        (Status(State.STARTING), "", False),
        (Status(State.PAUSED), "Resume", False),
        (TAKEN, "Fix in Settings", True),
        (FULL, "Try again", False),
        (Status(State.FAILED, detail="no such file"), "Try again", False),
    ],
)
def test_what_helps_is_offered(status: Status, remedy: str, is_setting: bool) -> None:
    assert endpoint_words.remedy(status) == remedy
    assert endpoint_words.is_mended_in_settings(status) is is_setting
