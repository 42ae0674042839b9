"""Makes stdout and stderr take any text: a name is no reason to end in a traceback.

Belongs here: the encoding of the two streams. Must not know: what is written to them.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Final

_WRITTEN_ANYWAY: Final = {"stdout": "replace", "stderr": "backslashreplace"}
"""What becomes of a character that the encoding lacks; stderr keeps Python's own way, which loses nothing."""


def take_any_text() -> None:
    """Write UTF-8 into a pipe or a file, and to a terminal what its encoding has; nothing is refused.

    ``PYTHONIOENCODING`` is a person's own wish for the encoding and stays. A terminal knows best what it can
    show, but a program that reads gets the same bytes whatever the locale (cp1252 on Windows, ASCII under
    ``LC_ALL=C``).
    """
    wished = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    for name, errors in _WRITTEN_ANYWAY.items():
        stream = getattr(sys, name)
        # A program without a console has None, a host of ours may have put anything in its place.
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if wished or stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors=errors)
