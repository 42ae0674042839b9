"""The first steps of somebody who starts Perch for the first time; their code is read only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.main_window import MainWindow
    from desktop.wizard.first_steps import FirstSteps

__all__ = ["greet"]


def greet(window: MainWindow) -> FirstSteps | None:
    """Show the wizard to somebody who is here for the first time; whoever has seen it is not asked again.

    A window that begins in the tray greets nobody: the next start with a window does.
    """
    if not window.preferences.is_first_start or not window.isVisible():
        return None
    from desktop.wizard.first_steps import FirstSteps  # noqa: PLC0415 -- every other start does without it

    wizard = FirstSteps(window, window.desk)
    wizard.finished.connect(lambda _: window.preferences.finish_first_start())
    wizard.token_wanted.connect(lambda: window.show_page("tokens", "generate"))
    wizard.open()
    return wizard
