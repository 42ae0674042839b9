"""``python -m desktop``: shows the window, or says in a sentence why there can be none.

With a command of ``perch`` among its arguments it hands over to the command line. Until it is known that a window
can be shown nothing of Qt is imported: without the desktop part of the installation there is none, and without a
display it aborts the process.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import TYPE_CHECKING, Final

from server.config import data_path

if TYPE_CHECKING:
    from collections.abc import Sequence

OK: Final = 0
NO_WINDOW: Final = 1

_INSTEAD: Final = "Without a window, `perch serve` runs the endpoint and `perch demo` shows what it does."
_NO_DISPLAY: Final = (
    "There is no display to show the window on (neither DISPLAY nor WAYLAND_DISPLAY is set): start it in a graphical "
    "session."
)
_NO_QT: Final = (
    "PySide6 is not installed, which the window is made of: install Perch with its desktop part, such as "
    '`pipx install --force ".[desktop]"` in its folder.'
)
_BROKEN_QT: Final = (
    "Qt, which the window is made of, cannot be loaded ({reason}): `python3 run.py` in the folder of Perch installs "
    "what the system lacks."
)
_PARTS_OF_QT: Final = frozenset({"PySide6", "shiboken6", "qtawesome", "qtpy"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the desktop until it is quit; gives the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="perch", description="Perch: generate a token, connect Okta, see everything.")
    parser.add_argument("--data-dir", metavar="FOLDER", help="the data folder; PERCH_DATA_DIR or the usual one")
    parser.add_argument("--hidden", action="store_true", help="begin in the tray, as at login")
    parser.add_argument("--say-shown", action="store_true", help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args(given)
    if rest:
        from server.cli import main as command_line  # noqa: PLC0415 -- the window does without it

        command_line(given)
        return OK
    if not has_display():
        return _refuse(_NO_DISPLAY)
    try:
        from desktop.composition import run  # noqa: PLC0415 -- Qt, which may be missing
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _PARTS_OF_QT:
            raise
        return _refuse(_NO_QT if isinstance(error, ModuleNotFoundError) else _BROKEN_QT.format(reason=error.msg))
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    return run(data_path(options.data_dir), hidden=options.hidden, say_shown=options.say_shown)


def has_display() -> bool:
    """Tell whether Qt finds a display, or was told to do without: on Linux it ends the process otherwise."""
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in wanted)


def _refuse(reason: str) -> int:
    print(f"{reason} {_INSTEAD}", file=sys.stderr)  # noqa: T201 -- there is no window to say it
    return NO_WINDOW


if __name__ == "__main__":
    sys.exit(main())
