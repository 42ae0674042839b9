
-- Tokens: SHA-256 only, never the secret. One column per field of records.Token; times are ISO 8601 UTC with milliseconds.
CREATE TABLE token (
    id           TEXT PRIMARY KEY,
    label        TEXT NOT NULL,
    test         INTEGER NOT NULL CHECK (test IN (0, 1)),
    access       TEXT NOT NULL CHECK (access IN ('read-write', 'read-only')),
    digest       BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    last_four    TEXT NOT NULL,
    created      TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    expires      TEXT,
    revoked      TEXT,
    replaced_by  TEXT REFERENCES token (id) DEFERRABLE INITIALLY DEFERRED,
    last_used    TEXT,
    last_address TEXT,
    last_agent   TEXT,
    keyring      TEXT NOT NULL DEFAULT 'absent'
) STRICT, WITHOUT ROWID;

-- Append-only history of each token.
CREATE TABLE token_event (
    seq      INTEGER PRIMARY KEY,
    token_id TEXT NOT NULL REFERENCES token (id),
    at       TEXT NOT NULL,
    event    TEXT NOT NULL,
    actor    TEXT NOT NULL,
    detail   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX token_event_token ON token_event (token_id, seq);

-- Bumped by each change of a token (not by last_*), so that an endpoint reloads its map only then.
INSERT INTO setting (key, value) VALUES ('token_generation', '0');
