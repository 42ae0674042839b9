"""Importing a file as a host with a screen does it: look into it, rehearse, import with a way to stop, undo.

Belongs here: files, how far it is, what an import changed. Must not know: how a host shows that, what becomes of a
row (``importing``).
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from server.importing import Outcome, Problem
from server.reverting import revert_all
from server.store.changes import newest, numbers_of
from server.transfer import preview as previews
from server.transfer.lines import LineError, Row, decoded
from server.transfer.preview import Form, Kind, Preview, Reading, SourceColumn, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from server.scim.schema import ResourceType
    from server.workspace import Workspace

    Report = Callable[[int, int], None]
    """Told how far it is, of how much; may raise to end it."""

__all__ = [
    "FileUnusable",
    "Form",
    "Import",
    "Kind",
    "Preview",
    "Problem",
    "Reading",
    "SourceColumn",
    "Taken",
    "Undone",
    "choices",
    "look_into",
    "missing",
    "rehearse",
    "take",
    "undo",
]

MOST_PROBLEMS: Final = 100_000
"""Lines that are explained one by one; more are counted."""
UNDONE_AT_ONCE: Final = 200
"""Changes that are undone in one transaction: an endpoint's own writes wait as long."""


class FileUnusable(Exception):
    """A file that cannot be read or written; the text is a sentence with its remedy."""


class Import(NamedTuple):
    """What somebody decided about a file; ``only_new`` leaves alone who is there already."""

    path: Path
    reading: Reading
    only_new: bool = False


@dataclass(slots=True)
class Taken:
    """What became of a file's rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    """Lines with a problem; the row of such a line may have been taken without a member that nobody is."""
    problems: list[Problem] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)
    """Attributes that Perch does not know, and in how many rows they stood."""
    is_whole: bool = True
    """False where it was stopped before the file's end."""
    span: tuple[int, int] = (0, 0)
    """The changes among which its own are."""

    @property
    def changed(self) -> int:
        """How many people or groups are not as they were."""
        return self.created + self.updated


class Undone(NamedTuple):
    """What became of an undo: how many changes were undone, and why others were not."""

    changes: int
    kept: list[str]


def look_into(workspace: Workspace, path: Path, kind: Kind, *, is_sure: bool = False) -> Preview:
    """Show what a file holds; ``kind`` counts where it does not say itself, or where somebody ``is_sure``.

    Raises FileUnusable.
    """
    with _opened(path) as source:
        form = _form(source, path)
        source.seek(0)
        try:
            return previews.look_into(decoded(source), form, _types(workspace), kind, is_sure=is_sure)
        except LineError as error:
            raise FileUnusable(f"{path.name}: {error}") from error


def choices(workspace: Workspace, kind: Kind, form: Form) -> list[str]:
    """List where a column can go."""
    return previews.choices(workspace.resource_type(kind), form)


def rehearse(workspace: Workspace, wanted: Import, report: Report) -> Taken:
    """Import into a copy that is thrown away: what would be done. Raises FileUnusable, Fault."""
    with workspace.rehearsal() as copy:
        return take(copy, wanted, report)


def take(workspace: Workspace, wanted: Import, report: Report, is_stopped: Callable[[], bool] = lambda: False) -> Taken:
    """Import the file, as far as nobody stops it: what was taken until then stays. Raises FileUnusable, Fault."""
    taken = Taken()
    with _opened(wanted.path) as source:
        size = os.fstat(source.fileno()).st_size
        read = _Measure(size, report)
        rows = previews.rows(decoded(read.through(source)), wanted.reading, _types(workspace))
        importer = workspace.importer(only_new=wanted.only_new)
        before = newest(workspace.database)
        for problems in importer.run(_until_stopped(rows, is_stopped, taken)):
            taken.problems += problems[: MOST_PROBLEMS - len(taken.problems)]
            read.tell()
    taken.span = before, newest(workspace.database)
    counts = importer.report.counts
    taken.created, taken.updated = counts[Outcome.CREATED], counts[Outcome.UPDATED]
    taken.unchanged, taken.skipped = counts[Outcome.UNCHANGED], counts[Outcome.SKIPPED]
    taken.failed = counts[Outcome.FAILED]
    taken.ignored = dict(importer.report.ignored.most_common())
    return taken


def undo(workspace: Workspace, taken: Taken, report: Report) -> Undone:
    """Undo an import, change by change, the newest first; what others have changed since stays. Raises Fault."""
    numbers = numbers_of(workspace.database, workspace.actor, *taken.span)
    kept: list[str] = []
    for start in range(0, len(numbers), UNDONE_AT_ONCE):
        report(start, len(numbers))
        part = numbers[start : start + UNDONE_AT_ONCE]
        outcomes = revert_all(workspace.database, workspace.provider, workspace.caller(), part)
        kept += [outcome for outcome in outcomes if outcome is not None]
    return Undone(len(numbers) - len(kept), kept)


class _Measure:
    """Counts the bytes that were read, and tells how far that is when a batch is done."""

    def __init__(self, size: int, report: Report) -> None:
        self._size = size
        self._read = 0
        self._report = report

    def through(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._read += len(line)
            yield line

    def tell(self) -> None:
        self._report(self._read, self._size)


def _until_stopped(
    rows: Iterable[Row | LineError], is_stopped: Callable[[], bool], taken: Taken
) -> Iterator[Row | LineError]:
    for row in rows:
        if is_stopped():
            taken.is_whole = False
            return
        yield row


def _types(workspace: Workspace) -> Mapping[str, ResourceType]:
    return {"User": workspace.registry.user, "Group": workspace.registry.group}


def _form(source: BinaryIO, path: Path) -> Form:
    try:
        return previews.form_of(decoded(source), path.suffix.lower())
    except LineError as error:
        raise FileUnusable(f"{path.name}: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        source = path.open("rb")
    except OSError as error:
        raise FileUnusable(f"{path} could not be read ({error.strerror}): choose a file that is there.") from error
    with source:
        try:
            yield source
        except OSError as error:
            raise FileUnusable(f"{path} could not be read to its end ({error.strerror}).") from error
