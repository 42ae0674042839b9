"""The diagnostic bundle holds what helps, and no byte of what is anybody's own."""

from __future__ import annotations

import json
import stat
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from server.bundle import NEWEST, Sieve
from server.config import ServerConfig
from server.faults import Fault, FaultCode
from server.records import Exchange
from server.tokens import generate
from server.workspace import ACTIVITY, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "c4n4ry-Passw0rd!"
LABEL = "Okta of Zaphod's company"
PERSON = "zaphod"
FAMILY = "Beeblebrox"
EMAIL = f"{PERSON}@heartofgold.example"
GROUP = "Presidents of the Galaxy"
ADDRESS = "198.51.100.7"


def request(target: str, **more: Any) -> Exchange:
    return Exchange(
        at=1.8e9,
        duration=120,
        method="GET",
        target=target,
        status=200,
        address=ADDRESS,
        headers=((b"Authorization", b"Bearer secret"), (b"User-Agent", f"Okta SCIM Client 1.0.0 {EMAIL}".encode())),
        meaning=f"looked for {FAMILY}",
        **more,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", ServerConfig()) as opened:
        yield opened


@pytest.fixture
def secret(workspace: Workspace) -> str:
    """Fill a workspace with what must not be told, everywhere it can be."""
    issued = workspace.tokens.create(LABEL, actor=EMAIL, expires="2d")
    person = {"userName": EMAIL, "name": {"givenName": PERSON, "familyName": FAMILY}, "emails": [{"value": EMAIL}]}
    done = workspace.create("User", person)
    workspace.create("Group", {"displayName": GROUP, "members": [{"value": done.resource_id}]})
    by_name = quote(f'userName eq "{EMAIL}" and name.familyName eq "{FAMILY}"')
    for target in (
        f"/scim/v2/Users?filter={by_name}&startIndex=1&count=100",
        f"/scim/v2/Users?filter={quote(f'userName eq {EMAIL}')}",
        f"/scim/v2/Users?filter={quote(FAMILY)}&attributes={FAMILY}",
        f"/scim/v2/Users?{FAMILY}={PASSWORD}&access_token={issued.secret}",
        f"/scim/v2/Users/{quote(EMAIL)}",
        f"/scim/v2/Groups/{quote(GROUP)}",
        f"/scim/v2/Users/{issued.secret}",
        f"/scim/v2/Users/{done.resource_id}",
    ):
        workspace.activity.record(request(target, resource_id=done.resource_id))
    body = json.dumps({**person, "password": PASSWORD}).encode()
    workspace.activity.record(request("/scim/v2/Users", request_body=body, response_body=body))
    workspace.activity.flush()
    (workspace.folder / "endpoint.log").write_text(
        f"WARNING {EMAIL} came from {ADDRESS} with Bearer {issued.secret}\n"
        f'ValueError: "{FAMILY}" is no \'{GROUP}\'\nFile "{Path.home()}/perch/server/provider.py", line 1\n',
        "utf-8",
    )
    return issued.secret


def contents(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_no_byte_of_it_is_a_secret_or_a_person(workspace: Workspace, secret: str, tmp_path: Path) -> None:
    path = workspace.diagnostics(tmp_path / "report.zip", {"child.log": f"started for {EMAIL} with {PASSWORD!r}\n"})
    found = contents(path)
    places = {**found, "the names": " ".join(found), "the zip": path.read_bytes().decode("latin-1")}
    told = [
        (name, word, text)
        for name, text in places.items()
        for word in (
            secret[11:54],
            PASSWORD,
            PERSON,
            FAMILY,
            EMAIL,
            GROUP,
            "Presidents",
            LABEL,
            ADDRESS,
            str(Path.home()),
        )
        if word.lower() in text.lower() or quote(word).lower() in text.lower()
    ]
    assert told == []


def test_it_says_what_is_in_it(workspace: Workspace, secret: str, tmp_path: Path) -> None:
    assert secret
    found = contents(workspace.diagnostics(tmp_path / "report.zip"))
    for name in found:
        assert name == "README.txt" or name.split("/")[0] in found["README.txt"]
    assert found.keys() == {
        "README.txt",
        *(f"{name}.json" for name in ("versions", "settings", "checkup", "numbers", "activity")),
        "logs/endpoint.log",
    }


def test_it_holds_what_helps(workspace: Workspace, secret: str, tmp_path: Path) -> None:
    assert secret
    found = contents(workspace.diagnostics(tmp_path / "report.zip"))
    parts = {name.removesuffix(".json"): json.loads(text) for name, text in found.items() if name.endswith(".json")}
    assert parts["versions"]["python"] == sys.version
    assert parts["versions"]["packages"]["orjson"]
    assert parts["versions"]["sqlite"].startswith("3.")
    port = next(one for one in parts["settings"] if one["name"] == "port")
    assert port == {"name": "port", "value": 7643, "default": 7643, "source": "default"}
    assert {one["subject"] for one in parts["checkup"]} >= {"Database", "Keyring", "Disk space", "Tokens"}
    assert parts["numbers"]["directory"]["people"] == 1
    assert parts["numbers"]["tokens"] == {"active": 1}
    assert parts["numbers"]["bytes"]["perch.db"] > 0
    oldest = parts["activity"][-1]
    assert oldest["path"] == "/scim/v2/Users"
    assert oldest["query"] == {
        "filter": "userName eq … and name.familyName eq …",
        "startIndex": "1",
        "count": "100",
    }
    assert (oldest["status"], oldest["client"], oldest["microseconds"]) == (200, "Okta", 120)
    person = workspace.find("User", EMAIL)
    assert [one["path"] for one in parts["activity"][1:4]] == [
        f"/scim/v2/Users/{person}",
        "/scim/v2/Users/…",
        "/scim/v2/Groups/…",
    ]
    assert found["logs/endpoint.log"].splitlines()[1] == "ValueError: … is no …"
    assert 'File "~/perch/server/provider.py", line 1' in found["logs/endpoint.log"]


def test_only_the_newest_go_in(workspace: Workspace, tmp_path: Path) -> None:
    for _ in range(NEWEST + 5):
        workspace.activity.record(request("/scim/v2/Users"))
    workspace.activity.flush()
    (workspace.folder / "endpoint.log").write_text("".join(f"line {n}\n" for n in range(NEWEST + 5)))
    found = contents(workspace.diagnostics(tmp_path / "report.zip"))
    assert len(json.loads(found["activity.json"])) == NEWEST
    assert found["logs/endpoint.log"].splitlines()[0] == "line 5"


def test_it_is_private_and_replaces_what_the_person_named(workspace: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "report.zip"
    target.write_text("an older one")
    assert workspace.diagnostics(target) == target
    assert zipfile.is_zipfile(target)
    assert sys.platform == "win32" or stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))


def test_in_a_folder_it_has_a_name_of_its_own(workspace: Workspace, tmp_path: Path) -> None:
    path = workspace.diagnostics(tmp_path)
    assert path.parent == tmp_path
    assert path.name.startswith("perch-diagnostics-")


def test_a_place_that_cannot_be_written_is_told(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        workspace.diagnostics(tmp_path / "gone" / "report.zip")
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE


def test_trouble_is_what_it_is_for(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.folder / "perch.toml").write_text("port = 99999\n")
    assert workspace.activity.recent() == []
    found = contents(workspace.diagnostics(tmp_path / "report.zip"))
    assert "99999" in json.loads(found["settings.json"])["could not be read"]
    assert "99999" in found["checkup.json"]
    assert (workspace.folder / ACTIVITY).exists()
    assert json.loads(found["numbers.json"])["directory"]["people"] == 0


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail ada.lovelace+x@example.co.uk now", "mail [e-mail] now"),
        ("ada%40example.com", "[e-mail]"),
        ("/folders/ada/.local/share", "~/.local/share"),
        ("'Okta prod' expires", "'…' expires"),
        ("nothing to cut: 3.11 @ 8 o'clock", "nothing to cut: 3.11 @ 8 o'clock"),
    ],
)
def test_the_sieve(text: str, left: str) -> None:
    assert Sieve("/folders/ada", ["Okta prod"])(text) == left


def test_the_sieve_knows_tokens() -> None:
    secret = generate(test=True)
    assert secret[11:] not in Sieve("", [])(f"Bearer {secret}")
