"""Every conversation file, played against a served endpoint over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig
from server.workspace import Workspace
from tests.okta.replay import CONVERSATIONS, Endpoint, Replay, problems

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import Serve

FILES = sorted(CONVERSATIONS.glob("*.json"))


def conversation(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return document


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_conversation_is_well_formed(file: Path) -> None:
    assert list(problems(conversation(file))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_conversation_goes_as_written(file: Path, endpoint: Endpoint) -> None:
    Replay(endpoint).play(conversation(file))


def test_what_a_request_named_in_vain_is_in_the_activity(serve: Serve) -> None:
    running = serve()
    unknown_members = Replay(running)
    unknown_members.play(conversation(CONVERSATIONS / "a13-unknown-members.json"))
    Replay(running).play(conversation(CONVERSATIONS / "c20-misspelt-attributes.json"))
    running.stop()
    with Workspace.open(running.data_dir, ServerConfig()) as workspace:
        records = workspace.activity.recent(100)

    ignored = " ".join(name for record in records for name in record.ignored)
    assert unknown_members.values["never"] in ignored, "OKTA.md A13"
    assert "adreses" in ignored, "OKTA.md C20"
