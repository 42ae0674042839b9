-- The directory: people and groups, who belongs where, and the audit of every change.

-- One row per person or group. `seq` never changes and is never used again: it is the order of every list.
CREATE TABLE resource (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    type         TEXT    NOT NULL,           -- 'User' or 'Group'
    unique_name  TEXT    NOT NULL,           -- userName or displayName, case-folded
    external_id  TEXT,
    display_name TEXT,                       -- a person's displayName, case-folded
    active       INTEGER,                    -- people only
    version      INTEGER NOT NULL,
    created      TEXT    NOT NULL,           -- 2026-11-23T20:48:31.123Z, always UTC, always three digits
    modified     TEXT    NOT NULL,
    member_count INTEGER NOT NULL DEFAULT 0, -- groups only
    label        TEXT    NOT NULL,           -- what a person calls it
    document     TEXT    NOT NULL            -- finished JSON, without id, meta, groups and members
);
CREATE INDEX resource_by_type ON resource (type);
CREATE UNIQUE INDEX resource_by_name ON resource (type, unique_name);
CREATE INDEX resource_by_external_id ON resource (type, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX resource_by_display_name ON resource (type, display_name) WHERE display_name IS NOT NULL;
CREATE INDEX resource_by_active ON resource (type, active);
CREATE INDEX resource_by_created ON resource (type, created);
CREATE INDEX resource_by_modified ON resource (type, modified);

-- How many people (key even) and groups (key odd) have a `seq` in each block of 2^8 and each region of 2^16 numbers:
-- with it the page at startIndex 900 001 is found in a few hundred steps, and totalResults without counting. The keys
-- are row ids, because every new resource touches one row of each.
CREATE TABLE tally_block (
    key    INTEGER PRIMARY KEY,              -- (seq >> 8) * 2, + 1 for groups
    number INTEGER NOT NULL
);
CREATE TABLE tally_region (
    key    INTEGER PRIMARY KEY,              -- (seq >> 16) * 2, + 1 for groups
    number INTEGER NOT NULL
);
CREATE TRIGGER resource_counted AFTER INSERT ON resource BEGIN
    INSERT INTO tally_block VALUES ((NEW.seq >> 8) * 2 + (NEW.type = 'Group'), 1)
        ON CONFLICT (key) DO UPDATE SET number = number + 1;
    INSERT INTO tally_region VALUES ((NEW.seq >> 16) * 2 + (NEW.type = 'Group'), 1)
        ON CONFLICT (key) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER resource_uncounted AFTER DELETE ON resource BEGIN
    UPDATE tally_block SET number = number - 1 WHERE key = (OLD.seq >> 8) * 2 + (OLD.type = 'Group');
    UPDATE tally_region SET number = number - 1 WHERE key = (OLD.seq >> 16) * 2 + (OLD.type = 'Group');
END;

-- Members are rows, so that one more costs the same in a group of five and of fifty thousand.
CREATE TABLE member (
    seq        INTEGER PRIMARY KEY,
    group_seq  INTEGER NOT NULL,
    member_seq INTEGER NOT NULL,
    member_id  TEXT    NOT NULL,
    display    TEXT,
    kind       TEXT    NOT NULL,             -- 'User' or 'Group'
    UNIQUE (member_seq, group_seq)
);
CREATE INDEX member_by_group ON member (group_seq);

CREATE TABLE email (
    value        TEXT    NOT NULL,           -- case-folded
    resource_seq INTEGER NOT NULL,
    PRIMARY KEY (value, resource_seq)
) WITHOUT ROWID;

-- The append-only audit, written in the transaction of the change that it describes.
CREATE TABLE change (
    seq           INTEGER PRIMARY KEY,
    at            TEXT NOT NULL,
    actor         TEXT NOT NULL,             -- 'token <id>', 'command line', 'desktop'
    resource_id   TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    operation     TEXT NOT NULL,             -- create, replace, modify, delete
    summary       TEXT NOT NULL,
    before        TEXT,
    after         TEXT
);
CREATE INDEX change_by_resource ON change (resource_id, seq);
CREATE TRIGGER change_is_final BEFORE UPDATE ON change BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
