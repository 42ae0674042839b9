"""A pair of files is read, and what is wrong with one is said with its remedy."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from server.config import ServerConfig
from server.faults import Fault, FaultCode
from server.tls import Pair, is_address, pair_of, read_certificate, read_pair, server_context, trust
from tests.certificates import NAME, Files, files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def made(tmp_path: Path) -> Files:
    return files(tmp_path / "tls")


def refused(pair: Pair) -> str:
    with pytest.raises(Fault) as caught:
        server_context(pair)
    assert caught.value.code is FaultCode.SETTING_INVALID
    return caught.value.detail


def test_a_pair_tells_what_it_is_for_and_until_when(made: Files) -> None:
    found = read_pair(made.pair)
    assert NAME in found.names
    assert found.begins < datetime.now(UTC) < found.ends
    assert len(found.fingerprint.split(":")) == 32
    assert read_certificate(made.certificate) == found


def test_one_file_may_hold_both(made: Files, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(made.key.read_bytes() + made.certificate.read_bytes())
    assert read_pair(Pair(both, both)) == read_pair(made.pair)
    server_context(Pair(both, both))


def test_tls_begins_at_1_2(made: Files) -> None:
    context, _ = server_context(made.pair)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_missing_file_is_named_with_the_command_that_makes_one(made: Files) -> None:
    made.certificate.unlink()
    assert refused(made.pair) == (
        f"tls_cert = {str(made.certificate)!r}: there is no such file: make one with perch tls init, or name your own."
    )


def test_a_key_that_cannot_be_read_is_told_with_the_reason(made: Files) -> None:
    made.key.unlink()
    made.key.mkdir()
    sentence = refused(made.pair)
    assert sentence.startswith(f"tls_key = {str(made.key)!r}: it cannot be read (")
    assert sentence.endswith("): let the user that runs Perch read it.")


def test_a_key_of_another_certificate_is_told(made: Files, tmp_path: Path) -> None:
    other = files(tmp_path / "other")
    sentence = refused(Pair(made.certificate, other.key))
    assert sentence.startswith(f"tls_key = {str(other.key)!r}: it is not the key of the first certificate in ")
    assert "name the key that was made with it" in sentence


def test_a_chain_whose_first_certificate_is_not_the_endpoint_s_is_told(made: Files) -> None:
    made.certificate.write_bytes(made.authority.read_bytes() + made.certificate.read_bytes())
    assert "let the endpoint's own certificate come before its chain" in refused(made.pair)


def test_files_that_hold_something_else_are_told(made: Files) -> None:
    swapped = refused(Pair(made.key, made.certificate))
    assert swapped.startswith(f"tls_cert = {str(made.key)!r}: it holds no certificate in PEM")
    assert "it holds no private key in PEM" in refused(Pair(made.certificate, made.certificate))


def test_a_key_with_a_passphrase_is_told_and_never_asked_for(made: Files) -> None:
    key = load_pem_private_key(made.key.read_bytes(), None)
    protected = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open"))
    made.key.write_bytes(protected)
    assert "it is protected by a passphrase" in refused(made.pair)


def test_what_openssl_does_not_take_is_told(made: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed_meanwhile(*arguments: object, **more: object) -> None:
        raise ssl.SSLError(1, "key values mismatch")

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", changed_meanwhile)
    assert "OpenSSL does not take it" in refused(made.pair)


def test_no_secret_is_in_what_is_said(made: Files) -> None:
    lines = made.key.read_text().splitlines()
    made.key.write_text("\n".join([*lines[:1], "no key at all", *lines[2:]]))
    assert not any(line in refused(made.pair) for line in lines[1:-1])


def test_the_state_of_a_pair_changes_with_either_file(made: Files, tmp_path: Path) -> None:
    before = made.pair.state()
    assert made.pair.state() == before
    made.take(files(tmp_path / "other"), certificate=False)
    between = made.pair.state()
    assert between != before
    made.certificate.unlink()
    assert made.pair.state() not in (before, between)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(
    ("mode", "is_open"), [(0o600, False), (0o400, False), (0o640, False), (0o644, True), (0o660, True)]
)
def test_a_key_that_others_may_read_is_open(made: Files, mode: int, is_open: bool) -> None:
    made.key.chmod(mode)
    assert made.pair.is_key_open() is is_open
    made.key.unlink()
    assert not made.pair.is_key_open()


def test_relative_names_are_meant_from_the_data_folder(tmp_path: Path) -> None:
    assert pair_of(ServerConfig(), tmp_path) is None
    config = ServerConfig(tls_cert="tls/a.pem", tls_key="/etc/b.pem")
    found = pair_of(config, tmp_path)
    assert found is not None
    assert found.certificate == tmp_path / "tls/a.pem"
    assert found.key.parts[-2:] == ("etc", "b.pem")


def test_without_tls_there_is_nothing_to_trust(made: Files) -> None:
    assert trust(ServerConfig(), made.folder) is None
    config = ServerConfig(tls_cert=str(made.certificate), tls_key=str(made.key))
    own = trust(config, made.folder, by_any_name=True)
    assert own is not None
    assert not own.check_hostname
    assert own.verify_mode is ssl.CERT_REQUIRED
    assert own.cert_store_stats()["x509"] == 1
    named = trust(config, made.folder)
    assert named is not None
    assert named.check_hostname


def test_an_address_is_told_from_a_name() -> None:
    assert is_address("::1")
    assert is_address("10.0.0.5")
    assert not is_address("localhost")
