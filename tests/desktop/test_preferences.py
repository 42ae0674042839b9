from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.preferences import FILE, Preferences
from desktop.theme import Mode

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_at_first_everything_is_as_most_people_like_it(tmp_path: Path, qapp: object) -> None:
    del qapp
    preferences = Preferences(tmp_path)
    assert preferences.mode is Mode.SYSTEM
    assert preferences.page == ""
    assert preferences.is_first_start
    assert preferences.closes_to_tray


def test_what_is_chosen_is_there_the_next_time(tmp_path: Path, qapp: object) -> None:
    del qapp
    preferences = Preferences(tmp_path)
    preferences.set_mode(Mode.DARK)
    preferences.set_page("tokens")
    preferences.finish_first_start()
    preferences.set_closes_to_tray(stays=False)
    preferences.store.sync()
    again = Preferences(tmp_path)
    assert (again.mode, again.page, again.is_first_start, again.closes_to_tray) == (Mode.DARK, "tokens", False, False)


def test_a_damaged_file_is_all_defaults(tmp_path: Path, qapp: object, caplog: pytest.LogCaptureFixture) -> None:
    del qapp, caplog
    (tmp_path / FILE).write_text("[look]\nmode=purple\n")
    assert Preferences(tmp_path).mode is Mode.SYSTEM
