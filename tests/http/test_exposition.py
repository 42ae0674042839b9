"""Prometheus' text format, read back by Prometheus' own parser."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from server.http.exposition import family, gauge, number, sample


def test_a_family_is_read_back_with_its_meaning_and_samples() -> None:
    text = family("perch_tokens", "gauge", "Tokens by status.", [sample("perch_tokens", 3, {"status": "active"})])
    (read,) = text_string_to_metric_families(text)
    assert (read.name, read.type, read.documentation) == ("perch_tokens", "gauge", "Tokens by status.")
    assert [(one.labels, one.value) for one in read.samples] == [({"status": "active"}, 3.0)]


def test_what_is_not_known_leaves_no_trace() -> None:
    assert gauge("perch_token_first_expiry_days", "Days.", None) == ""
    assert family("perch_tokens", "gauge", "Tokens.", []) == ""


@given(text=st.text())
def test_a_label_holds_any_text(text: str) -> None:
    (read,) = text_string_to_metric_families(family("a", "gauge", "A.", [sample("a", 1, {"route": text})]))
    assert read.samples[0].labels == {"route": text}


@pytest.mark.parametrize(("value", "written"), [(3, "3"), (3.0, "3"), (0.25, "0.25"), (math.inf, "+Inf")])
def test_a_number_is_written_as_a_scraper_reads_it(value: float, written: str) -> None:
    assert number(value) == written
