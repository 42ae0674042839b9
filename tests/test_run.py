"""run.py from the outside and the inside: a fresh copy that starts, and every way in which it can refuse."""

from __future__ import annotations

import ast
import errno
import io
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

import run
from tests.source_tree import ROOT, project_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SOURCE = ROOT / "run.py"
PINNED = "colour==1.0\n"


class Terminal(io.StringIO):
    """A standard input at which a person sits."""

    def isatty(self) -> bool:
        return True


class Machine:
    """Stands in for the programs that run.py starts: notes each command and answers as told."""

    def __init__(self, environment: run.Environment) -> None:
        self.environment = environment
        self.commands: list[list[str]] = []
        self.answers: dict[str, list[tuple[int, str]]] = {}
        self.during: Callable[[list[str]], None] = lambda command: None

    def run(self, command: Sequence[str], **_where: Any) -> subprocess.CompletedProcess[str]:
        words = list(command)
        self.commands.append(words)
        self.during(words)
        for word, answers in self.answers.items():
            if word in words and answers:
                code, output = answers.pop(0)
                return subprocess.CompletedProcess(words, code, output)
        if "venv" in words:
            self.environment.python.parent.mkdir(parents=True)
            self.environment.python.touch()
        elif "pip" in words:
            (self.environment.packages / f"{run.DISTRIBUTION}-1.dist-info").mkdir(parents=True, exist_ok=True)
        return subprocess.CompletedProcess(words, 0, "")

    def did(self, word: str) -> int:
        return sum(word in command for command in self.commands)


@pytest.fixture
def environment(tmp_path: Path) -> run.Environment:
    root = tmp_path / "Perch of mine"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\n")
    (root / "constraints.txt").write_text(PINNED)
    return run.Environment(root)


@pytest.fixture
def machine(environment: run.Environment, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(environment)
    monkeypatch.setattr(run, "run", machine.run)
    monkeypatch.setattr(run, "SYSTEM_PACKAGES", {"venv": (), "desktop": (), "test": ()})
    return machine


# The version of Python


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 8, 18), (3, 10, 13)])
def test_an_older_python_answers_with_one_sentence(version: tuple[int, int, int]) -> None:
    pretend = f"import runpy, sys; sys.version_info = {version}; runpy.run_path({str(SOURCE)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", pretend], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Perch needs Python 3.11 or newer; this one is 3.{version[1]} (")
    assert done.stderr.count("\n") == 1


def test_the_older_python_is_told_which_command_starts_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name in {"python3.11", "python3.12"} else None)
    assert run.newer_python() == "python3.12"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert run.newer_python() == ""


def test_the_whole_file_can_be_read_by_python_3_6() -> None:
    ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 6))


def test_it_stands_on_the_standard_library_alone() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names == set()


