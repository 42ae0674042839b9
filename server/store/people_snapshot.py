"""Everybody's searchable columns beside each other, in the memory of one connection, and how they keep up.

Belongs here: the temporary table ``person``, its making and mending. Must not know: what is asked of it.

In the directory's own table each row carries its document: a search reads 90 MB of 100 000 people, here 10. The
audit names everybody who changed, so keeping up costs what has changed. All of it is SQL, because SQLite lets go of
the interpreter lock while it works: a window stays alive beside it.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from server.scim.schemas import ENTERPRISE_USER_URN

if TYPE_CHECKING:
    import sqlite3

PLAIN: Final = "iif(length({0}) <> length(CAST({0} AS BLOB)), plain_text({0}), lower({0}))"
"""SQL of :func:`plain_text`: only a text beyond ASCII costs a call of Python."""

OF_OKTA: Final = """(r.external_id IS NOT NULL OR coalesce((
    SELECT c.actor LIKE 'token %' FROM change c WHERE c.resource_id = r.id ORDER BY c.seq LIMIT 1), 0))"""
"""SQL of whether a resource ``r`` comes from Okta: it has Okta's id, or its first change was a token's."""

EMAIL: Final = """iif(json_extract(r.document, '$.emails[1]') IS NULL,
    json_extract(r.document, '$.emails[0].value'),
    (SELECT json_extract(e.value, '$.value') FROM json_each(r.document, '$.emails') e
     ORDER BY json_extract(e.value, '$.primary') IS NOT 1, e.key LIMIT 1))"""
TITLE: Final = "json_extract(r.document, '$.title')"
DEPARTMENT: Final = f"""json_extract(r.document, '$."{ENTERPRISE_USER_URN}".department')"""
NAME: Final = PLAIN.format("r.label")

SHOWN_EMAIL: Final = "nullif(coalesce({0}email, {0}user_name), '')"
"""SQL of the e-mail address in the table; {0} is its name and a dot, if it has one."""

_OTHERS = """iif(json_extract(r.document, '$.emails[1]') IS NULL, NULL,
    (SELECT group_concat(json_extract(e.value, '$.value'), char(31)) FROM json_each(r.document, '$.emails') e))"""

_CREATE = """
CREATE TEMP TABLE person (
    seq        INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    user_name  TEXT NOT NULL,
    email      TEXT, -- shown; NULL where it is the userName, empty where there is none
    found_by   TEXT NOT NULL, -- name, userName and all addresses, with what no word holds between them
    title      TEXT,
    department TEXT,
    modified   TEXT NOT NULL,
    active     INTEGER NOT NULL,
    okta       INTEGER NOT NULL
)
"""
_TAKE = f"""
INSERT OR REPLACE INTO temp.person
SELECT seq, name, user_name, nullif(coalesce(email, ''), user_name),
    name || char(31) || user_name
        || coalesce(char(31) || emails, iif(email = user_name, '', char(31) || email), ''),
    title, department, modified, active, okta
FROM (
    SELECT r.seq, {NAME} AS name, {PLAIN.format("r.unique_name")} AS user_name,
        {PLAIN.format(EMAIL)} AS email, {PLAIN.format(_OTHERS)} AS emails,
        {PLAIN.format(TITLE)} AS title, {PLAIN.format(DEPARTMENT)} AS department,
        r.modified, r.active IS NOT 0 AS active, {OF_OKTA} AS okta
    FROM {{source}})
"""  # noqa: S608 -- our own constants
_TAKE_ALL = _TAKE.replace("{source}", "resource r WHERE r.type = 'User'")
_TAKE_CHANGED = _TAKE.replace(
    "{source}",
    # The plus keeps the index of the types out of it: whoever changed is looked up by id.
    """resource r WHERE +r.type = 'User' AND r.id IN (
        SELECT resource_id FROM change NOT INDEXED WHERE seq > ? AND resource_type = 'User')""",
)
_DELETED = "SELECT EXISTS(SELECT 1 FROM change WHERE seq > ? AND operation = 'delete' AND resource_type = 'User')"
_FORGET = """
DELETE FROM temp.person
WHERE seq NOT IN (SELECT seq FROM main.resource INDEXED BY resource_by_type WHERE type = 'User')
"""
_SORTS: Final = {
    # Nearly every search is in this order: all that it asks for is in the index, read from one end to the other.
    "name": "name, seq, found_by",
    "userName": "user_name, seq",
    "email": f"{SHOWN_EMAIL.format('')}, name, seq",
    "title": "title, name, seq",
    "department": "department, name, seq",
    "modified": "modified, seq",
}


def plain_text(text: str) -> str:
    """Give a text as it is searched and sorted: without capitals, without accents ("José" is found by "jose")."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


class PeopleSnapshot:
    """The table ``person`` of one connection; call inside a transaction of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.create_function("plain_text", 1, plain_text, deterministic=True)
        self._connection = connection
        self._generation: int | None = None

    @property
    def is_made(self) -> bool:
        """Whether there is a table, as old as it may be."""
        return self._generation is not None

    def catch_up(self, generation: int) -> None:
        """Make the table, or take in what has changed since; ``generation`` is the end of the audit as seen now.

        Once this has returned the transaction must be committed; if it raises, rolled back.
        """
        execute = self._connection.execute
        if self._generation is None or generation < self._generation:
            execute("DROP TABLE IF EXISTS temp.person")
            execute(_CREATE)
            execute(_TAKE_ALL)
        elif generation > self._generation:
            execute(_TAKE_CHANGED, (self._generation,))
            if execute(_DELETED, (self._generation,)).fetchone()[0]:
                execute(_FORGET)
        self._generation = generation

    def index(self, sort: str) -> None:
        """Prepare for a sort; the first time it costs what sorting costs."""
        if sort in _SORTS:
            self._connection.execute(f"CREATE INDEX IF NOT EXISTS temp.person_by_{sort} ON person ({_SORTS[sort]})")
