"""Of endpoints that want one folder one gets it; processes that write beside it take nothing from each other."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.app.test_power_cut import check_sums
from tests.cli.command_line import CommandLine
from tests.endpoint import PATIENCE, READY, command, make_token
from tests.http.client import ask, person
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import Serve


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_of_two_endpoints_that_start_at_once_on_one_folder_one_serves(tmp_path: Path) -> None:
    folder, link = tmp_path / "data", tmp_path / "link"
    make_token(folder, "tests")
    link.symlink_to(folder)
    starting = [
        subprocess.Popen(
            command("serve", "--port", "0", "--parent-watch", data_dir=spelled),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for spelled in (folder, link)
    ]
    lines = [process.stdout.readline() for process in starting if process.stdout is not None]
    said = [process.communicate(timeout=PATIENCE)[1] for process in starting]
    assert sum(line.startswith(READY) for line in lines) == 1
    assert sorted(process.returncode for process in starting) == [0, 1]
    assert sum("serves this data folder already" in words for words in said) == 1


def write_beside_an_endpoint(serve: Serve, tmp_path: Path, number: int, clients: int) -> None:
    """Let an import and several clients create the same people, and people of their own, at once."""
    running = serve()
    lines = "".join(f"both{i},Given,Family,both{i}@x.org\nfile{i},Given,Family,file{i}@x.org\n" for i in range(number))
    (tmp_path / "people.csv").write_text(f"userName,First name,Last name,email\n{lines}", "utf-8")
    answers: Counter[int] = Counter()
    created: set[str] = set()

    def provision(index: int) -> None:
        for i in range(number):
            for name in (f"Both{i}", f"client{index}.{i}"):
                status = ask(running, "POST", "/Users", person(name)).status
                answers[status] += 1
                if status == 201:
                    created.add(name.lower())

    threads = [threading.Thread(target=provision, args=(index,)) for index in range(clients)]
    for thread in threads:
        thread.start()
    # An import knows people of the same name as those that it updates.
    imported = CommandLine(running.data_dir).process("import", str(tmp_path / "people.csv"))
    for thread in threads:
        thread.join()
    assert imported.exit_code == 0, imported.err
    assert answers.keys() <= {201, 409}
    wanted = {f"both{i}" for i in range(number)} | {f"file{i}" for i in range(number)}
    wanted |= {f"client{index}.{i}" for index in range(clients) for i in range(number)}
    assert created <= wanted
    with closing(sqlite3.connect(running.data_dir / "perch.db")) as connection:
        names = [name for (name,) in connection.execute("SELECT unique_name FROM resource")]
        check_sums(connection)
    assert len(names) == len(wanted), "nothing twice"
    assert set(names) == wanted, "nothing lost"


@pytest.mark.soak
def test_thousands_of_people_that_an_import_and_clients_create_at_once_are_there_once(
    serve: Serve, tmp_path: Path
) -> None:
    write_beside_an_endpoint(serve, tmp_path, 2_000, 4)
