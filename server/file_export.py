"""Writing people and groups into a file: CSV for spreadsheets, JSON lines for programs.

Belongs here: which lines there are, and a file that is private and appears once it is whole. Must not know: formats
(``transfer``), how progress is shown.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from functools import partial
from typing import IO, TYPE_CHECKING

from server.file_import import FileUnusable
from server.transfer.csv_writing import cells_of, csv_line, group_rows, headings_of
from server.transfer.headings import GROUP_HEADINGS
from server.transfer.ldif import beginning, dn_of, group_entry, person_entry
from server.transfer.lines import json_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from server.transfer.preview import Kind
    from server.workspace import Document, Workspace


def export(
    workspace: Workspace,
    kind: Kind,
    target: Path,
    report: Callable[[int, int], None],
    *,
    as_csv: bool,
    only: Collection[str] | None = None,
) -> int:
    """Write everybody, or those with the ids that are given; give how many. Raises FileUnusable, Fault.

    ``report`` is told how far it is, and may raise to end it: then there is no file.
    """
    total = workspace.query(kind, count="0").total
    written, passes = 0, 2 if as_csv and kind == "User" else 1

    def measured(documents: Iterable[Document], before: int) -> Iterator[Document]:
        for number, document in enumerate(documents):
            if number % 100 == 0:
                report(before * total + number, passes * total)
            if only is None or document["id"] in only:
                yield document

    def walk(number: int) -> Iterator[Document]:
        return measured(workspace.walk(kind), number)

    with written_file(target, mark=as_csv) as file:
        for line, whole in csv_lines(workspace, kind, walk) if as_csv else json_lines(walk(0)):
            file.write(line)
            written += whole
        report(passes * total, passes * total)
    return written


def json_lines(documents: Iterable[Document]) -> Iterator[tuple[bytes, int]]:
    """Yield a line for each document, and 1 with it."""
    for document in documents:
        yield json_line(document), 1


def csv_lines(
    workspace: Workspace, kind: Kind, walk: Callable[[int], Iterator[Document]]
) -> Iterator[tuple[bytes, int]]:
    """Yield encoded lines, and 1 with each that begins a person or a group; ``walk`` is called for each pass."""
    if kind == "Group":
        names = {one["id"]: one["userName"] for one in workspace.walk("User", attributes="userName")}
        names |= {one["id"]: one["displayName"] for one in workspace.walk("Group", attributes="displayName")}
        yield csv_line(GROUP_HEADINGS).encode(), 0
        for document in walk(0):
            for number, cells in enumerate(group_rows(document, names)):
                yield csv_line([cells.get(heading, "") for heading in GROUP_HEADINGS]).encode(), int(number == 0)
        return
    # Which columns there are is known only at the end: read twice rather than hold everybody in memory.
    user = workspace.registry.user
    found: set[str] = {"userName"}
    for document in walk(0):
        found.update(cells_of(document, user))
    headings = headings_of(found)
    yield csv_line(headings).encode(), 0
    for document in walk(1):
        cells = cells_of(document, user)
        yield csv_line([cells.get(heading, "") for heading in headings]).encode(), 1


def ldif_lines(
    workspace: Workspace, kind: Kind, walk: Callable[[int], Iterator[Document]], base: str
) -> Iterator[tuple[bytes, int]]:
    """Yield an entry for each person who is active or each group, and 1 with it; ``base`` is where they stand below.

    LDAP has no word for somebody who is deactivated, and would let them in: they are left out, as members too.
    """
    active = workspace.walk("User", attributes="userName,active")
    names = {one["id"]: dn_of(one, base) for one in active if one.get("active") is not False}
    if kind == "User":
        for document in walk(0):
            if document["id"] in names:
                yield person_entry(document, base, names).encode(), 1
        return
    names |= {one["id"]: dn_of(one, base) for one in workspace.walk("Group", attributes="displayName")}
    for document in walk(0):
        yield group_entry(document, base, names).encode(), 1


def exported_lines(workspace: Workspace, kinds: Iterable[Kind], form: str, base: str) -> Iterator[bytes]:
    """Yield a whole file in a format: csv (of one kind), jsonl or ldif. Raises Fault."""
    if form == "ldif":
        yield beginning(base).encode()
    for kind in kinds:
        walk = partial(_walk, workspace, kind)
        for line, _ in lines_in(form, workspace, kind, walk, base):
            yield line


def lines_in(
    form: str, workspace: Workspace, kind: Kind, walk: Callable[[int], Iterator[Document]], base: str
) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of one kind in a format, and 1 with each that begins a person or a group."""
    if form == "ldif":
        return ldif_lines(workspace, kind, walk, base)
    return csv_lines(workspace, kind, walk) if form == "csv" else json_lines(walk(0))


def _walk(workspace: Workspace, kind: Kind, _pass: int) -> Iterator[Document]:
    return workspace.walk(kind)


def write_table(target: Path, table: Iterable[Sequence[str]]) -> None:
    """Write a table as CSV that a spreadsheet opens safely; raises FileUnusable."""
    with written_file(target, mark=True) as file:
        for cells in table:
            file.write(csv_line(cells).encode())


@contextmanager
def written_file(path: Path, *, mark: bool) -> Iterator[IO[bytes]]:
    """Open a file that its owner only can read, and that appears under its name once it is whole."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as target:
            if mark:
                # Without it Excel takes UTF-8 for its own encoding.
                target.write("\ufeff".encode())
            yield target
        unfinished.replace(path)
    except OSError as error:
        raise FileUnusable(
            f"{path} could not be written ({error.strerror}): choose another place, or free some space."
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
