"""Prometheus' text format (exposition format 0.0.4): families of samples as lines of text.

Belongs here: names, labels, escapes and numbers as a scraper reads them. Must not know: what is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Kind = Literal["counter", "gauge", "histogram"]

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


def sample(name: str, value: float, labels: Mapping[str, str] | None = None) -> str:
    """Write one sample as a line."""
    written = ",".join(f'{key}="{text.translate(_ESCAPES)}"' for key, text in (labels or {}).items())
    return f"{name}{{{written}}} {number(value)}" if written else f"{name} {number(value)}"


def family(name: str, kind: Kind, meaning: str, samples: Iterable[str]) -> str:
    """Write a family: what it is, then its samples; nothing where there are none."""
    lines = "\n".join(samples)
    return f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n{lines}\n" if lines else ""


def gauge(name: str, meaning: str, value: float | None) -> str:
    """Write a family of one number; nothing where it is not known."""
    return "" if value is None else family(name, "gauge", meaning, [sample(name, value)])


def number(value: float) -> str:
    """Write a number: whole ones without a point, the end of a histogram as +Inf."""
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