# What is handed over


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A machine with these variables in its environment, and none of the others that tell of a display."""

    def be(platform: str = "linux", **variables: str) -> None:
        monkeypatch.setattr(sys, "platform", platform)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return be


def test_with_a_display_it_opens_the_desktop(environment: run.Environment, display: Callable[..., None]) -> None:
    display(DISPLAY=":0")
    extras, command, cwd = run.command_for([], environment)
    assert (extras, command[1:], cwd) == (["desktop"], ["-P", "-m", "desktop"], None)


def test_a_command_needs_no_desktop(environment: run.Environment, display: Callable[..., None]) -> None:
    display(DISPLAY=":0")
    extras, command, _ = run.command_for(["demo"], environment)
    assert (extras, command[-2:]) == ([], ["server", "demo"])


def test_without_a_display_it_plays_the_demo_where_the_user_is(
    environment: run.Environment, display: Callable[..., None]
) -> None:
    display()
    extras, command, cwd = run.command_for([], environment)
    assert (extras, command[1:], cwd) == ([], ["-P", "-m", "server", "demo"], None)


def test_other_arguments_go_to_the_command_line(environment: run.Environment) -> None:
    _, command, _ = run.command_for(["serve", "--port", "0"], environment)
    assert command[-4:] == ["server", "serve", "--port", "0"]


def test_test_installs_the_tools_and_runs_pytest_in_the_project(environment: run.Environment) -> None:
    extras, command, cwd = run.command_for(["test", "-k", "token"], environment)
    assert (extras, command[1:], cwd) == (["test"], ["-m", "pytest", "-k", "token"], environment.root)


@pytest.mark.parametrize(("named", "used"), [(None, "offscreen"), ("xcb", "xcb")])
def test_tests_open_no_windows_unless_asked_to(named: str | None, used: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    if named is not None:
        monkeypatch.setenv("QT_QPA_PLATFORM", named)
    given: list[dict[str, str]] = []

    def end(*_command: object) -> NoReturn:
        given.append(run.clean_environment())
        sys.exit(0)

    monkeypatch.setattr(run, "prepare", lambda *_: None)
    monkeypatch.setattr(run, "hand_over", end)
    with pytest.raises(SystemExit):
        run.main(["test"])
    assert [environ["QT_QPA_PLATFORM"] for environ in given] == [used]


def test_it_ends_as_the_command_ends() -> None:
    child = "import run, sys; run.hand_over([sys.executable, '-c', 'raise SystemExit(7)'], None)"
    assert subprocess.run([sys.executable, "-c", child], cwd=ROOT, check=False).returncode == 7


def test_another_python_does_not_shine_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PERCH_DATA_DIR", "kept")
    variables = run.clean_environment()
    assert variables.keys().isdisjoint({"PYTHONPATH", "PYTHONHOME", "PIP_TARGET"})
    assert (variables["PIP_USER"], variables["PERCH_DATA_DIR"]) == ("0", "kept")


# When there is something to do


def test_the_second_start_has_nothing_to_do(environment: run.Environment, machine: Machine) -> None:
    run.prepare(environment, [])
    assert (machine.did("venv"), machine.did("pip")) == (1, 1)
    run.prepare(environment, [])
    assert len(machine.commands) == 2


def test_the_project_is_installed_at_the_pinned_versions(environment: run.Environment, machine: Machine) -> None:
    run.prepare(environment, ["test"])
    assert machine.commands[-1][-4:] == ["-e", ".[test]", "-c", "constraints.txt"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_file_is_installed_again_into_the_same_environment(
    name: str, environment: run.Environment, machine: Machine
) -> None:
    run.prepare(environment, [])
    (environment.root / name).write_text("changed")
    run.prepare(environment, [])
    assert (machine.did("venv"), machine.did("pip")) == (1, 2)


def test_what_was_asked_for_once_stays_installed(environment: run.Environment, machine: Machine) -> None:
    run.prepare(environment, ["test"])
    run.prepare(environment, [])
    assert machine.did("pip") == 1
    (environment.root / "pyproject.toml").write_text("changed")
    run.prepare(environment, [])
    assert ".[test]" in machine.commands[-1]


def test_another_python_gets_an_environment_of_its_own(
    environment: run.Environment, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.prepare(environment, [])
    monkeypatch.setattr(sys, "version", "3.99.0")
    run.prepare(environment, [])
    assert machine.did("venv") == 2


def test_a_folder_that_was_moved_is_set_up_again(environment: run.Environment, machine: Machine) -> None:
    run.prepare(environment, [])
    environment.root.rename(environment.root.with_name("moved"))
    assert not run.Environment(environment.root.with_name("moved")).is_sound()


@pytest.mark.parametrize("lost", ["python", "stamp", "packages"])
def test_a_damaged_environment_is_repaired(lost: str, environment: run.Environment, machine: Machine) -> None:
    run.prepare(environment, [])
    path: Path = getattr(environment, lost)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    run.prepare(environment, [])
    assert environment.is_current([])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"foundation": 1, "extras": 7}'])
def test_an_unreadable_stamp_counts_as_none(content: bytes, environment: run.Environment, machine: Machine) -> None:
    run.prepare(environment, [])
    environment.stamp.write_bytes(content)
    assert not environment.is_current([])
    run.prepare(environment, [])
    assert environment.is_current([])


def test_half_an_environment_is_cleared_away_first(environment: run.Environment, machine: Machine) -> None:
    left = environment.folder / "lib" / "half.py"
    left.parent.mkdir(parents=True)
    left.touch()
    (environment.folder / "pyvenv.cfg").touch()
    run.prepare(environment, [])
    assert not left.exists()
    assert environment.is_current([])


def test_a_set_up_cut_short_is_not_taken_for_a_finished_one(environment: run.Environment, machine: Machine) -> None:
    def interrupt(command: list[str]) -> None:
        if "pip" in command:
            raise KeyboardInterrupt

    run.prepare(environment, [])
    (environment.root / "pyproject.toml").write_text("changed")
    machine.during = interrupt
    with pytest.raises(KeyboardInterrupt):
        run.prepare(environment, [])
    (environment.root / "pyproject.toml").write_text("[project]\n")
    assert not environment.is_current([])


def test_two_starts_at_once_set_up_once(
    environment: run.Environment, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing, waiting, failures = threading.Event(), threading.Event(), list[BaseException]()

    def hold(command: list[str]) -> None:
        if "pip" in command:
            installing.set()
            assert waiting.wait(20)

    def note(sentence: str) -> None:
        if "waiting" in sentence:
            waiting.set()

    def start() -> None:
        try:
            run.prepare(environment, [])
        except BaseException as error:  # noqa: BLE001  whatever it is, the test reports it
            failures.append(error)

    machine.during = hold
    monkeypatch.setattr(run, "say", note)
    starts = [threading.Thread(target=start) for _ in range(2)]
    starts[0].start()
    assert installing.wait(20)
    starts[1].start()
    for thread in starts:
        thread.join(30)
    assert failures == []
    assert machine.did("pip") == 1
    assert environment.is_current([])


# What can go wrong


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("NewConnectionError: Temporary failure in name resolution", "HTTPS_PROXY"),
        ("[Errno 11001] getaddrinfo failed", "HTTPS_PROXY"),
        (
            "ERROR: Could not find a version that satisfies hatchling (from versions: none)",
            "lacks what Perch needs",
        ),
        ("SSLError: CERTIFICATE_VERIFY_FAILED", "PIP_CERT"),
        ("error: externally-managed-environment", "PEP 668"),
        ("The virtual environment was not created: ensurepip is not available.", "python3-venv"),
        ("OSError: [Errno 28] No space left on device", "800 MB"),
        ("OSError: [Errno 30] Read-only file system: '.venv/lib'", "Copy Perch"),
        ("error: Failed building wheel for something", "3.11 to 3.13"),
        ("words never seen before", "pip could not install Perch"),
    ],
)
def test_a_failing_pip_is_shown_with_what_to_do(
    output: str, words: str, environment: run.Environment, machine: Machine
) -> None:
    machine.answers["pip"] = [(1, output)]
    with pytest.raises(run.SetupFailed, match=words) as caught:
        run.prepare(environment, [])
    assert caught.value.output == output
    assert not environment.is_current([])


def test_a_python_without_venv_is_told_the_package(environment: run.Environment, machine: Machine) -> None:
    machine.answers["venv"] = [(1, "No module named venv")]
    with pytest.raises(run.SetupFailed, match="apt install python3-venv"):
        run.prepare(environment, [])


def test_an_index_without_the_pinned_versions_gives_the_newest_that_fit(
    environment: run.Environment, machine: Machine
) -> None:
    machine.answers["pip"] = [(1, "ERROR: No matching distribution found for colour==1.0")]
    run.prepare(environment, [])
    assert [("-c" in command) for command in machine.commands[-2:]] == [True, False]
    assert environment.is_current([])


def test_an_index_out_of_reach_is_not_asked_twice(environment: run.Environment, machine: Machine) -> None:
    machine.answers["pip"] = [(1, "Failed to establish a new connection … No matching distribution found")]
    with pytest.raises(run.SetupFailed, match="could not be reached"):
        run.prepare(environment, [])
    assert machine.did("pip") == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EROFS, "Copy Perch"), (errno.EACCES, "Copy Perch"), (errno.ENOSPC, "disk is full")],
)
def test_a_folder_that_refuses_is_a_sentence(
    number: int, words: str, environment: run.Environment, machine: Machine
) -> None:
    def refuse(_command: list[str]) -> None:
        raise OSError(number, os.strerror(number))

    machine.during = refuse
    with pytest.raises(run.SetupFailed, match=words):
        run.prepare(environment, [])


def test_a_file_in_the_place_of_the_environment_is_a_sentence(environment: run.Environment, machine: Machine) -> None:
    environment.folder.touch()
    with pytest.raises(run.SetupFailed, match="out of the way"):
        run.prepare(environment, [])


def test_a_failure_is_one_sentence_on_stderr_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_environment: run.Environment, _extras: Sequence[str]) -> None:
        raise run.SetupFailed("Do this.", "what pip said")

    monkeypatch.setattr(run, "prepare", fail)
    with pytest.raises(SystemExit) as ended:
        run.main(["demo"])
    captured = capsys.readouterr()
    assert (ended.value.code, captured.out) == (1, "")
    assert captured.err == "what pip said\nPerch is not set up. Do this.\n"


def test_where_the_window_cannot_be_had_the_demo_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], display: Callable[..., None]
) -> None:
    def fail(_environment: run.Environment, _extras: Sequence[str]) -> None:
        raise run.SetupFailed("Do this.")

    display(DISPLAY=":0")
    monkeypatch.setattr(run, "prepare", fail)
    with pytest.raises(SystemExit):
        run.main([])
    assert capsys.readouterr().err.endswith("Do this. `python3 run.py demo` shows Perch without its window.\n")


def test_ctrl_c_is_not_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(_environment: run.Environment, _extras: Sequence[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "prepare", interrupt)
    with pytest.raises(SystemExit) as ended:
        run.main([])
    assert ended.value.code == 130
    assert "Stopped" in capsys.readouterr().err


# System packages


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A Linux machine that has these programs, and lacks two packages of which one is essential."""

    def be(*programs: str, root: bool = True) -> None:
        monkeypatch.setattr("platform.system", lambda: "Linux")
        monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000, raising=False)
        packages = {
            "venv": (run.SystemPackage(("new-name", "old-name"), "the test", lambda: False, essential=True),),
            "test": (run.SystemPackage(("ring",), "the test", lambda: False, essential=False),),
            "desktop": (run.SystemPackage(("nice",), "looks", lambda: False, essential=False, comfort=True),),
        }
        monkeypatch.setattr(run, "SYSTEM_PACKAGES", packages)

    return be


