from __future__ import annotations

import dataclasses
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from server import config
from server.config import ServerConfig, data_folder, is_loopback, is_refused_by_okta, load_config, mistyped
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
unprivileged = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may write everywhere"
)


def refused(folder: Path, environ: dict[str, str] | None = None, **flags: Any) -> str:
    with pytest.raises(Fault) as caught:
        load_config(folder, environ or {}, flags)
    assert caught.value.code is FaultCode.SETTING_INVALID
    return caught.value.detail


def write(folder: Path, text: str) -> Path:
    (folder / "perch.toml").write_text(text, encoding="utf-8")
    return folder


# What is likely to be a mistake


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("PERCH_PROT", "PERCH_PORT"),
        ("PERCH_PUBLICURL", "PERCH_PUBLIC_URL"),
        ("PERCH_DATADIR", "PERCH_DATA_DIR"),
        ("perch_prot", None),
        ("PERCH_PORT", None),
        ("PERCH_DATA_DIR", None),
        ("PERCH_TOKEN", None),
        ("PERCH_SIMULATE_TOKEN", None),
        ("PERCH_SERVICE_PORT_7643_TCP_ADDR", None),
        ("PATH", None),
    ],
)
def test_a_mistyped_variable_is_told_with_the_nearest_one(variable: str, nearest: str | None) -> None:
    assert mistyped({variable: "1"}) == ([] if nearest is None else [(variable, nearest)])


@pytest.mark.parametrize(
    ("url", "refused_there"),
    [("https://a_b.example.com", True), ("https://scim.example.com/my_perch", True), ("https://a-b.example", False)],
)
def test_okta_refuses_a_base_url_with_an_underscore(url: str, refused_there: bool) -> None:
    assert is_refused_by_okta(url) is refused_there
    assert not is_refused_by_okta(None)


# Defaults and sources


def test_the_defaults_are_the_issues(tmp_path: Path) -> None:
    settings = load_config(tmp_path, {})
    assert settings == ServerConfig()
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 7643, None)
    assert settings.required == ("userName", "name.givenName", "name.familyName", "emails")
    assert settings.patch_answer == "body"
    assert (settings.user_body_limit, settings.bulk_body_limit) == (1024**2, 16 * 1024**2)
    assert settings.keep_alive == 30
    assert settings.rate_limit == 0
    assert not settings.insecure_bind


def test_every_setting_can_be_read_and_its_default_is_a_possible_value() -> None:
    defaults = dataclasses.asdict(ServerConfig())
    assert list(config.READERS) == list(defaults)
    for name, value in defaults.items():
        assert config.READERS[name](value) == value


def test_the_later_source_wins(tmp_path: Path) -> None:
    write(tmp_path, "port = 1\nmax_connections = 2\nactivity_days = 3\n")
    environ = {"PERCH_PORT": "10", "PERCH_MAX_CONNECTIONS": "20"}
    settings = load_config(tmp_path, environ, {"port": 100, "host": None})
    assert (settings.port, settings.max_connections, settings.activity_days) == (100, 20, 3)
    assert settings.host == "127.0.0.1"


def test_the_environment_is_the_process_own_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERCH_PORT", "0")
    assert load_config(tmp_path).port == 0


def test_other_variables_are_left_alone(tmp_path: Path) -> None:
    assert load_config(tmp_path, {"PERCH_DATA_DIR": "/somewhere", "PERCHED": "yes"}) == ServerConfig()


def test_a_file_can_hold_every_type(tmp_path: Path) -> None:
    write(
        tmp_path,
        'host = "localhost"\nkeep_alive = 5\nheader_deadline = 2.5\ninsecure_bind = true\n'
        'required = ["emails"]\npatch_answer = "none"\npublic_url = "https://scim.example.com/"\n',
    )
    settings = load_config(tmp_path, {})
    assert (settings.host, settings.keep_alive, settings.header_deadline) == ("localhost", 5, 2.5)
    assert settings.insecure_bind
    assert settings.required == ("userName", "emails")
    assert settings.patch_answer == "none"
    assert settings.public_url == "https://scim.example.com"


# Bad values


