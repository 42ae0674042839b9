"""A certificate authority of one's own that signs once: for an endpoint that only clients one looks after reach.

Belongs here: making the authority, the endpoint's certificate and its key, and writing them. The authority's key is
never written: what it signed is all that it will ever sign, and its name constraints say the same to each client.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.faults import Fault, FaultCode
from server.tls import Certificate, described, is_address

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

TLS_FOLDER: Final = "tls"
AUTHORITY_FILE: Final = "authority.pem"
CERTIFICATE_FILE: Final = "certificate.pem"
KEY_FILE: Final = "key.pem"

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""What each certificate is for as well: a client on the machine itself."""
DAYS: Final = 825
"""How long a certificate is good; the systems of Apple accept none of a longer life."""
MOST_DAYS: Final = 3650
SLOW_CLOCK: Final = timedelta(hours=1)
"""How far a client's clock may be behind when the certificate is new."""

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, in PEM, and what it says."""

    authority: bytes
    certificate: bytes
    key: bytes
    authority_facts: Certificate
    facts: Certificate


def plain_name(name: str) -> str:
    """Give a DNS name or an address as certificates hold it; raises ValueError with a sentence."""
    text = name.strip().removeprefix("[").removesuffix("]").removesuffix(".").lower()
    if is_address(text):
        return str(ipaddress.ip_address(text))
    try:
        text = text.encode("idna").decode()
    except UnicodeError:
        text = ""
    labels = text.split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError(f"{name!r} is no name and no address: write it as scim.example.com or 10.0.0.5.")
    return text


def make(names: Iterable[str], now: datetime, days: int = DAYS) -> Made:
    """Make an authority and a certificate for these names, beside the loopback names; good from ``now`` (aware).

    The authority may sign for these names only (RFC 5280 section 4.2.1.10). Raises ValueError for what is no name.
    """
    wanted = tuple(dict.fromkeys([*map(plain_name, names), *LOOPBACK]))
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    # Neither subject looks like a host: what a certificate is for stands in its alternative names alone.
    issuer = _subject(f"Perch authority for {wanted[0]}")
    begins, ends = now - SLOW_CLOCK, now + timedelta(days=days)
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _begun(issuer, issuer, authority_key.public_key(), begins, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([_constraint(name) for name in wanted], None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _begun(_subject("Perch endpoint"), issuer, key.public_key(), begins, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in wanted]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return Made(
        authority.public_bytes(Encoding.PEM),
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        described(authority),
        described(certificate),
    )


def write(made: Made, folder: Path) -> None:
    """Write the three files, each private to its owner and whole or not at all, over what is there.

    Raises Fault: folder_unwritable, disk_full.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for name, content in (
            (AUTHORITY_FILE, made.authority),
            (KEY_FILE, made.key),
            (CERTIFICATE_FILE, made.certificate),
        ):
            _write(folder / name, content)
    except OSError as error:
        code = FaultCode.DISK_FULL if error.errno == errno.ENOSPC else FaultCode.FOLDER_UNWRITABLE
        raise Fault(code, str(folder)) from error


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 -- a handle, made private
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(words: str) -> x509.Name:
    # A common name holds 64 characters (RFC 5280, appendix A).
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words[:64])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(name)) if is_address(name) else x509.DNSName(name)


def _constraint(name: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_network(name)) if is_address(name) else x509.DNSName(name)
