"""Requests that a person keeps: copies in a small file of the data folder, which the log's ring does not pass over.

Belongs here: that file. Must not know: widgets. What is copied was redacted before the log ever held it.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from server.faults import Fault, FaultCode
from server.records import ActivityRecord, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME: Final = "kept-requests.jsonl"
MOST: Final = 500
"""Kept at once; beyond, the one that was kept first goes."""


class KeptRequests:
    """The kept requests of one data folder, the newest kept first; may be used on any thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._lock = threading.Lock()

    def listed(self) -> list[ActivityRecord]:
        """List them; raises Fault where the file cannot be read."""
        with self._lock:
            return self._read()

    def keep(self, record: ActivityRecord) -> None:
        """Keep one; keeping it again changes nothing. Raises Fault."""
        with self._lock:
            kept = self._read()
            if all(one.request_id != record.request_id for one in kept):
                self._write([record, *kept][:MOST])

    def let_go(self, request_id: str) -> None:
        """Forget one. Raises Fault."""
        with self._lock:
            kept = self._read()
            self._write([one for one in kept if one.request_id != request_id])

    def _read(self) -> list[ActivityRecord]:
        try:
            lines = self.path.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise Fault(FaultCode.STORE_FAILED, str(self.path)) from error
        try:
            return [_record(json.loads(line)) for line in lines if line.strip()]
        except (ValueError, TypeError, KeyError) as error:
            # Writing it anew would lose what a person meant to keep.
            raise Fault(FaultCode.STORE_FAILED, f"{self.path} is damaged") from error

    def _write(self, records: Sequence[ActivityRecord]) -> None:
        text = "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in records)
        try:
            write_whole(self.path, text)
        except OSError as error:
            raise Fault(FaultCode.FOLDER_UNWRITABLE, str(self.path.parent)) from error


def write_whole(path: Path, text: str) -> None:
    """Put a file in its place at once, readable by its owner only."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _record(values: dict[str, Any]) -> ActivityRecord:
    refusal = values["refusal"]
    return ActivityRecord(
        **{
            **values,
            "ignored": tuple(values["ignored"]),
            "headers": tuple((name, value) for name, value in values["headers"]),
            "refusal": None if refusal is None else Refusal(refusal),
        }
    )
