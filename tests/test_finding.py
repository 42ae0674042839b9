from __future__ import annotations

from server.finding import Finding, Level


def test_a_finding_without_a_remedy_or_a_fault_is_a_sentence_only() -> None:
    found = Finding(Level.OK, "Clock", "is right")
    assert (found.remedy, found.fault) == ("", None)


def test_levels_are_written_as_programs_read_them() -> None:
    assert [str(level) for level in Level] == ["ok", "warn", "fail"]
