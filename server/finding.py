"""What one check of a check-up found: how bad it is, a sentence, the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.faults import Fault


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; where a fault was met, the host words it."""

    level: Level
    subject: str
    sentence: str
    remedy: str = ""
    fault: Fault | None = None
