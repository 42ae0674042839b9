"""Every line of OKTA.md section 10 and every section of messages has its conversation, or a reason why not."""

from __future__ import annotations

import json

import pytest

from tests.okta.replay import CONVERSATIONS

SERVED = {path.stem: json.loads(path.read_text("utf-8"))["covers"] for path in sorted(CONVERSATIONS.glob("*.json"))}

LINES = [
    *(f"A{number}" for number in range(1, 58)),
    *(f"B{number}" for number in range(1, 11)),
    *(f"C{number}" for number in range(1, 29)),
    *(f"D{number}" for number in range(1, 9)),
    *(f"SPEC {number}" for number in range(1, 13)),
    "SPEC23",
    *(f"§1.{number}" for number in range(1, 14)),
    *(f"§2.{number}" for number in range(1, 7)),
    "§6",
]

WITHOUT = {
    "A37": "Retry-After is sent with 429 only, by the optional rate limit and the penalty: tests/http; how Okta reads it: test_verdicts.py",
    "A39": "Okta's own safeguard against a shrinking import; nothing is asked of a server",
    "A40": "Okta sends nothing, so there is nothing to answer: the README tells the admin to click Provision User",
    "A48": "about the form in Okta's console: the base URL that is shown has no underscore",
    "A52": "Okta sends nothing",
    "B9": "TLS trust of the agent: documentation",
    "C23": "an alias that only Microsoft's collection uses; unknown paths answer 404 as a SCIM Error (a32)",
}
"""Lines without a conversation, each with its reason."""


def covering(line: str) -> list[str]:
    return [name for name, covers in SERVED.items() if line in covers]


@pytest.mark.parametrize("line", LINES)
def test_a_line_has_a_conversation_or_a_reason(line: str) -> None:
    files = covering(line)

    assert files or line in WITHOUT, f"{line} has neither a conversation file nor a reason in WITHOUT"
    assert not (files and line in WITHOUT), f"{line} has a conversation now ({files}): take it out of WITHOUT"


def test_no_conversation_covers_a_line_that_does_not_exist() -> None:
    claimed = {line for covers in SERVED.values() for line in covers}

    assert claimed - set(LINES) == set()


def test_the_name_of_a_file_tells_its_line() -> None:
    for name, covers in SERVED.items():
        first = name.split("-")[0]
        if first in {"okta", "entra", "spec"}:
            continue
        assert f"{first[0].upper()}{int(first[1:])}" in covers, f"{name} covers {covers}"
