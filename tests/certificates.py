"""Certificates for tests: pairs of files made by Perch itself, and handshakes that tell what an endpoint shows."""

from __future__ import annotations

import hashlib
import socket
import ssl
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from server.authority import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE, make, write
from server.tls import Pair, read_certificate

if TYPE_CHECKING:
    from pathlib import Path

NAME = "scim.example.com"
PATIENCE = 20.0


@dataclass(frozen=True)
class Files:
    """A pair of files and the authority that a client is given."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / CERTIFICATE_FILE

    @property
    def key(self) -> Path:
        return self.folder / KEY_FILE

    @property
    def authority(self) -> Path:
        return self.folder / AUTHORITY_FILE

    @property
    def pair(self) -> Pair:
        return Pair(self.certificate, self.key)

    @property
    def flags(self) -> list[str]:
        """What `perch serve` takes."""
        return ["--tls-cert", str(self.certificate), "--tls-key", str(self.key)]

    @property
    def fingerprint(self) -> str:
        return read_certificate(self.certificate).fingerprint

    def take(self, other: Files, *, key: bool = True, certificate: bool = True) -> None:
        """Put the other pair's files in the place of these, each at once."""
        for wanted, ours, theirs in ((certificate, self.certificate, other.certificate), (key, self.key, other.key)):
            if wanted:
                new = ours.with_suffix(".new")
                new.write_bytes(theirs.read_bytes())
                new.replace(ours)


def files(folder: Path, *names: str, now: datetime | None = None, days: int = 90) -> Files:
    """Make a pair for these names, good from `now` for so many days."""
    write(make(names or (NAME,), now or datetime.now(UTC), days), folder)
    return Files(folder)


def trusting(*made: Files) -> ssl.SSLContext:
    """Give what trusts these authorities and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for one in made:
        context.load_verify_locations(one.authority)
    return context


def shown(port: int, context: ssl.SSLContext, name: str | None = NAME) -> tuple[str, str | None]:
    """Shake hands under a name; give the fingerprint that was shown and the version of TLS."""
    with (
        closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        certificate = secured.getpeercert(binary_form=True)
        assert certificate is not None
        return hashlib.sha256(certificate).digest().hex(":").upper(), secured.version()
