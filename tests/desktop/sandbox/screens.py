"""The Sandbox page in each stage of the tour, and broken on purpose: one after the other, for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from desktop.sandbox.page import SandboxPage
from desktop.sandbox.player import Playing
from server.okta.chaos import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desktop.main_window import MainWindow

SPEED: Final = 3.0
FLYING: Final = 0.5
"""How far on its way a request is in the picture of it."""


def opened(window: MainWindow, wait_until: Callable[[Callable[[], bool]], None]) -> SandboxPage:
    """Show the page and open the sandbox."""
    window.show_page("sandbox")
    page = window.page
    assert isinstance(page, SandboxPage)
    page.session.open()
    wait_until(lambda: page.stand is not None and bool(page.stand.perch.side.people))
    return page


def stages(window: MainWindow, wait_until: Callable[[Callable[[], bool]], None], *, all_of_them: bool) -> Iterator[str]:
    """Yield a name whenever the window shows what it stands for; the sandbox is as at first afterwards."""
    page = opened(window, wait_until)
    stand = page.stand
    assert stand is not None
    told: list[int] = []
    stand.guide.stage_ended.connect(lambda number, *_: told.append(number))
    page.player.tempo.speed = SPEED
    yield "sandbox_open"
    wanted = range(len(stand.guide.stages)) if all_of_them else range(2)
    for number in wanted:
        stand.play()
        wait_until(lambda number=number: stand.guide.number == number and stand.wire.flight.is_flying)  # type: ignore[misc] # bound at once
        if number == 1:
            wait_until(lambda: stand.wire.flight.is_flying and stand.wire.flight.way >= FLYING)
            yield "sandbox_flying"
        wait_until(lambda number=number: number in told)  # type: ignore[misc] # as above
        stand.pause()
        yield f"sandbox_{number + 1}_{stand.guide.stages[number].key}"
    stand.stop()
    stand.trouble.choose(Trouble.WRONG_TOKEN)
    stand.okta.show_tab(0)
    stand.okta.people.choose(next(row.key for row in stand.okta.people.rows if not row.pill))
    stand.okta.want("assign")
    wait_until(lambda: page.player.state is Playing.IDLE and not stand.wire.flight.is_flying)
    yield "sandbox_broken"
    stand.trouble.choose(Trouble.NONE)
    page.end()
