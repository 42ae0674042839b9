from __future__ import annotations

import csv
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from desktop.tokens import secret_file
from server.workspace import IssuedToken
from tests.desktop.tokens.values import token

if TYPE_CHECKING:
    from pathlib import Path

ISSUED = IssuedToken(token("Okta", expires="2027-03-03T12:00:00.000Z"), "perch_live_not_a_real_one")
URL = "https://scim.acme.example/scim/v2"


def test_it_is_what_password_managers_import(tmp_path: Path) -> None:
    path = secret_file.write(tmp_path / "token.csv", ISSUED, URL)
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "name": "Perch: Okta",
        "url": URL,
        "username": "Okta",
        "password": ISSUED.secret,
        "note": "SCIM bearer token okta, expires Mar 3, 2027",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder's own rights")
@pytest.mark.parametrize("exists", [False, True])
def test_only_its_owner_reads_it(tmp_path: Path, *, exists: bool) -> None:
    path = tmp_path / "token.csv"
    if exists:
        path.write_text("before")
        path.chmod(0o644)
    secret_file.write(path, ISSUED, URL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "a folder"
    target.mkdir()
    with pytest.raises(OSError, match="a folder"):
        secret_file.write(target, ISSUED, URL)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Okta production", "Okta production - Perch.csv"),
        ("a/b\\c:d", "a-b-c-d - Perch.csv"),
        ("...", "token - Perch.csv"),
    ],
)
def test_its_name_fits_every_file_system(label: str, name: str) -> None:
    assert secret_file.proposed_name(IssuedToken(token(label), "x")) == name
