"""`perch tls` makes a certificate, names the way to trust it, and `perch serve` takes it or says what is wrong."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from server import authority
from server.cli.tls import init, keytool_command
from server.config import load_config
from server.tls import read_certificate
from tests.certificates import PATIENCE, Files, files, shown, trusting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.command_line import CommandLine
    from tests.endpoint import Serve


def told(perch: CommandLine, *arguments: str) -> dict[str, str]:
    return dict(line for line in (cells for cells in perch("tls", *arguments).lines) if len(line) == 2)


def test_init_makes_the_files_and_names_them_in_the_settings(perch: CommandLine) -> None:
    ended = perch("tls", "init", "scim.corp.example", "10.0.0.5", "--json")
    folder = perch.folder / "tls"
    assert ended.json["certificate"] == str(folder / "certificate.pem")
    assert ended.json["names"] == ["scim.corp.example", "localhost", "10.0.0.5", "127.0.0.1", "::1"]
    assert ended.json["fingerprint"] == read_certificate(folder / "certificate.pem").fingerprint
    assert ended.json["authority_fingerprint"] == read_certificate(folder / "authority.pem").fingerprint
    config = load_config(perch.folder, {})
    assert (config.tls_cert, config.tls_key) == ("tls/certificate.pem", "tls/key.pem")
    assert "the endpoint speaks TLS from its next start" in ended.err
    assert "perch serve --host 0.0.0.0 --public-url https://scim.corp.example:7643" in ended.err
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_the_key_is_never_shown(perch: CommandLine) -> None:
    said = [perch("tls", "init", "a.example"), perch("tls", "show"), perch("tls", "show", "--json")]
    lines = (perch.folder / "tls" / "key.pem").read_text().splitlines()[1:-1]
    assert lines
    assert not any(line in ended.out + ended.err for ended in said for line in lines)


def test_show_tells_what_init_told(perch: CommandLine) -> None:
    made = told(perch, "init", "a.example", "--days", "30")
    assert told(perch, "show") == made
    assert made["ends"].endswith("(in 30 days)")
    assert made["keytool"] == keytool_command(perch.folder / "tls" / "authority.pem", made["authority fingerprint"])


def test_without_a_name_it_is_for_the_public_url(perch: CommandLine) -> None:
    (perch.folder).mkdir(exist_ok=True)
    (perch.folder / "perch.toml").write_text('# ours\npublic_url = "https://scim.corp.example"\n')
    assert perch("tls", "init", "--json").json["names"][0] == "scim.corp.example"
    assert (perch.folder / "perch.toml").read_text().startswith('# ours\npublic_url = "https://scim.corp.example"\n')


def test_what_is_there_stays_unless_it_is_forced(perch: CommandLine) -> None:
    before = told(perch, "init", "a.example")
    ended = perch.run("tls", "init", "b.example")
    assert (ended.exit_code, ended.out) == (1, "")
    assert "There is a certificate already (tls/certificate.pem) and it is left as it is. With --force" in ended.err
    assert told(perch, "show") == before
    again = perch("tls", "init", "b.example", "--force")
    assert "\nnames\tb.example, " in again.out
    assert "An endpoint that serves this folder shows it within seconds." in again.err


def test_one_s_own_certificate_in_the_settings_is_not_replaced_either(perch: CommandLine, tmp_path: Path) -> None:
    own = files(tmp_path / "own")
    perch.folder.mkdir(exist_ok=True)
    (perch.folder / "perch.toml").write_text(f"tls_cert = '{own.certificate}'\ntls_key = '{own.key}'\n")
    assert perch.run("tls", "init").exit_code == 1
    found = perch("tls", "show", "--json").json
    assert found["fingerprint"] == own.fingerprint
    assert "keytool" not in found, "who signed it is not ours to import"


def test_files_that_no_setting_names_are_kept_as_well(perch: CommandLine) -> None:
    perch("tls", "init")
    (perch.folder / "perch.toml").unlink()
    assert "left as it is" in perch.run("tls", "init").err


def test_the_environment_that_names_another_is_pointed_out(perch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERCH_TLS_CERT", "/etc/other.pem")
    monkeypatch.setenv("PERCH_TLS_KEY", "/etc/other.key")
    assert "in the environment names another one, which is used" in perch("tls", "init", "--force").err


def test_without_a_certificate_there_is_nothing_to_show(perch: CommandLine) -> None:
    ended = perch.run("tls", "show")
    assert ended.exit_code == 1
    assert "make one with perch tls init" in ended.err


@pytest.mark.parametrize("name", ["a_b.example", "*.example", "https://a.example"])
def test_a_name_that_cannot_be_is_a_mistake_of_the_command(perch: CommandLine, name: str) -> None:
    ended = perch.run("tls", "init", name)
    assert ended.exit_code == 2
    assert "is no name and no address" in ended.err
    assert not (perch.folder / "tls").exists()


def test_the_days_are_those_that_the_authority_would_choose() -> None:
    option = next(one for one in init.params if one.name == "days")
    assert option.default == authority.DAYS
    assert getattr(option.type, "max", None) == authority.MOST_DAYS


@pytest.mark.skipif(shutil.which("keytool") is None, reason="this machine has no Java")
def test_the_keytool_line_imports_the_authority_and_its_successor_beside_it(perch: CommandLine, tmp_path: Path) -> None:
    store = tmp_path / "cacerts"
    for again in ([], ["--force"]):
        made = perch("tls", "init", "a.example", "--json", *again).json
        arguments = made["keytool"].split()
        arguments[0], arguments[arguments.index("-keystore") + 1] = "keytool", str(store)
        ended = subprocess.run(
            [*arguments, "-storepass", "changeit"],
            input="yes\n",
            capture_output=True,
            text=True,
            timeout=PATIENCE * 3,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert store.exists()
        assert made["authority_fingerprint"] in ended.stdout + ended.stderr, "what the admin is to compare"


def test_the_next_start_speaks_tls_with_it(perch: CommandLine, serve: Serve) -> None:
    perch("tls", "init", "scim.corp.example")
    running = serve(data_dir=perch.folder)
    assert running.base_url.startswith("https://127.0.0.1:")
    own = Files(perch.folder / "tls")
    assert shown(running.port, trusting(own), "scim.corp.example")[0] == own.fingerprint
    rows = {subject: (level, sentence) for level, subject, sentence, *_ in perch("doctor").lines}
    assert rows["TLS"][0] == "ok"
    assert rows["Endpoint"] == ("ok", rows["Endpoint"][1])
    assert running.base_url in rows["Endpoint"][1]


def test_flags_name_files_from_the_current_folder(serve: Serve, tmp_path: Path) -> None:
    made = files(tmp_path / "tls")
    running = serve(
        "--tls-cert",
        os.path.relpath(made.certificate),
        "--tls-key",
        os.path.relpath(made.key),
        data_dir=tmp_path / "data",
    )
    assert shown(running.port, trusting(made))[0] == made.fingerprint


def test_with_tls_other_machines_may_come_without_another_flag(serve: Serve, tmp_path: Path) -> None:
    made = files(tmp_path / "tls")
    running = serve(*made.flags, "--host", "0.0.0.0", "--public-url", "https://scim.example.com")
    assert shown(running.port, trusting(made))[0] == made.fingerprint


def test_without_tls_they_may_not(perch: CommandLine) -> None:
    ended = perch.process("serve", "--host", "0.0.0.0", "--port", "0")
    assert (ended.exit_code, ended.out) == (1, "")
    assert "make a certificate with perch tls init" in ended.err


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("missing", "there is no such file: make one with perch tls init"),
        ("unreadable", "it cannot be read ("),
        ("another's", "it is not the key of the first certificate in "),
        ("garbage", "it holds no private key in PEM"),
    ],
)
def test_a_key_that_cannot_be_used_is_one_sentence_with_its_remedy(
    perch: CommandLine, tmp_path: Path, broken: str, words: str
) -> None:
    made = files(tmp_path / "tls")
    made.key.unlink()
    if broken == "unreadable":
        made.key.mkdir()
    elif broken == "another's":
        shutil.copy(files(tmp_path / "other").key, made.key)
    elif broken == "garbage":
        made.key.write_text("no key")
    ended = perch.process("serve", "--port", "0", *made.flags)
    assert (ended.exit_code, ended.out) == (1, "")
    assert ended.err.startswith(f"Error: tls_key = {str(made.key)!r}: {words}")
    assert ended.err.count("\n") == 1


def test_one_file_of_the_two_is_not_enough(perch: CommandLine, tmp_path: Path) -> None:
    made = files(tmp_path / "tls")
    ended = perch.process("serve", "--port", "0", *made.flags[:2])
    assert ended.exit_code == 1
    assert "set tls_key as well, TLS needs both" in ended.err
