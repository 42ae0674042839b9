"""Which values the settings of exports take, and what is said of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.config import load_config
from server.export_settings import BASE, FORMATS, base, folder, form
from server.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("dn", [BASE, "dc=example,dc=com", "ou=People, o=Acme Inc.", "o=Acme\\, Inc.", "dc=ex ample"])
def test_a_distinguished_name_is_taken(dn: str) -> None:
    assert base(f" {dn} ") == dn


@pytest.mark.parametrize("dn", ["", "example.com", "dc=", "dc=a,,dc=b", "=a", "dc=a,", "dc=a\ndc=b", "o=Acme, Inc.", 7])
def test_what_is_no_distinguished_name_is_refused(dn: object) -> None:
    with pytest.raises(ValueError, match="dc=example,dc=com"):
        base(dn)


def test_a_folder_and_a_format_are_taken_or_refused() -> None:
    assert (folder(" exports "), folder(""), folder(None)) == ("exports", None, None)
    assert [form(name) for name in FORMATS] == list(FORMATS)
    for value in (7, "  ", "a\0b"):
        with pytest.raises(ValueError, match="folder"):
            folder(value)
    with pytest.raises(ValueError, match="jsonl, csv or ldif"):
        form("xml")


def test_the_settings_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "perch.toml").write_text('export_format = "xml"', "utf-8")
    with pytest.raises(Fault, match=r"export_format .* give jsonl, csv or ldif\."):
        load_config(tmp_path, {})