def test_a_bad_value_names_where_it_stands_its_value_and_the_remedy(tmp_path: Path) -> None:
    assert refused(tmp_path, {"PERCH_PORT": "eighty"}) == "PERCH_PORT = 'eighty': give a whole number from 0 to 65535."
    assert refused(tmp_path, port=70_000).startswith("--port = 70000: ")
    assert refused(tmp_path, patch_answer="maybe").startswith("--patch-answer = 'maybe': give body")
    write(tmp_path, "port = -1\n")
    assert refused(tmp_path).startswith(f"port in {tmp_path / 'perch.toml'} = -1: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", True),
        ("port", "80.0"),
        ("port", 80.5),
        ("port", "\u0667"),
        ("port", ""),
        ("port", "9" * 5000),
        ("max_connections", 0),
        ("user_body_limit", 10),
        ("header_deadline", 0),
        ("header_deadline", "nan"),
        ("header_deadline", "inf"),
        ("keep_alive", True),
        ("keep_alive", [1]),
        ("insecure_bind", "perhaps"),
        ("host", ""),
        ("host", "127.0.0.1:80"),
        ("host", "http://127.0.0.1"),
        ("host", 127),
        ("public_url", "scim.example.com"),
        ("public_url", "ftp://scim.example.com"),
        ("public_url", "https://"),
        ("public_url", "https://scim.example.com/?a=b"),
        ("public_url", "https://scim.example.com/#top"),
        ("public_url", "https://ada:pw@scim.example.com"),
        ("public_url", "https://scim.example.com:port"),
        ("public_url", "https://[::1"),
        ("public_url", "https://scim example.com"),
        ("required", "user name"),
        ("required", "name..givenName"),
        ("required", [1]),
        ("required", 7),
        ("patch_answer", "BODY "),
    ],
)
def test_impossible_values_are_refused(name: str, value: Any, tmp_path: Path) -> None:
    assert repr(value) in refused(tmp_path, **{name: value})


def test_a_misspelt_setting_in_the_file_is_told_with_the_likely_one(tmp_path: Path) -> None:
    assert "did you mean public_url?" in refused(write(tmp_path, 'publicurl = "https://a.example"\n'))
    assert "the settings are" in refused(write(tmp_path, "zzz = 1\n"))


def test_a_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    assert "mend or remove it" in refused(write(tmp_path, "port = = 1\n"))
    (tmp_path / "perch.toml").write_bytes(b"\xff\xfe")
    assert "mend or remove it" in refused(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "192.168.1.5", "scim.example.com"])
def test_a_host_that_others_reach_needs_consent(host: str, tmp_path: Path) -> None:
    assert "--insecure-bind" in refused(tmp_path, host=host)
    assert load_config(tmp_path, {}, {"host": host, "insecure_bind": True}).insecure_bind


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback_needs_no_consent(host: str, tmp_path: Path) -> None:
    assert is_loopback(load_config(tmp_path, {}, {"host": host}).host)


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://scim.example.com", "https://scim.example.com"),
        (" https://scim.example.com:8443/ ", "https://scim.example.com:8443"),
        ("https://scim.example.com/scim/v2", "https://scim.example.com"),
        ("https://example.com/perch/scim/v2/", "https://example.com/perch"),
        ("https://scim.example.com/scim/v1/", "https://scim.example.com"),
        ("https://example.com/perch/", "https://example.com/perch"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("", None),
    ],
)
def test_the_public_url_is_kept_without_the_base_path(given_url: str, kept: str | None, tmp_path: Path) -> None:
    assert load_config(tmp_path, {"PERCH_PUBLIC_URL": given_url}).public_url == kept


def test_required_attributes_are_a_list_or_text_and_always_hold_the_user_name(tmp_path: Path) -> None:
    environ = {"PERCH_REQUIRED": " emails, name.givenName,,emails,urn:ietf:params:scim:schemas:core:2.0:User:title "}
    assert load_config(tmp_path, environ).required == (
        "userName",
        "emails",
        "name.givenName",
        "urn:ietf:params:scim:schemas:core:2.0:User:title",
    )
    assert load_config(tmp_path, {"PERCH_REQUIRED": ""}).required == ("userName",)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("ON", True), ("0", False), ("false", False)])
