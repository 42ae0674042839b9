#!/usr/bin/env python3
"""Set Perch up in the folder where this file lies, then start it or test it.

    python3 run.py                   set up where needed, then open the desktop; without a display ``perch demo``
    python3 run.py serve --port 0    the same with any command of ``perch``
    python3 run.py test [arguments]  set up the tools as well, then run every test (arguments go to pytest)

Belongs here: what a fresh machine lacks (system packages, ``.venv``, the project in it) and the hand-over.
Must not know: anything of ``server``, which cannot be imported before this file has done its work; hence the
standard library only. The whole file parses under Python 3.6 and asks for the version before it uses anything
newer, so that an old Python answers with a sentence instead of a traceback.
"""

import contextlib
import ctypes
import errno
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MINIMUM = (3, 11)


def newer_python() -> str:
    """Name a command on this machine that starts a Python new enough; an empty string where there is none."""
    for minor in range(MINIMUM[1] + 4, MINIMUM[1] - 1, -1):
        command = "python3.{}".format(minor)  # noqa: UP032  the only lines that an older Python executes
        if shutil.which(command):
            return command
    return ""


if sys.version_info < MINIMUM:
    sys.exit(
        "Perch needs Python 3.11 or newer; this one is {}.{} ({}). {}".format(
            sys.version_info[0],
            sys.version_info[1],
            sys.executable,
            "Start it as: " + newer_python() + " run.py"
            if newer_python()
            else "Install a newer one (from your system or https://www.python.org) and start run.py with it.",
        )
    )

HERE = Path(__file__).resolve().parent
DISTRIBUTION = "perch_scim"
LOCK_NAME = "perch-setup.lock"
STAMP_NAME = "perch-setup.json"
INTERRUPTED = 130  # what a shell reports for a program ended by Ctrl-C


class SetupFailed(Exception):
    """Setting up cannot go on; the sentence says why and what to do, ``output`` is what the tool printed."""

    def __init__(self, sentence: str, output: str = "") -> None:
        super().__init__(sentence)
        self.output = output


def say(sentence: str) -> None:
    """Report progress; stdout belongs to the command that follows."""
    print(sentence, file=sys.stderr, flush=True)


# --- system packages ------------------------------------------------------------------------------


class SystemPackage(NamedTuple):
    """Something that pip cannot install."""

    names: tuple[str, ...]
    """Debian's names for it, the first one known to this release is taken."""
    purpose: str
    present: Callable[[], bool]
    essential: bool
    """Whether to give up when it is missing and apt is not there to fetch it."""
    comfort: bool = False
    """Whether to try for it only while setting up, and never to ask for a password on its behalf."""


def program(name: str) -> Callable[[], bool]:
    """Make the check that a program is on the search path."""
    return lambda: shutil.which(name) is not None


def module(name: str) -> Callable[[], bool]:
    """Make the check that this Python has a module (Debian takes some out of the standard library)."""
    return lambda: importlib.util.find_spec(name) is not None


THIS_PYTHON = "python{}.{}".format(*sys.version_info)

# Which libraries the parts of PySide6-Essentials that we use are linked to (readelf -d), and Debian's packages.
# What a package of these needs in turn, apt knows.
QT = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0t64 libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libbrotlidec.so.1": "libbrotli1",
    "libzstd.so.1": "libzstd1",
}
QT_ON_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
QT_ON_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}


def library(soname: str) -> bool:
    """Tell whether this machine has a shared library: where Debian puts it, or where its loader finds it."""
    if any(Path("/usr/lib").glob("*-linux-gnu/" + soname)):
        return True
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def libraries(wanted: Mapping[str, str], *, essential: bool) -> tuple[SystemPackage, ...]:
    """Return the packages of libraries that the window needs."""
    return tuple(
        SystemPackage(tuple(names.split()), "the window", partial(library, soname), essential, comfort=not essential)
        for soname, names in wanted.items()
    )


def font(pattern: str) -> Callable[[], bool]:
    """Make the check that a font's file is where fonts are."""
    places = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
    return lambda: any(path for place in places for path in Path(place).expanduser().rglob(pattern))


