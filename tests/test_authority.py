from __future__ import annotations

import ipaddress
import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from server.authority import AUTHORITY_FILE, CERTIFICATE_FILE, DAYS, KEY_FILE, SLOW_CLOCK, make, plain_name, write
from server.faults import Fault, FaultCode
from server.tls import Pair, read_pair

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONG = ".".join(["a" * 60, "b" * 60, "example"])


def test_the_certificate_is_for_the_names_and_for_this_machine() -> None:
    made = make(["Scim.Example.com.", "10.0.0.5", "localhost"], NOW)
    assert made.facts.names == ("scim.example.com", "localhost", "10.0.0.5", "127.0.0.1", "::1")
    assert made.facts.begins == NOW - SLOW_CLOCK
    assert made.facts.ends == made.authority_facts.ends == NOW + timedelta(days=DAYS)
    assert make([], NOW, 30).facts.ends == NOW + timedelta(days=30)


def test_the_authority_may_sign_for_these_names_only_and_signed_the_certificate() -> None:
    made = make(["scim.example.com", "10.0.0.5"], NOW)
    authority = x509.load_pem_x509_certificate(made.authority)
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert set(constraints.value.permitted_subtrees or ()) == {
        x509.DNSName("scim.example.com"),
        x509.DNSName("localhost"),
        *(x509.IPAddress(ipaddress.ip_network(one)) for one in ("10.0.0.5", "127.0.0.1", "::1")),
    }
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (basic.ca, basic.path_length) == (True, 0)
    x509.load_pem_x509_certificate(made.certificate).verify_directly_issued_by(authority)


def test_the_key_of_the_authority_is_nowhere() -> None:
    made = make(["scim.example.com"], NOW)
    assert (made.authority + made.certificate + made.key).count(b"PRIVATE KEY") == 2, "the begin and end of one key"
    assert b"PRIVATE KEY" in made.key


def test_no_two_are_alike() -> None:
    first, second = make(["a.example"], NOW), make(["a.example"], NOW)
    assert first.key != second.key
    assert first.authority_facts.fingerprint != second.authority_facts.fingerprint


def test_a_name_that_is_longer_than_a_subject_may_be_is_no_trouble() -> None:
    assert make([LONG], NOW).facts.names[0] == LONG


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("SCIM.Example.com.", "scim.example.com"),
        ("[2001:DB8::0:7]", "2001:db8::7"),
        (" 10.0.0.5 ", "10.0.0.5"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("scim", "scim"),
    ],
)
def test_a_name_is_written_as_certificates_hold_it(given: str, meant: str) -> None:
    assert plain_name(given) == meant


@pytest.mark.parametrize(
    "name",
    ["", "a b.example", "https://a.example", "a..example", "-a.example", "*.example", "a_b.example", "10.0.0.256"],
)
def test_what_is_no_name_is_refused_in_words(name: str) -> None:
    with pytest.raises(ValueError, match="no name and no address: write it as scim"):
        make([name], NOW)


def test_the_files_are_for_their_owner_only_and_fit_together(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    made = make(["scim.example.com"], datetime.now(UTC))
    write(made, folder)
    assert {file.name for file in folder.iterdir()} == {AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE}
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert read_pair(Pair(folder / CERTIFICATE_FILE, folder / KEY_FILE)) == made.facts


def test_another_pair_takes_the_place_of_the_first_whatever_its_mode_was(tmp_path: Path) -> None:
    write(make(["a.example"], NOW), tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    second = make(["b.example"], NOW)
    write(second, tmp_path)
    assert read_pair(Pair(tmp_path / CERTIFICATE_FILE, tmp_path / KEY_FILE)) == second.facts
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("in the way")
    with pytest.raises(Fault) as caught:
        write(make([], NOW), tmp_path / "tls")
    assert (caught.value.code, caught.value.detail) == (FaultCode.FOLDER_UNWRITABLE, str(tmp_path / "tls"))
