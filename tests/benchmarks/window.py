"""The window: from the start of its process to a window that takes input, and how late its timer is under full load.

The second runs the real window in a process of its own (``python -m tests.benchmarks.window FOLDER``) while the
generator loads the endpoint below it with 16 connections; a 10 ms timer in the window notes how late each tick was.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks import stage
from tests.benchmarks.stage import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desktop.server_process import Status

STARTS: Final = 7
SHOWN: Final = "Perch is shown"
TICK: Final = 0.010
SECONDS: Final = 12.0
CONNECTIONS: Final = 16


def _environment() -> dict[str, str]:
    return {"QT_QPA_PLATFORM": "offscreen", **os.environ}


def startup(folder: Path) -> Iterator[Row]:
    """Start the desktop several times; the first start is left out, since it reads the program from the disk."""
    (folder / "perch.toml").write_text("port = 0\n")
    seconds = []
    for _ in range(STARTS + 1):
        begin = time.perf_counter()
        command = [sys.executable, "-m", "desktop", "--data-dir", str(folder), "--say-shown"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment()) as process:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == SHOWN
            seconds.append(time.perf_counter() - begin)
            process.terminate()
    median = statistics.median(seconds[1:])
    yield Row("window shown and usable, warm", f"{median:.2f} s", "", "", "≤ 1 s")


def lateness(folder: Path) -> Iterator[Row]:
    """Let the window show Activity, live, while its endpoint is under load."""
    token, ids, _ = stage.seed(folder, 10_000)
    (folder / "perch.toml").write_text("port = 0\n")
    command = [sys.executable, "-m", "tests.benchmarks.window", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, env=_environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        server = stage.Running(int(process.stdout.readline()), process.pid, token)
        requests = [stage.request("GET", f"/Users/{ids[i % 10_000]}", token) for i in range(20_000)]
        requests += [stage.request("POST", "/Users", token, stage.person(10**8 + i)) for i in range(4_000)]
        stop = threading.Event()
        rates: list[float] = []

        def load() -> None:
            first = True
            while not stop.is_set():
                batch = requests if first else requests[:20_000]
                rates.append(stage.generate(server, CONNECTIONS, batch, alone=False).rate)
                first = False

        generator = threading.Thread(target=load)
        generator.start()
        process.stdin.write("go\n")
        process.stdin.flush()
        late = [float(word) for word in process.stdout.readline().split()]
        stop.set()
        generator.join()
        process.stdin.close()
    p50, p99, most = _percentiles(late)
    yield Row(
        f"10 ms timer in the window, {CONNECTIONS} connections at {statistics.median(rates):,.0f}/s",
        f"late {p99:.1f} ms at p99",
        "",
        f"p50 {p50:.1f}, most {most:.1f}",
        "≤ 10 ms",
    )


def _percentiles(late: Sequence[float]) -> tuple[float, float, float]:
    ordered = sorted(late)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1]


def _tell_port(status: Status) -> None:
    if status.is_serving:
        print(status.local_url.partition("//")[2].partition("/")[0].rpartition(":")[2], flush=True)


def _watched(folder: Path) -> None:
    """Be the window: wait for the word, then print how late each tick was, in milliseconds."""
    from PySide6.QtCore import Qt, QTimer  # noqa: PLC0415 -- the endpoint's measurements run without Qt

    from desktop.application import make_application  # noqa: PLC0415 -- as above
    from desktop.clipboard import Clipboard  # noqa: PLC0415 -- as above
    from desktop.desk import Desk  # noqa: PLC0415 -- as above
    from desktop.live import Live  # noqa: PLC0415 -- as above
    from desktop.main_window import MainWindow  # noqa: PLC0415 -- as above
    from desktop.pages import PAGES  # noqa: PLC0415 -- as above
    from desktop.preferences import Preferences  # noqa: PLC0415 -- as above
    from desktop.server_process import ServerProcess  # noqa: PLC0415 -- as above
    from desktop.theme import Mode, current  # noqa: PLC0415 -- as above
    from server.config import load_config  # noqa: PLC0415 -- as above
    from server.workspace import Workspace  # noqa: PLC0415 -- as above

    application = make_application(["perch"], Mode.LIGHT)
    with Workspace.open(folder, load_config(folder), actor="desktop") as workspace:
        endpoint, live = ServerProcess(folder), Live(workspace)
        window = MainWindow(Desk(workspace, endpoint, live, Clipboard(), current()), Preferences(folder), PAGES)
        window.show_page("activity")
        window.show()
        endpoint.changed.connect(_tell_port)
        endpoint.start()
        live.start()
        late: list[float] = []
        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=int(TICK * 1000))
        last = 0.0

        def tick() -> None:
            nonlocal last
            now = time.perf_counter()
            if last:
                late.append(max(now - last - TICK, 0.0) * 1000)
            last = now

        timer.timeout.connect(tick)
        begun = threading.Event()

        def hear() -> None:
            sys.stdin.readline()
            begun.set()

        threading.Thread(target=hear, daemon=True).start()
        look = QTimer(interval=50)

        def begin() -> None:
            if begun.is_set():
                look.stop()
                timer.start()
                QTimer.singleShot(int(SECONDS * 1000), application.quit)

        look.timeout.connect(begin)
        look.start()
        application.exec()
        print(" ".join(f"{value:.3f}" for value in late), flush=True)
        sys.stdin.read()
        live.stop()
        endpoint.stop()


if __name__ == "__main__":
    _watched(Path(sys.argv[1]))
