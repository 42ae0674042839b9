-- What the endpoint was asked and what it answered. Nothing in this file is the directory; it may be deleted.

-- One row per request, redacted. `record` is a JSON array, written as it left the flush thread: inserting it parses
-- the batch once and nothing more. The columns are computed when they are read; activity_query.py knows the order.
CREATE TABLE exchange (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL,
    at INTEGER GENERATED ALWAYS AS (json_extract(record, '$[0]')) VIRTUAL, -- milliseconds since the epoch
    run TEXT GENERATED ALWAYS AS (json_extract(record, '$[1]')) VIRTUAL,
    number INTEGER GENERATED ALWAYS AS (json_extract(record, '$[2]')) VIRTUAL,
    method TEXT GENERATED ALWAYS AS (json_extract(record, '$[3]')) VIRTUAL,
    path TEXT GENERATED ALWAYS AS (json_extract(record, '$[4]')) VIRTUAL,
    query TEXT GENERATED ALWAYS AS (json_extract(record, '$[5]')) VIRTUAL,
    status INTEGER GENERATED ALWAYS AS (json_extract(record, '$[6]')) VIRTUAL,
    duration INTEGER GENERATED ALWAYS AS (json_extract(record, '$[7]')) VIRTUAL, -- microseconds
    token_id TEXT GENERATED ALWAYS AS (json_extract(record, '$[8]')) VIRTUAL,
    address TEXT GENERATED ALWAYS AS (json_extract(record, '$[9]')) VIRTUAL,
    scim_type TEXT GENERATED ALWAYS AS (json_extract(record, '$[10]')) VIRTUAL,
    meaning TEXT GENERATED ALWAYS AS (json_extract(record, '$[11]')) VIRTUAL,
    feature TEXT GENERATED ALWAYS AS (json_extract(record, '$[12]')) VIRTUAL,
    resource_id TEXT GENERATED ALWAYS AS (json_extract(record, '$[13]')) VIRTUAL,
    ignored TEXT GENERATED ALWAYS AS (json_extract(record, '$[14]')) VIRTUAL, -- a JSON array
    refusal TEXT GENERATED ALWAYS AS (json_extract(record, '$[15]')) VIRTUAL,
    headers TEXT GENERATED ALWAYS AS (json_extract(record, '$[16]')) VIRTUAL, -- "Name: value" lines
    body_omitted INTEGER GENERATED ALWAYS AS (json_extract(record, '$[17]')) VIRTUAL, -- in a rush: 1 the answer's, 2 the request's
    request_body TEXT GENERATED ALWAYS AS (json_extract(record, '$[18]')) VIRTUAL,
    response_body TEXT GENERATED ALWAYS AS (json_extract(record, '$[19]')) VIRTUAL
);

-- First and last time that each feature of Okta's was seen to work; outlives the ring.
CREATE TABLE sighting (
    feature TEXT PRIMARY KEY,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    token_id TEXT
) WITHOUT ROWID;

-- How busy the endpoint was; the ring may hold no more than the last second of a rush.
CREATE TABLE minute (
    minute INTEGER PRIMARY KEY, -- minutes since the epoch
    requests INTEGER NOT NULL,
    errors INTEGER NOT NULL
);
