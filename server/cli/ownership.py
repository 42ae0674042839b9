"""Whose a file of the data folder is: what root writes into the folder of another account is given to that account.

Belongs here: owners. Must not know: which command wrote what.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ROOT = 0


def give_back(folder: Path) -> None:
    """Give what root owns below the folder to the folder's owner; nothing where somebody else asks, or root owns all.

    A service works there under an account of its own. What `sudo perch backup` made (the folder of backups) it could
    not write into, what `sudo perch webhook add --secret-file` made it could not read, both until its next start.
    """
    if sys.platform == "win32" or os.geteuid() != ROOT:
        return
    with suppress(OSError):
        owner = folder.stat()
        if owner.st_uid == ROOT:
            return
        for _, folders, files, here in os.fwalk(folder.resolve()):
            for name in (*folders, *files):
                _give(name, here, owner)


def _give(name: str, here: int, owner: os.stat_result) -> None:
    # The account may be somebody else's by now: no link is followed, and a file with a second name elsewhere stays.
    with suppress(OSError):
        found = os.stat(name, dir_fd=here, follow_symlinks=False)
        if found.st_uid == ROOT and (stat.S_ISDIR(found.st_mode) or found.st_nlink == 1):
            os.chown(name, owner.st_uid, owner.st_gid, dir_fd=here, follow_symlinks=False)