def test_apt_installs_what_is_missing_by_the_name_it_knows(
    machine: Machine, linux: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    linux("apt-get")
    machine.answers["new-name"] = [(100, "")]
    run.ensure_system_packages("venv")
    assert machine.commands[-1][-3:] == ["-qq", "--no-install-recommends", "old-name"]
    assert "Installing system packages: old-name" in capsys.readouterr().err


def test_an_ordinary_user_asks_sudo_and_is_never_left_waiting_without_a_terminal(
    machine: Machine, linux: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    linux("apt-get", "sudo", root=False)
    monkeypatch.setattr("sys.stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115, PTH123  closed with the test
    run.ensure_system_packages("test")
    assert machine.commands[0][:3] == ["sudo", "-n", "apt-get"]
    sys.stdin.close()


@pytest.mark.parametrize("programs", [(), ("apt-get",)])
def test_without_apt_or_the_right_to_use_it_an_essential_package_is_asked_for(
    programs: tuple[str, ...], machine: Machine, linux: Callable[..., None]
) -> None:
    linux(*programs, root=False)
    with pytest.raises(run.SetupFailed, match="lacks old-name"):
        run.ensure_system_packages("venv")


def test_without_apt_the_rest_is_only_mentioned(
    machine: Machine, linux: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    linux()
    run.ensure_system_packages("test")
    assert "lacks ring" in capsys.readouterr().err
    assert machine.commands == []


def test_an_apt_that_fails_is_shown_with_the_command_to_type(machine: Machine, linux: Callable[..., None]) -> None:
    linux("apt-get")
    machine.answers["install"] = [(100, "E: Unable to locate package")]
    with pytest.raises(run.SetupFailed, match="sudo apt install new-name") as caught:
        run.ensure_system_packages("venv")
    assert "E: Unable" in caught.value.output


def test_comfort_is_tried_for_once(
    environment: run.Environment, machine: Machine, linux: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    linux("apt-get")
    monkeypatch.setitem(run.SYSTEM_PACKAGES, "venv", ())
    run.prepare(environment, ["desktop"])
    assert machine.did("nice") == 2, "known to apt, then installed"
    run.prepare(environment, ["desktop"])
    assert machine.did("nice") == 2


def test_comfort_asks_for_no_password(
    machine: Machine, linux: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    linux("apt-get", "sudo", root=False)
    monkeypatch.setattr("sys.stdin", Terminal())
    run.ensure_system_packages("desktop")
    assert machine.commands[0][:3] == ["sudo", "-n", "apt-get"]
    machine.commands.clear()
    run.ensure_system_packages("venv")
    assert machine.commands[0][:2] == ["sudo", "apt-get"]


def test_what_apt_does_not_know_keeps_nothing_else_away(
    machine: Machine, linux: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    linux("apt-get")
    both = (*run.SYSTEM_PACKAGES["venv"], *run.SYSTEM_PACKAGES["desktop"])
    monkeypatch.setitem(run.SYSTEM_PACKAGES, "desktop", both)
    machine.answers["nice"] = [(100, "")]
    run.ensure_system_packages("desktop")
    assert machine.commands[-1][-2:] == ["--no-install-recommends", "new-name"]


@pytest.mark.parametrize("system", ["Darwin", "Windows"])
def test_other_systems_are_not_asked_for_packages(
    system: str, machine: Machine, linux: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    linux("apt-get")
    monkeypatch.setattr("platform.system", lambda: system)
    run.ensure_system_packages("venv")
    assert machine.commands == []


# The whole of it


@pytest.mark.fresh
def test_a_fresh_clone_sets_itself_up_and_plays_the_demo(tmp_path: Path) -> None:
    clone = tmp_path / "a fresh clone"
    for path in project_files():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, clone / path)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "server").mkdir(parents=True)
    (elsewhere / "server" / "__init__.py").write_text("raise ImportError('not ours')")

    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(clone / "run.py"), *arguments]
        return subprocess.run(command, cwd=elsewhere, check=False, capture_output=True, encoding="utf-8", timeout=900)

    first = start("demo", "--exit")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Setting Perch up" in first.stderr
    second = start("--help")
    assert second.returncode == 0, second.stderr
    assert "serve" in second.stdout
    assert second.stderr == ""
