"""Every SCIM error a client can meet: one class per scimType or status (RFC 7644 §3.12, RFC 9865 §2.1).

``detail`` is a sentence for the person who reads Okta's task list: it names what was wrong and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """A request that is answered with a SCIM Error; ``status`` is HTTP's, ``scim_type`` RFC 7644 table 9's."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}

    def document(self) -> dict[str, object]:
        """Give the Error message; ``status`` is a string, as Okta's suite compares it (OKTA.md A33)."""
        body: dict[str, object] = {"schemas": [ERROR_URN]}
        if self.scim_type is not None:
            body["scimType"] = self.scim_type
        # What is quoted from a header may be bytes of no text, which no JSON can carry.
        body["detail"] = self.detail.encode("utf-8", "replace").decode()
        body["status"] = str(self.status)
        return body


class InvalidFilter(ScimError):
    """The filter cannot be parsed, or asks for what an attribute cannot answer."""

    scim_type = "invalidFilter"


class InvalidPath(ScimError):
    """A PATCH path, or an attribute named in a query, is malformed or unknown."""

    scim_type = "invalidPath"


class InvalidSyntax(ScimError):
    """The body is not JSON, or not the message that this endpoint takes."""

    scim_type = "invalidSyntax"


class InvalidValue(ScimError):
    """A required value is missing, or a value is of the wrong type.

    ``missing`` names the required attributes: ``detail`` has Okta's remedy for them, a host has its own.
    """

    scim_type = "invalidValue"

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None, missing: Sequence[str] = ()) -> None:
        super().__init__(detail, headers=headers)
        self.missing = tuple(missing)


class InvalidVersion(ScimError):
    """The protocol version in the path is not served here."""

    scim_type = "invalidVers"


class InvalidCursor(ScimError):
    """The cursor was not issued here, or not for this query (RFC 9865 §2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursor(ScimError):
    """The cursor is older than ``cursorTimeout`` (RFC 9865 §2.1)."""

    scim_type = "expiredCursor"


class InvalidCount(ScimError):
    """The page size asked for with a cursor is not usable (RFC 9865 §2.1)."""

    scim_type = "invalidCount"


class Mutability(ScimError):
    """The change contradicts an attribute's mutability."""

    scim_type = "mutability"


class NoTarget(ScimError):
    """A PATCH path names nothing that could be changed."""

    scim_type = "noTarget"


class TooMany(ScimError):
    """The answer would take more work than this server gives one request."""

    scim_type = "tooMany"


class Sensitive(ScimError):
    """The request would put a secret into a URL."""

    status = 403
    scim_type = "sensitive"


class Uniqueness(ScimError):
    """Another resource holds this unique value already."""

    status = 409
    scim_type = "uniqueness"


class Unauthorized(ScimError):
    """No valid token came with the request."""

    status = 401


class Forbidden(ScimError):
    """The token is valid but may not do this."""

    status = 403


class NotFound(ScimError):
    """No such resource, or no such endpoint."""

    status = 404


class MethodNotAllowed(ScimError):
    """The endpoint exists, the method does not apply to it."""

    status = 405


class RequestTimeout(ScimError):
    """The client sent its request too slowly."""

    status = 408


class PreconditionFailed(ScimError):
    """If-Match names another version than the stored one (RFC 7644 §3.14)."""

    status = 412


class PayloadTooLarge(ScimError):
    """The body is larger than this endpoint takes."""

    status = 413


class UnsupportedMediaType(ScimError):
    """The body is compressed or not JSON."""

    status = 415


class Misdirected(ScimError):
    """The Host header names a host that this server does not answer for."""

    status = 421


class TooManyRequests(ScimError):
    """Slow down; ``Retry-After`` says for how many seconds."""

    status = 429


class InternalError(ScimError):
    """A bug of ours; the detail carries the request id and nothing else."""

    status = 500


class NotSupported(ScimError):
    """The RFC names this endpoint; this service provider does not offer it."""

    status = 501


class Unavailable(ScimError):
    """The workspace cannot be used right now (disk full, locked, corrupt)."""

    status = 503
