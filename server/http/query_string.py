"""The query of a request target, decoded once (OKTA.md A1, A2): ``+`` and ``%20`` are blanks, ``%2B`` a plus."""

from __future__ import annotations

from server.scim.errors import InvalidValue

_BYTES = {
    a + b: bytes([int((a + b).decode(), 16)])
    for a in (bytes([c]) for c in b"0123456789abcdefABCDEF")
    for b in (bytes([c]) for c in b"0123456789abcdefABCDEF")
}


def decode(text: str) -> str:
    """Undo percent-encoding; what is no escape stays as it is. Raises InvalidValue where the bytes are not UTF-8."""
    if "%" not in text:
        return text
    first, *rest = text.encode("utf-8", "surrogateescape").split(b"%")
    parts = [first]
    for piece in rest:
        byte = _BYTES.get(piece[:2])
        if byte is None:
            parts.append(b"%")
            parts.append(piece)
        else:
            parts.append(byte)
            parts.append(piece[2:])
    try:
        return b"".join(parts).decode()
    except UnicodeDecodeError as error:
        raise InvalidValue("The URL's percent-encoding is not UTF-8.") from error


def parse_query_string(query: str) -> dict[str, str]:
    """Split a query into its parameters; of a parameter that comes twice, the last counts."""
    parameters: dict[str, str] = {}
    for pair in query.replace("+", " ").split("&"):
        if pair:
            name, _, value = pair.partition("=")
            if "%" in pair:
                name, value = decode(name), decode(value)
            parameters[name] = value
    return parameters
