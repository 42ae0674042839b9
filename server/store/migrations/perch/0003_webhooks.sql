-- Webhooks: who is told of each change, and the outbox of what could not be delivered yet. No secret is kept here.
CREATE TABLE webhook (
    id             TEXT PRIMARY KEY,
    url            TEXT NOT NULL,
    secret_place   TEXT NOT NULL CHECK (secret_place IN ('keyring', 'file', 'environment')),
    secret_name    TEXT NOT NULL,            -- the file or the variable; empty for the keyring
    created        TEXT NOT NULL,
    created_by     TEXT NOT NULL,
    cursor         INTEGER NOT NULL,         -- every change up to this one is delivered, or a row of delivery
    delivered      INTEGER NOT NULL DEFAULT 0,
    last_delivered TEXT,
    failing_since  TEXT,
    problem        TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Only what failed, and what waits behind it: later changes of the same resource. The changes themselves are in
-- `change`, which keeps them for good.
CREATE TABLE delivery (
    webhook_id  TEXT    NOT NULL REFERENCES webhook (id),
    change_seq  INTEGER NOT NULL,
    resource_id TEXT    NOT NULL,
    since       INTEGER NOT NULL,            -- milliseconds since the epoch, as next_at
    attempts    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    dead        INTEGER NOT NULL CHECK (dead IN (0, 1)),
    problem     TEXT    NOT NULL,
    PRIMARY KEY (webhook_id, change_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_of_resource ON delivery (webhook_id, resource_id, change_seq) WHERE dead = 0;
CREATE INDEX delivery_due ON delivery (webhook_id, next_at) WHERE dead = 0;
