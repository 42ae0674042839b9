"""The command line as tests type it: in this process, or as one of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from click.testing import CliRunner

from server.cli import main
from tests.endpoint import PATIENCE, command
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    exit_code: int
    out: str
    err: str

    @property
    def lines(self) -> list[list[str]]:
        """What a program reads of stdout: cells, separated by tabs."""
        return [line.split("\t") for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


class Files:
    """Files of the system's that are to be closed once, now or later."""

    def __init__(self, numbers: set[int]) -> None:
        self.numbers = numbers

    def close_now(self, number: int) -> None:
        self.numbers.remove(number)
        os.close(number)


@contextlib.contextmanager
def closing_files(*numbers: int) -> Iterator[Files]:
    files = Files(set(numbers))
    try:
        yield files
    finally:
        for number in files.numbers:
            os.close(number)


@dataclass(frozen=True)
class CommandLine:
    """Commands on one data folder."""

    folder: Path

    def __call__(self, *arguments: str, given: str | bytes | None = None) -> Ended:
        """Run a command that must succeed."""
        ended = self.run(*arguments, given=given)
        assert ended.exit_code == 0, ended.err
        return ended

    def run(self, *arguments: str, given: str | bytes | None = None) -> Ended:
        """Run a command that may fail; an exception that is no exit is a failure of the test."""
        result = CliRunner(env={"PERCH_DATA_DIR": str(self.folder)}).invoke(main, arguments, input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    def refused(self, *arguments: str, given: str | bytes | None = None) -> str:
        """Run a command that must be refused, and return what it said: one sentence and its remedy."""
        ended = self.run(*arguments, given=given)
        assert ended.exit_code == 1, ended
        assert ended.out == ""
        assert ended.err.startswith("Error: ")
        assert ended.err.count("\n") == 1
        return ended.err.removeprefix("Error: ").strip()

    def on_terminal(self, *arguments: str, width: int = 100, environ: Mapping[str, str] | None = None) -> str:
        """Run a command that must succeed on a terminal (POSIX only), and return what is seen there."""
        import pty  # noqa: PLC0415 -- POSIX only

        control, terminal = pty.openpty()
        with closing_files(control, terminal) as files:
            process = subprocess.Popen(
                command(*arguments, data_dir=self.folder),
                cwd=ROOT,
                env={**os.environ, "TERM": "xterm", "COLUMNS": str(width), "LINES": "50", **(environ or {})},
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
            )
            files.close_now(terminal)
            seen = b""
            # A terminal whose last program has ended cannot be read any more, which Linux calls an error.
            with contextlib.suppress(OSError):
                while part := os.read(control, 65_536):
                    seen += part
            assert process.wait(PATIENCE) == 0, seen.decode()
        return seen.decode().replace("\r\n", "\n")

    def process(self, *arguments: str, environ: Mapping[str, str] | None = None, limit: Any = None) -> Ended:
        """Run a command as a process of its own, to its end; ``limit`` runs in it before the command."""
        done = subprocess.run(
            command(*arguments, data_dir=self.folder),
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error", **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
            preexec_fn=limit,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)
