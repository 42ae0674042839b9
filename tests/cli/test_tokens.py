"""Tokens by hand: the secret once and alone, everything else beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from server.tokens import is_well_formed
from server.vault import service_name
from tests.cli.command_line import CommandLine, Ended

if TYPE_CHECKING:
    from tests.gnome_keyring import SecretService


def secret_of(ended: Ended) -> str:
    """The secret stands alone on stdout and nowhere else."""
    secret, end, rest = ended.out.partition("\n")
    assert (end, rest) == ("\n", "")
    assert is_well_formed(secret.encode())
    assert secret not in ended.err
    return secret


def token_id(perch: CommandLine, label: str) -> str:
    (found,) = [one["id"] for one in perch("token", "list", "--json").json if one["label"] == label]
    return str(found)


def test_a_secret_is_printed_alone_and_the_rest_is_said_beside_it(perch: CommandLine) -> None:
    ended = perch("token", "create", "Okta", "--expires", "90d")
    assert secret_of(ended).startswith("perch_live_")
    assert "Token 'Okta'" in ended.err
    assert "read-write, expires " in ended.err
    assert "(in 90 days)" in ended.err
    assert "no keyring" in ended.err
    assert "base URL http://127.0.0.1:7643/scim/v2" in ended.err
    assert "--public-url" in ended.err


def test_where_a_public_url_is_set_there_is_no_hint_at_it(perch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERCH_PUBLIC_URL", "https://scim.example.com")
    said = perch("token", "create", "Okta").err
    assert "base URL https://scim.example.com/scim/v2" in said
    assert "--public-url" not in said


def test_a_token_may_be_for_trials_and_for_reading(perch: CommandLine) -> None:
    ended = perch("token", "create", "Okta", "--test", "--read-only", "--no-keyring")
    assert secret_of(ended).startswith("perch_test_")
    assert "read-only, never expires" in ended.err
    assert "No copy was kept" in ended.err
    (listed,) = perch("token", "list", "--json").json
    assert (listed["access"], listed["test"], listed["expires"]) == ("read-only", True, None)
    assert listed["created_by"].startswith("command line")


def test_nothing_of_a_secret_is_kept_in_the_folder(perch: CommandLine) -> None:
    secret = secret_of(perch("token", "create", "Okta"))
    for file in perch.folder.iterdir():
        assert secret[11:40].encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", ""), "label is empty"),
        (("create", "Okta", "--expires", "soon"), "no expiry"),
        (("create", "Okta", "--expires", "2020-01-01"), "already past"),
        (("show", "nobody"), "no token 'nobody'"),
        (("revoke", "nobody"), "no token 'nobody'"),
        (("rotate", "nobody"), "no token 'nobody'"),
    ],
)
def test_a_rule_is_told_as_a_sentence(perch: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    assert words in perch.refused("token", *arguments)
    assert perch("token", "list").out == ""


def test_a_label_is_taken_once(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    assert "rotate it" in perch.refused("token", "create", "okta")


def test_rotating_prints_the_new_secret_and_says_until_when_the_old_one_works(perch: CommandLine) -> None:
    old = secret_of(perch("token", "create", "Okta"))
    first = token_id(perch, "Okta")
    ended = perch("token", "rotate", "Okta", "--overlap", "2d")
    assert secret_of(ended) != old
    assert f"The old one ({first}) works until " in ended.err
    statuses = {one["id"]: one["status"] for one in perch("token", "list", "--json").json}
    assert sorted(statuses.values()) == ["active", "rotating"]
    assert statuses[first] == "rotating"


def test_rotating_without_an_overlap_ends_the_old_one_now(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    ended = perch("token", "rotate", "Okta", "--overlap", "0")
    assert "does not work any more" in ended.err
    assert len(perch("token", "list").lines) == 1


def test_an_overlap_that_is_no_time_is_wrong_usage(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    assert perch.run("token", "rotate", "Okta", "--overlap", "soon").exit_code == 2


def test_revoking_is_for_good(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    first = token_id(perch, "Okta")
    assert "is revoked" in perch("token", "revoke", "Okta").err
    assert "revoked already" in perch("token", "revoke", first).err
    ended = perch("token", "list")
    assert ended.out == ""
    assert "1 ended" in ended.err
    assert perch("token", "list", "--all").lines[0][4] == "revoked"


def test_revoking_a_leaked_label_ends_the_one_it_replaced_and_says_so(perch: CommandLine) -> None:
    perch("token", "create", "leak")
    old = token_id(perch, "leak")
    perch("token", "rotate", "leak")
    said = perch("token", "revoke", "leak").err
    assert f"is revoked, and so is the one it replaced ({old})." in said
    assert {one["status"] for one in perch("token", "list", "--json").json} == {"revoked"}
    assert "revoked already" in perch("token", "revoke", "leak").err


def test_a_token_is_shown_with_its_history(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    perch("token", "rotate", "Okta")
    shown = perch("token", "show", "Okta", "--json").json
    assert [event["event"] for event in shown["history"]] == ["created", "not kept"]
    old = next(one["id"] for one in perch("token", "list", "--json").json if one["status"] == "rotating")
    lines = perch("token", "show", old[:6]).lines
    assert ["Label", "Okta"] in lines
    assert ["Replaced by", shown["id"]] in lines
    assert [line[1] for line in lines if len(line) == 4] == ["created", "not kept", "rotated"]


def test_a_copy_that_is_not_there_cannot_be_shown(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    assert "holds no copy" in perch.refused("token", "show", "Okta", "--secret")


def test_the_admins_copy_lives_and_dies_in_the_keyring(perch: CommandLine, secret_service: SecretService) -> None:
    # As processes of their own: keyring remembers for the life of a process which keyring it found first.
    ended = perch.process("token", "create", "Okta")
    secret = secret_of(ended)
    first = token_id(perch, "Okta")
    assert f"`perch token show {first} --secret`" in ended.err
    assert perch.process("token", "show", "Okta", "--secret").out == f"{secret}\n"
    assert service_name(first) in secret_service.services()
    assert ["Keyring", "stored"] in perch("token", "show", "Okta").lines
    assert perch.process("token", "revoke", "Okta").exit_code == 0
    assert service_name(first) not in secret_service.services()


def test_a_locked_keyring_costs_the_copy_and_not_the_token(
    perch: CommandLine, locked_secret_service: SecretService
) -> None:
    assert locked_secret_service.bus
    ended = perch.process("token", "create", "Okta")
    assert secret_of(ended)
    assert "locked, so no copy was kept" in ended.err
    refused = perch.process("token", "show", "Okta", "--secret")
    assert (refused.exit_code, refused.out) == (1, "")
    assert "Unlock it" in refused.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
def test_a_person_sees_a_table(perch: CommandLine) -> None:
    perch("token", "create", "Okta production", "--expires", "5d")
    seen = perch.on_terminal("token", "list", width=110, environ={"NO_COLOR": "1"})
    assert "Label" in seen
    assert "Okta production" in seen
    assert "──" in seen
    assert "No token works." in CommandLine(perch.folder / "other").on_terminal("token", "list")
