"""How a resource is read: the columns of a ``directory.Stored``, with or without what other rows add to it."""

from __future__ import annotations

from server.store.members import GROUPS_OF, MEMBERS_OF

_COLUMNS = "r.seq, r.id, r.document, r.version, r.created, r.modified, r.label, r.member_count, "
_LINKS = {"User": f"({GROUPS_OF})".replace("{seq}", "r.seq"), "Group": f"({MEMBERS_OF})".replace("{seq}", "r.seq")}


def columns(resource_type: str, *, linked: bool) -> str:
    """Give what stands between SELECT and ``FROM resource r``; ``linked`` adds the groups or members."""
    return _COLUMNS + (_LINKS[resource_type] if linked else "NULL")


def _by_id(resource_type: str, *, linked: bool) -> str:
    selected = columns(resource_type, linked=linked)
    return f"SELECT {selected} FROM resource r WHERE r.id = ? AND r.type = ?"  # noqa: S608 -- our own constants


FIND = {(name, linked): _by_id(name, linked=linked) for name in _LINKS for linked in (True, False)}
"""The SELECT of one resource by (id, type): by resource type, and whether with groups or members."""
