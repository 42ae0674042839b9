"""The page that is forwarded: complete, by itself, and nothing of a server's is markup in it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from server.okta.dialogues import Kind
from server.okta.report_page import APPS, headline, milliseconds, page
from server.okta.rules import Rule, finding
from server.okta.speech import Version
from tests.okta.reports import SERVER, bad_report, good_report, string_total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.okta.report import Report

STARTED = "2026-11-04T03:05:00+00:00"
EMPTY = {"meta", "path", "link", "br"}


class Outline(HTMLParser):
    """Reads a page as strictly as a person would: what is opened is closed, in its order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.headings: list[str] = []
        self.addresses: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.addresses += [str(value) for name, value in attrs if name in {"src", "href", "srcset", "data", "action"}]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style" and data.strip():
            self.words.append(" ".join(data.split()))
            if self.open[-1] in {"h1", "h2"}:
                self.headings.append(self.words[-1])

    @property
    def text(self) -> str:
        return " ".join(self.words)


def drawn(*reports: Report) -> Outline:
    return Outline(page(reports, started=STARTED, version="1.2.3"))


@pytest.mark.parametrize("reports", [[good_report()], [bad_report()], [good_report(), bad_report(Kind.CATALOG)]])
def test_it_is_whole_and_needs_nothing_from_elsewhere(reports: list[Report]) -> None:
    source = page(reports, started=STARTED, version="1.2.3")
    outline = Outline(source)
    assert outline.open == []
    assert outline.addresses == []
    assert re.findall(r"@import|url\(|<script|<link|\{\{|\}\}", source) == []
    assert "prefers-color-scheme: dark" in source
    assert "@media print" in source


def test_a_good_server_is_told_in_one_sentence() -> None:
    outline = drawn(good_report())
    assert outline.headings == ["Okta can provision into this server.", "Custom app", "Findings"]
    assert "4 November 2026, 03:05" in outline.text
    assert "2 of 2" in outline.text
    assert "Every feature that was tried works, and there is nothing to remark." in outline.text
    assert "All of it was deleted at the end." in outline.text


def test_a_bad_one_with_each_finding_its_request_source_and_fix() -> None:
    text = drawn(bad_report()).text
    failing = string_total()
    for words in (failing.rule.title, failing.sentence, failing.request, failing.source, failing.remedy, failing.rule):
        assert words in text
    assert "Okta gets stuck for 1 reason, each with its fix below, and 1 remark may matter later." in text
    assert "2 times" in text
    assert "Not reached" in text


def test_several_kinds_of_app_stand_side_by_side_and_a_shared_finding_once() -> None:
    outline = drawn(bad_report(), bad_report(Kind.CATALOG))
    assert outline.headings == [
        "2 features of Okta's do not work with this server.",
        "At a glance",
        "What Okta does not get past",
        "What may matter later",
        "Custom app",
        "Catalog app",
    ]
    assert outline.words.count(string_total().rule.title) == 1
    assert outline.words.count("Catalog app") == 4


def test_a_feature_that_one_kind_lacks_was_not_tried() -> None:
    assert "Not tried" in drawn(good_report(), bad_report(Kind.CATALOG)).text


def test_what_is_left_behind_is_listed() -> None:
    outline = drawn(bad_report(left_behind=("user ada <405>",)))
    assert "Left behind on the server" in outline.headings
    assert "user ada <405>" in outline.text
    assert "What could not be deleted is listed above." in outline.text


def test_nothing_that_a_server_says_becomes_markup() -> None:
    evil = finding(
        Rule.LIST_NUMBER_AS_STRING, "GET /Users?<script>", name="<script>alert(1)</script>", number="{{title}}"
    )
    report = replace(bad_report(), server=SERVER + "<script>", findings=(evil,))
    source = page([report], started=STARTED, version="1.2.3")
    assert "<script" not in source
    assert "{{title}}" in Outline(source).text


def test_the_headline_counts_what_does_not_work() -> None:
    one = replace(bad_report(), features=bad_report().features[:3])
    assert headline([one]) == "One feature of Okta's does not work with this server."
    assert headline([replace(good_report(), interrupted=True)]) == "The simulation was ended early."


@pytest.mark.parametrize(
    ("duration", "words"), [(840, "0.8 ms"), (9_999, "10.0 ms"), (12_400, "12 ms"), (3_400_000, "3.4 s")]
)
def test_times_are_written_for_people(duration: int, words: str) -> None:
    assert milliseconds(duration) == words


def test_every_kind_of_app_has_a_name_and_a_story() -> None:
    assert {*Kind} <= set(APPS)


def test_what_was_spoken_is_named_where_it_is_not_2_0() -> None:
    former = replace(good_report(Kind.AGENT), version=Version.ONE)
    assert "an on-prem agent in SCIM 1.1." in drawn(former).text
    assert "an on-prem agent." in drawn(good_report(Kind.AGENT)).text


def test_a_page_about_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a report"):
        page([], started=STARTED, version="1.2.3")
