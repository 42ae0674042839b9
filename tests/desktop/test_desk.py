from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from desktop.desk import Desk


def test_a_desk_is_made_once_and_its_parts_belong_together(desk: Desk) -> None:
    assert desk.endpoint.folder == desk.workspace.folder
    with pytest.raises(dataclasses.FrozenInstanceError):
        desk.workspace = None  # type: ignore[assignment, misc] # what must not be possible
