"""A private folder for a while, that is gone afterwards: where its process was killed, the next one takes it away.

Belongs here: how long such a folder may be somebody's still. Must not know: what is in it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ABANDONED: Final = 86_400.0
"""Seconds after which nobody is at work in one any more: a million people are read from a file in some minutes."""


@contextmanager
def scratch(prefix: str, place: Path | None = None) -> Iterator[Path]:
    """Give a folder that only its owner may enter, in ``place`` or else the system's (``TMPDIR``)."""
    parent = Path(tempfile.gettempdir()) if place is None else place
    clear_away(prefix, parent)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as name:
        yield Path(name)


def clear_away(prefix: str, place: Path) -> None:
    """Remove those that were left there: each holds a copy of people who may be deleted by now."""
    for left in place.glob(f"{prefix}*"):
        # It may be another user's, or go meanwhile.
        with suppress(OSError):
            if not left.is_symlink() and left.is_dir() and time.time() - left.stat().st_mtime > ABANDONED:
                shutil.rmtree(left)
