from __future__ import annotations

import socket
from contextlib import closing

import pytest

from desktop import settings_rules
from desktop.settings_rules import PortTaken, base_url_of, complaint, complaints, ensure_free, sentence_of, setting_of
from server.faults import Fault, FaultCode

ADDRESS = {"host": "127.0.0.1", "port": 7643, "public_url": None, "insecure_bind": False}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("port", "70000", "Give a whole number from 0 to 65535."),
        (
            "public_url",
            "ftp://scim.example.com",
            "Give the address that Okta will use, such as https://scim.example.com.",
        ),
        ("public_url", "x: y", "Give the address that Okta will use, such as https://scim.example.com."),
        (
            "required",
            ["userName", "two words"],
            "'two words' is not an attribute: write it as userName or name.givenName.",
        ),
        ("port", "8080", ""),
        ("port", None, ""),
        ("public_url", "", ""),
    ],
)
def test_a_value_is_judged_in_the_endpoints_words_without_what_stands_beside_them(
    name: str, value: object, words: str
) -> None:
    assert complaint(name, value) == words


def test_what_goes_together_is_judged_when_each_is_right_by_itself() -> None:
    found = complaints({**ADDRESS, "host": "0.0.0.0"}, {"host"})
    assert list(found) == ["host"]
    assert found["host"].startswith("Other machines would reach Perch without TLS")
    assert "“Let other machines in without TLS”" in found["host"]
    assert complaints({**ADDRESS, "host": "0.0.0.0", "insecure_bind": True}, {"host"}) == {}
    assert list(complaints({**ADDRESS, "host": "0.0.0.0", "port": "x"}, {"host", "port"})) == ["port"]


def test_a_fault_that_names_no_setting_keeps_all_its_words() -> None:
    fault = Fault(FaultCode.SETTING_INVALID, "perch.toml cannot be read: mend or remove it.")
    assert setting_of(fault) == ""
    assert sentence_of(fault, "port", 1) == "Perch.toml cannot be read: mend or remove it."
    assert setting_of(Fault(FaultCode.DISK_FULL, "port")) == ""


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({}, "http://127.0.0.1:7643/scim/v2"),
        ({"port": " 8080 "}, "http://127.0.0.1:8080/scim/v2"),
        ({"port": None}, "http://127.0.0.1:7643/scim/v2"),
        ({"host": "::1"}, "http://[::1]:7643/scim/v2"),
        ({"public_url": "https://scim.acme.com/scim/v2/"}, "https://scim.acme.com/scim/v2"),
        ({"public_url": "https://scim.acme.com", "port": 0}, "https://scim.acme.com/scim/v2"),
        ({"tls_cert": "tls/certificate.pem"}, "https://127.0.0.1:7643/scim/v2"),
        ({"port": 0}, ""),
        ({"public_url": "nonsense"}, ""),
    ],
)
def test_the_base_url_follows_from_the_values(values: dict[str, object], url: str) -> None:
    assert base_url_of({**ADDRESS, **values}) == url


def test_a_port_that_another_has_is_told_with_one_that_is_free() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            ensure_free("127.0.0.1", port, "")
        assert caught.value.port == port
        assert caught.value.free != port
        socket.create_server(("127.0.0.1", caught.value.free)).close()
        assert f"Port {caught.value.free} is free" in settings_rules.words_of_taken(caught.value)
        # Our own endpoint has it: that is no hindrance.
        ensure_free("127.0.0.1", port, f"http://127.0.0.1:{port}/scim/v2")


def test_a_free_port_and_one_that_the_system_picks_are_fine() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
    ensure_free("127.0.0.1", port, "")
    ensure_free("127.0.0.1", 0, "")


def test_an_address_that_is_not_this_machines_is_a_fault() -> None:
    with pytest.raises(Fault) as caught:
        # Reserved for examples (RFC 5737): no machine has it.
        ensure_free("192.0.2.1", 8080, "")
    assert caught.value.code is FaultCode.ADDRESS_UNUSABLE
