"""Faults of the environment: what a host is told."""

from __future__ import annotations

import pytest

from server.faults import Fault, FaultCode, PortInUse, StoreUnavailable


@pytest.mark.parametrize("kind", [Fault, StoreUnavailable, PortInUse])
def test_a_fault_says_which_and_the_fact_that_mends_it(kind: type[Fault]) -> None:
    fault = kind(FaultCode.DISK_FULL, "/var/perch.db")
    assert isinstance(fault, Fault)
    assert (fault.code, fault.detail) == (FaultCode.DISK_FULL, "/var/perch.db")
    assert str(fault) == "disk_full: /var/perch.db"


def test_codes_are_words_that_a_script_may_compare() -> None:
    assert len({code.value for code in FaultCode}) == len(FaultCode)
    assert all(code.value.replace("_", "").isalpha() and code.value.islower() for code in FaultCode)
    assert FaultCode("newer_than_program") is FaultCode.DATABASE_NEWER
