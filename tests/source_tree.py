"""The project's own files, as the tests about the project see them; knows git, and does without it."""

from __future__ import annotations

import shutil
import subprocess
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that a commit of this working copy would hold, relative to ``ROOT``, in order."""
    listed = _listed_by_git(ROOT) or _found_without_git(ROOT)
    return tuple(sorted(path for path in listed if (ROOT / path).is_file()))


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return the Python files among them; with ``folders`` only those somewhere below one of these."""
    return tuple(path for path in project_files() if path.suffix == ".py" and (not folders or path.parts[0] in folders))


def _listed_by_git(root: Path) -> list[Path]:
    if not (root / ".git").exists() or shutil.which("git") is None:
        return []
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True)
    return [Path(name) for name in done.stdout.decode().split("\0") if name]


def _found_without_git(root: Path) -> list[Path]:
    patterns = [".git", *(line.strip("/") for line in (root / ".gitignore").read_text("utf-8").split())]
    return [
        path.relative_to(root)
        for path in root.rglob("*")
        if not any(fnmatch(part, pattern) for part in path.relative_to(root).parts for pattern in patterns)
    ]
