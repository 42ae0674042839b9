"""A person or a group as one row of either side of the stage.

Belongs here: what a row says. Must not know: how it is painted, where it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SideRow:
    """One line of a list: who, what of them, and how they are provisioned."""

    key: str
    """What tells it from the others of its list."""
    title: str
    detail: str
    badge: str
    """Two letters, or the name of an icon."""
    pill: str = ""
    tone: str = "neutral"
    error: str = ""
    """What Okta shows about it; stands instead of the detail."""
    is_dim: bool = False

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        return ", ".join(filter(None, (self.title, self.pill, self.error or self.detail)))


def initials(name: str) -> str:
    """Give the two letters for somebody without a picture."""
    words = name.split()
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])]
    return "".join(letters).upper() or "?"
