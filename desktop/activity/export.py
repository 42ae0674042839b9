"""Writes requests into a file: JSON Lines with everything that is kept of them, or CSV for a spreadsheet.

Belongs here: the two formats. Must not know: widgets, which requests are wanted.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.records import ActivityRecord

COLUMNS: Final = (
    *("at", "request_id", "method", "path", "query", "status", "duration_us", "token", "address", "agent"),
    *("meaning", "feature", "scim_type", "refusal", "resource_id", "ignored"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a cell instead of showing it."""


class Format(StrEnum):
    """Which file."""

    JSON_LINES = "jsonl"
    CSV = "csv"


def export(records: Iterable[ActivityRecord], target: Path, form: Format, labels: Mapping[str, str]) -> int:
    """Write all of them, whole or not at all; gives how many there were. Raises Fault (folder_unwritable)."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    except OSError as error:
        raise Fault(FaultCode.FOLDER_UNWRITABLE, str(target.parent)) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            number = (_write_csv if form is Format.CSV else _write_lines)(records, file, labels)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise Fault(FaultCode.FOLDER_UNWRITABLE, str(target.parent)) from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return number


def _write_lines(records: Iterable[ActivityRecord], file: TextIO, labels: Mapping[str, str]) -> int:
    number = 0
    for record in records:
        document = {**asdict(record), "token": labels.get(record.token_id or "")}
        file.write(json.dumps(document, ensure_ascii=False) + "\n")
        number += 1
    return number


def _write_csv(records: Iterable[ActivityRecord], file: TextIO, labels: Mapping[str, str]) -> int:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    number = 0
    for record in records:
        values: dict[str, Any] = {
            **{name: getattr(record, name) for name in COLUMNS if name not in {"duration_us", "token"}},
            "duration_us": record.duration,
            "token": labels.get(record.token_id or "", ""),
            "ignored": ", ".join(record.ignored),
        }
        writer.writerow([_guarded(values[name]) for name in COLUMNS])
        number += 1
    return number


def _guarded(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