def test_flags_are_read_from_text(text: str, value: bool, tmp_path: Path) -> None:
    assert load_config(tmp_path, {"PERCH_INSECURE_BIND": text}).insecure_bind is value


# The data folder


def test_the_flag_wins_over_the_variable(tmp_path: Path) -> None:
    environ = {"PERCH_DATA_DIR": str(tmp_path / "variable")}
    assert data_folder(tmp_path / "flag", environ) == tmp_path / "flag"
    assert data_folder(None, environ) == tmp_path / "variable"


def test_without_either_it_is_the_systems_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def place(name: str, *, appauthor: bool) -> Path:
        return tmp_path / name

    monkeypatch.setattr("platformdirs.user_data_path", place)
    assert data_folder(environ={}) == tmp_path / "Perch"


def test_a_relative_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_folder("here", {}) == tmp_path / "here"


def test_an_existing_folder_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    assert data_folder(tmp_path, {}) == tmp_path
    assert (tmp_path / "kept").exists()


@posix
def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "deep" / "down", {})
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(Fault) as caught:
            data_folder(path, {})
        assert caught.value.code is FaultCode.FOLDER_UNWRITABLE
        assert caught.value.detail == str(path)


@unprivileged
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(Fault) as caught:
            data_folder(tmp_path, {})
    finally:
        tmp_path.chmod(0o700)
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE


# TLS and proxies


def test_with_a_certificate_other_machines_may_come(tmp_path: Path) -> None:
    settings = load_config(tmp_path, {}, {"host": "0.0.0.0", "tls_cert": "/a.pem", "tls_key": "/b.pem"})
    assert (settings.tls_cert, settings.tls_key, settings.insecure_bind) == ("/a.pem", "/b.pem", False)
    assert load_config(tmp_path, {"PERCH_TLS_CERT": "", "PERCH_TLS_KEY": ""}).tls_cert is None


def test_a_certificate_needs_its_key_and_a_key_its_certificate(tmp_path: Path) -> None:
    write(tmp_path, 'tls_cert = "a.pem"\n')
    assert refused(tmp_path) == "tls_cert = 'a.pem': set tls_key as well, TLS needs both."
    write(tmp_path, 'tls_key = "b.pem"\n')
    assert refused(tmp_path) == "tls_key = 'b.pem': set tls_cert as well, TLS needs both."


@pytest.mark.parametrize("value", [5, True, " ", "a\0b"])
def test_what_is_no_name_of_a_file_is_refused(tmp_path: Path, value: object) -> None:
    assert "give the name of a file" in refused(tmp_path, tls_cert=value)


def test_the_base_url_without_a_proxy_follows_from_the_certificate() -> None:
    assert ServerConfig().direct_url() == "http://127.0.0.1:7643/scim/v2"
    assert ServerConfig(host="::1", tls_cert="a", tls_key="b").direct_url(80) == "https://[::1]:80/scim/v2"


def test_who_listens_everywhere_is_found_at_the_loopback_address() -> None:
    assert ServerConfig(host="0.0.0.0", insecure_bind=True).direct_url() == "http://127.0.0.1:7643/scim/v2"
    assert ServerConfig(host="::", insecure_bind=True).direct_url() == "http://[::1]:7643/scim/v2"


def test_proxies_are_addresses_or_networks_each_once(tmp_path: Path) -> None:
    write(tmp_path, 'trusted_proxies = ["10.0.0.1", "10.1.2.3/16"]\n')
    assert load_config(tmp_path, {}).trusted_proxies == ("10.0.0.1", "10.1.0.0/16")
    environ = {"PERCH_TRUSTED_PROXIES": "::1, 10.0.0.1/32, 10.0.0.1,"}
    assert load_config(tmp_path, environ).trusted_proxies == ("::1", "10.0.0.1")


@pytest.mark.parametrize("value", ["proxy.example.com", "10.0.0.0/33", 5, [5]])
def test_a_proxy_that_is_no_address_is_refused(tmp_path: Path, value: object) -> None:
    assert "give a list of addresses or networks, such as 127.0.0.1,10.0.0.0/24" in refused(
        tmp_path, trusted_proxies=value
    )