def has_display() -> bool:
    """Tell whether a window could be seen."""
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# What each step needs from a Linux machine.
SYSTEM_PACKAGES: dict[str, tuple[SystemPackage, ...]] = {
    "venv": (
        SystemPackage(
            (THIS_PYTHON + "-venv", "python3-venv"),
            "virtual environments",
            module("ensurepip"),
            essential=True,
        ),
    ),
    "desktop": (
        *libraries(QT, essential=True),
        # Qt takes the other way to the screen where there are both.
        *libraries(QT_ON_X11, essential=not os.environ.get("WAYLAND_DISPLAY")),
        *libraries(QT_ON_WAYLAND, essential=not os.environ.get("DISPLAY")),
        SystemPackage(("fonts-inter",), "the window's look", font("Inter[-.]*"), essential=False, comfort=True),
        SystemPackage(
            ("fonts-jetbrains-mono",), "the window's look", font("JetBrainsMono*"), essential=False, comfort=True
        ),
    ),
    "test": (
        *libraries(QT, essential=True),
        SystemPackage(("gnome-keyring",), "the keyring tests", program("gnome-keyring-daemon"), essential=False),
        SystemPackage(("dbus-daemon",), "the keyring tests", program("dbus-daemon"), essential=False),
    ),
}


def ensure_system_packages(step: str, *, comfort: bool = True) -> None:
    """Install by apt what ``step`` needs and this Linux machine lacks; say so where apt cannot do it."""
    if platform.system() != "Linux":
        return
    wanted = [package for package in SYSTEM_PACKAGES[step] if comfort or not package.comfort]
    missing = [package for package in wanted if not package.present()]
    if not missing:
        return
    as_root = root_command(ask=not all(package.comfort for package in missing))
    if shutil.which("apt-get") is None or as_root is None:
        names = " ".join(package.names[-1] for package in missing)
        sentence = (
            f"This machine lacks {names} (as Debian calls it), for {missing[0].purpose}."
            " Install it with the system's package manager and start again."
        )
        if any(package.essential for package in missing):
            raise SetupFailed(sentence)
        say(sentence)
        return
    apt_install(as_root, missing)


def root_command(*, ask: bool = True) -> list[str] | None:
    """Return what to put before a command so that root runs it; None where that is not possible."""
    if getattr(os, "geteuid", int)() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    return ["sudo"] if ask and sys.stdin.isatty() else ["sudo", "-n"]


def apt_install(as_root: list[str], missing: Sequence[SystemPackage]) -> None:
    """Install ``missing`` and keep apt's words to ourselves unless it fails."""
    update = [*as_root, "apt-get", "update", "-qq"]
    say("Reading the list of system packages: " + " ".join(update))
    updated = run(update)
    found = {package: next(filter(known_to_apt, package.names), "") for package in missing}
    # One name that apt does not know would keep it from installing all the others.
    chosen = [name or package.names[-1] for package, name in found.items() if name or package.essential]
    install = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq"]
    install += ["--no-install-recommends", *chosen]
    say("Installing system packages: " + " ".join(chosen))
    done = run(install)
    if done.returncode == 0:
        return
    by_hand = "sudo apt install " + " ".join(chosen)
    sentence = f"apt could not install what is missing. Install it by hand ({by_hand}) and start again."
    if any(package.essential for package in missing):
        raise SetupFailed(sentence, updated.stdout + done.stdout)
    say(updated.stdout + done.stdout + sentence)


def known_to_apt(name: str) -> bool:
    """Tell whether this release of Debian has the package."""
    return run(["apt-cache", "show", name]).returncode == 0


