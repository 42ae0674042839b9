"""The certificate that an endpoint shows and its key: where they lie, whether they are fit, what a client may trust.

Belongs here: reading two files of one's own. Must not know: how a pair is made (``authority``), who listens.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import NoReturn

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from server.config import ServerConfig

READ_BY_OTHERS: Final = 0o027
"""What the mode of a key must not hold; a group that may read one is a usual way to hand it to a service."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says of itself."""

    names: tuple[str, ...]
    """The DNS names and addresses that it is for."""
    begins: datetime
    ends: datetime
    """Aware, in UTC."""
    issuer: str
    fingerprint: str
    """SHA-256 of the certificate, as keytool and openssl write it: ``AB:CD:…``."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The files of a certificate (with its chain) and of its key, both PEM; one file may hold both."""

    certificate: Path
    key: Path

    def state(self) -> tuple[tuple[int, int, int] | None, ...]:
        """Give what changes when one of the files does; a file that is replaced is another file."""
        return tuple(_state(path) for path in (self.certificate, self.key))

    def is_key_open(self) -> bool:
        """Tell whether others on this machine may read the key; one that is not there is open to nobody."""
        try:
            return bool(self.key.stat().st_mode & READ_BY_OTHERS)
        except OSError:
            return False


def pair_of(config: ServerConfig, folder: Path) -> Pair | None:
    """Give the files that the settings of a data folder name; None where they name none: no TLS."""
    if config.tls_cert is None or config.tls_key is None:
        return None
    return Pair((folder / config.tls_cert).expanduser(), (folder / config.tls_key).expanduser())


def described(certificate: x509.Certificate) -> Certificate:
    """Say what a certificate says."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
    except (x509.ExtensionNotFound, ValueError):
        found = []
    return Certificate(
        tuple(found),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        certificate.issuer.rfc4514_string(),
        certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


def read_certificate(path: Path) -> Certificate:
    """Read the first certificate of a file; raises Fault (setting_invalid)."""
    return described(_certificate(path))


def read_pair(pair: Pair) -> Certificate:
    """Read both files and see that they belong together; raises Fault (setting_invalid) with a remedy."""
    certificate = _certificate(pair.certificate)
    if _public(_private(pair.key)) != _public(certificate.public_key()):
        _refuse(
            "tls_key",
            pair.key,
            f"it is not the key of the first certificate in {pair.certificate}: name the key that was made with it, "
            "and let the endpoint's own certificate come before its chain",
        )
    return described(certificate)


def server_context(pair: Pair) -> tuple[ssl.SSLContext, Certificate]:
    """Give what a listener needs to speak TLS 1.2 or newer with this pair; raises Fault (setting_invalid)."""
    certificate = read_pair(pair)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    try:
        # With a password, or OpenSSL may ask the terminal for one.
        context.load_cert_chain(pair.certificate, pair.key, password="")
    except (ssl.SSLError, OSError) as error:
        # A file that was changed since it was read above, or a key that is too weak for this machine's OpenSSL.
        _refuse("tls_cert", pair.certificate, f"OpenSSL does not take it ({_reason(error)}): make or order another")
    return context, certificate


def trust(config: ServerConfig, folder: Path, *, by_any_name: bool = False) -> ssl.SSLContext | None:
    """Give what trusts the certificate of a data folder, as `client_context`; None where it has none. Raises Fault."""
    pair = pair_of(config, folder)
    return None if pair is None else client_context(pair, by_any_name=by_any_name)


def client_context(pair: Pair, *, by_any_name: bool = False) -> ssl.SSLContext:
    """Give what trusts an endpoint that shows this very certificate beside those that anybody trusts; raises Fault.

    ``by_any_name`` is for a client on the same machine, which calls the endpoint by a loopback name that need not be
    in the certificate: then no other certificate is trusted.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if by_any_name else ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = not by_any_name
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    # Not the whole file: what else its authority has signed is not this endpoint.
    context.load_verify_locations(cadata=_certificate(pair.certificate).public_bytes(Encoding.DER))
    return context


def is_address(name: str) -> bool:
    """Tell whether a name is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _certificate(path: Path) -> x509.Certificate:
    data = _content("tls_cert", path)
    try:
        return x509.load_pem_x509_certificates(data)[0]
    except (ValueError, IndexError):
        _refuse("tls_cert", path, "it holds no certificate in PEM: name the file that begins with BEGIN CERTIFICATE")


def _private(path: Path) -> PublicKeyTypes:
    data = _content("tls_key", path)
    try:
        return load_pem_private_key(data, None).public_key()
    except TypeError:
        # cryptography's word for a key that wants a password.
        _refuse("tls_key", path, "it is protected by a passphrase: write it without one (openssl pkey), mode 600")
    except (ValueError, UnsupportedAlgorithm):
        _refuse("tls_key", path, "it holds no private key in PEM: name the file that begins with BEGIN PRIVATE KEY")


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _content(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _refuse(name, path, "there is no such file: make one with perch tls init, or name your own")
    except OSError as error:
        _refuse(name, path, f"it cannot be read ({_reason(error)}): let the user that runs Perch read it")


def _refuse(name: str, path: Path, sentence: str) -> NoReturn:
    raise Fault(FaultCode.SETTING_INVALID, f"{name} = {str(path)!r}: {sentence}.") from None


def _reason(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or type(error).__name__