def run(
    command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end and keep what it prints (stdout and stderr together, in ``stdout``)."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


# --- the virtual environment ----------------------------------------------------------------------


class Environment:
    """The folder ``.venv`` beside this file, with a stamp in it that says what was installed and by whom.

    The stamp is written last and removed first: a set-up cut short is never taken for a finished one.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.packages = self.folder / ("Lib" if os.name == "nt" else f"lib/{THIS_PYTHON}") / "site-packages"
        self.stamp = self.folder / STAMP_NAME
        self.constraints = root / "constraints.txt"

    def foundation(self) -> dict[str, str]:
        """Return what an environment is built on; another value means that it has to be made anew."""
        return {
            "folder": str(self.folder),
            "python": sys.version,
            "prefix": os.path.realpath(sys.base_prefix),
        }

    def requirements(self) -> str:
        """Return a digest of what decides which packages are installed."""
        digest = hashlib.sha256()
        for path in (self.root / "pyproject.toml", self.constraints):
            with contextlib.suppress(FileNotFoundError):
                digest.update(path.read_bytes())
            digest.update(b"\0")
        return digest.hexdigest()

    def read_stamp(self) -> dict[str, object]:
        """Return what the last finished set-up noted; empty where there was none."""
        try:
            stamp = json.loads(self.stamp.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def write_stamp(self, extras: Sequence[str]) -> None:
        """Note that the set-up is finished."""
        stamp = {
            "foundation": self.foundation(),
            "requirements": self.requirements(),
            "extras": sorted(extras),
        }
        unfinished = self.stamp.with_suffix(".part")
        unfinished.write_text(json.dumps(stamp, indent=1), "utf-8")
        unfinished.replace(self.stamp)

    def installed_extras(self) -> set[str]:
        """Return the extras that the last finished set-up installed."""
        extras = self.read_stamp().get("extras")
        return {str(extra) for extra in extras} if isinstance(extras, list) else set()

    def is_sound(self) -> bool:
        """Tell whether a whole environment of this Python is in this folder, whatever is installed in it."""
        return self.python.is_file() and self.read_stamp().get("foundation") == self.foundation()

    def is_current(self, extras: Sequence[str]) -> bool:
        """Tell whether nothing is left to do before Perch can start."""
        return (
            self.is_sound()
            and self.read_stamp().get("requirements") == self.requirements()
            and self.installed_extras().issuperset(extras)
            and any(self.packages.glob(f"{DISTRIBUTION}-*.dist-info"))
        )


def prepare(environment: Environment, extras: Sequence[str]) -> None:
    """Make the environment current, once even when several starts ask for it together.

    Raises:
        SetupFailed: it cannot be done; the sentence says what to do about it.

    """
    is_current = environment.is_current(extras)
    for extra in extras:
        ensure_system_packages(extra, comfort=not is_current)
    if is_current:
        return
    ensure_system_packages("venv")
    with explained(environment):
        environment.folder.mkdir(exist_ok=True)
        with only_one(environment.folder / LOCK_NAME):
            if environment.is_current(extras):
                return
            wanted = sorted(environment.installed_extras().union(extras))
            if environment.is_sound():
                say("The project file has changed or more of it is needed: installing what is missing.")
            else:
                create(environment)
            environment.stamp.unlink(missing_ok=True)
            install(environment, wanted)
            environment.write_stamp(wanted)


@contextlib.contextmanager
def explained(environment: Environment) -> Iterator[None]:
    """Turn what the file system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            remedy = NO_SPACE
        elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            remedy = NOT_OURS
        else:
            remedy = f"Move {environment.folder} out of the way and start again."
        sentence = f"{environment.folder} cannot be set up: {error.strerror or error}. {remedy}"
        raise SetupFailed(sentence) from error


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file at ``path``; the system lets it go when this process ends, however it ends."""
    with path.open("a+b") as handle:
        if not taken(handle):
            say("Another start is setting Perch up; waiting for it to finish.")
            while not taken(handle):
                time.sleep(0.1)
        yield


def taken(handle: BinaryIO) -> bool:
    """Try to take the lock, without waiting."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
            return False
        if error.errno in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
            return True  # a network file system without locks: go on as alone
        raise
    return True


def create(environment: Environment) -> None:
    """Make an empty virtual environment in place of whatever is in the folder, beside the lock."""
    remains = [entry for entry in environment.folder.iterdir() if entry.name != LOCK_NAME]
    say(f"Setting Perch up in {environment.folder}; the first time takes about half a minute.")
    # The stamp goes first: half an environment with a stamp would be taken for a whole one.
    for entry in sorted(remains, key=lambda entry: entry.name != STAMP_NAME):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    # Started by a Python that is itself a virtual environment (even this one), build on the Python below it.
    base = str(getattr(sys, "_base_executable", "") or sys.executable)
    done = run([base, "-I", "-m", "venv", str(environment.folder)], env=clean_environment())
    if done.returncode != 0 or not environment.python.exists():
        raise SetupFailed(remedy_for(done.stdout) or NO_VENV, done.stdout)


def clean_environment() -> dict[str, str]:
    """Return the environment variables without those that would let another Python or place shine through."""
    unwanted = {
        "PYTHONHOME",
        "PYTHONPATH",
        "__PYVENV_LAUNCHER__",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_USER",
    }
    return {name: value for name, value in os.environ.items() if name.upper() not in unwanted} | {"PIP_USER": "0"}


def install(environment: Environment, extras: Sequence[str]) -> None:
    """Install the project, editable, at the versions of constraints.txt; else at the newest that fit."""
    say("Installing Perch and what it stands on" + (" (with " + ", ".join(extras) + ")" if extras else "") + ".")
    project = f".[{','.join(extras)}]" if extras else "."
    pip = [str(environment.python), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    pip += ["--progress-bar", "off", "--no-warn-script-location", "-e", project]
    pinned = ["-c", environment.constraints.name] if environment.constraints.is_file() else []
    done = run([*pip, *pinned], cwd=environment.root, env=clean_environment())
    if done.returncode != 0 and pinned and unavailable(done.stdout):
        say("The versions of constraints.txt are not all to be had here; taking the newest that fit.")
        done = run(pip, cwd=environment.root, env=clean_environment())
    if done.returncode != 0:
        remedy = remedy_for(done.stdout) or "pip could not install Perch; its own words above say why."
        raise SetupFailed(remedy, done.stdout)


def unavailable(output: str) -> bool:
    """Tell whether pip reached its index and did not find the versions asked for."""
    return not remedy_for(output) and any(
        words in output
        for words in ("No matching distribution found", "ResolutionImpossible", "Could not find a version")
    )


NO_VENV = (
    "This Python cannot make virtual environments. Install its venv module (Debian and Ubuntu: sudo apt"
    " install python3-venv) and start again."
)
NO_SPACE = "The disk is full: free about 800 MB and start again."
NOT_OURS = "Copy Perch to a folder that is yours and may be written to, and start it there."
NO_TRUST = (
    "The package index has a certificate that this machine does not trust: name your organisation's"
    " certificates in PIP_CERT and start again."
)
NO_NETWORK = (
    "The package index could not be reached, or lacks what Perch needs. Check the network (behind a proxy:"
    " HTTPS_PROXY; with an index of your own: PIP_INDEX_URL) and start again."
)
EXTERNALLY_MANAGED = (
    "The system's Python takes no packages (PEP 668), and Perch installs into its own .venv only."
    " Delete the folder .venv and start again."
)
NO_BUILD = (
    "A package has no ready-made build for this Python and could not be compiled here. Start run.py with"
    " another Python, 3.11 to 3.13."
)
# What tools print, and what it means for the person who reads it; the first sign found counts.
REMEDIES = {
    "CERTIFICATE_VERIFY_FAILED": NO_TRUST,
    "certificate verify failed": NO_TRUST,
    "Temporary failure in name resolution": NO_NETWORK,
    "Name or service not known": NO_NETWORK,
    "nodename nor servname": NO_NETWORK,
    "getaddrinfo failed": NO_NETWORK,
    "Failed to establish a new connection": NO_NETWORK,
    "Network is unreachable": NO_NETWORK,
    "Connection refused": NO_NETWORK,
    "ConnectTimeoutError": NO_NETWORK,
    "ReadTimeoutError": NO_NETWORK,
    "ProxyError": NO_NETWORK,
    "(from versions: none)": NO_NETWORK,
    "externally-managed-environment": EXTERNALLY_MANAGED,
    "ensurepip is not available": NO_VENV,
    "No module named venv": NO_VENV,
    "No module named ensurepip": NO_VENV,
    "No space left on device": NO_SPACE,
    "Permission denied": NOT_OURS,
    "Read-only file system": NOT_OURS,
    "Access is denied": NOT_OURS,
    "Failed to build": NO_BUILD,
    "Failed building wheel": NO_BUILD,
}


def remedy_for(output: str) -> str:
    """Return what to do about a tool's output; empty where its words are new to us."""
    return next((remedy for sign, remedy in REMEDIES.items() if sign in output), "")


# --- the hand-over --------------------------------------------------------------------------------


def command_for(arguments: Sequence[str], environment: Environment) -> tuple[list[str], list[str], Path | None]:
    """Return the extras to install, the command to run, and the folder to run it in (None: stay)."""
    if arguments[:1] == ["test"]:
        # pytest reads testpaths from the folder that it starts in.
        return ["test"], [str(environment.python), "-m", "pytest", *arguments[1:]], environment.root
    # -P: a folder named "server" where the user is must not be taken for ours.
    start = [str(environment.python), "-P", "-m"]
    if not arguments and has_display():
        return ["desktop"], [*start, "desktop"], None
    return [], [*start, "server", *(arguments or ["demo"])], None


def hand_over(command: list[str], cwd: Path | None) -> NoReturn:
    """Become ``command``; where a process cannot become another (Windows), end when and as it ends."""
    if cwd is not None:
        os.chdir(cwd)
    if sys.platform == "win32":
        with subprocess.Popen(command, env=clean_environment()) as child:
            while True:
                # Ctrl-C reaches the child as well, and how it ends is for the child to say.
                with contextlib.suppress(KeyboardInterrupt):
                    sys.exit(child.wait())
    else:
        os.execve(command[0], command, clean_environment())  # noqa: S606  becoming the command is the point


def main(arguments: Sequence[str]) -> NoReturn:
    """Set up what is missing and hand over; end with 1 and a sentence where that fails."""
    environment = Environment(HERE)
    extras, command, cwd = command_for(arguments, environment)
    if "test" in extras:
        # Tests of the desktop are nothing to look at; whoever wants to names another platform.
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        prepare(environment, extras)
        hand_over(command, cwd)
    except KeyboardInterrupt:
        say("\nStopped. The next start begins the set-up again where needed.")
        sys.exit(INTERRUPTED)
    except SetupFailed as failure:
        beside = " `python3 run.py demo` shows Perch without its window." if "desktop" in extras else ""
        say(failure.output + f"\nPerch is not set up. {failure}{beside}")
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
