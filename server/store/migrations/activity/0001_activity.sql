-- What the endpoint was asked and what it answered. Nothing in this file is the directory; it may be deleted.

-- Exchanges, redacted, some hundred to a row and as they left the flush thread: a row for each would cost ten times
-- as much. Both lists are JSON arrays; activity_query.py knows the order of a record's values.
CREATE TABLE chunk (
    last INTEGER PRIMARY KEY AUTOINCREMENT, -- number of its newest exchange; none is ever given twice
    first INTEGER NOT NULL, -- number of its oldest
    since INTEGER NOT NULL, -- when it began, milliseconds since the epoch
    until INTEGER NOT NULL, -- when the newest began
    run TEXT NOT NULL, -- the process that answered
    headers TEXT NOT NULL, -- each different set of headers once, as "Name: value" lines
    records TEXT NOT NULL
);

-- One row per exchange, for whoever looks into the file with a tool of their own.
CREATE VIEW exchange AS
SELECT
    chunk.first + record.key AS seq,
    json_extract(record.value, '$[0]') AS at, -- milliseconds since the epoch
    chunk.run AS run,
    json_extract(record.value, '$[1]') AS number,
    json_extract(record.value, '$[2]') AS method,
    json_extract(record.value, '$[3]') AS path,
    json_extract(record.value, '$[4]') AS query,
    json_extract(record.value, '$[5]') AS status,
    json_extract(record.value, '$[6]') AS duration, -- microseconds
    json_extract(record.value, '$[7]') AS token_id,
    json_extract(record.value, '$[8]') AS address,
    json_extract(record.value, '$[9]') AS scim_type,
    json_extract(record.value, '$[10]') AS meaning,
    json_extract(record.value, '$[11]') AS feature,
    json_extract(record.value, '$[12]') AS resource_id,
    json_extract(record.value, '$[13]') AS ignored, -- a JSON array
    json_extract(record.value, '$[14]') AS refusal,
    json_extract(record.value, '$[15]') AS body_omitted, -- in a rush: 1 the answer's, 2 the request's
    json_extract(record.value, '$[16]') AS request_body,
    json_extract(record.value, '$[17]') AS response_body,
    json_extract(chunk.headers, '$[' || json_extract(record.value, '$[18]') || ']') AS headers
FROM chunk CROSS JOIN json_each(chunk.records) AS record;

-- First and last time that each feature of Okta's was seen to work; outlives the ring.
CREATE TABLE sighting (
    place INTEGER PRIMARY KEY, -- in the order in which they were first seen
    feature TEXT NOT NULL UNIQUE,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    token_id TEXT
);

-- How busy the endpoint was; the ring may hold no more than the last second of a rush.
CREATE TABLE minute (
    minute INTEGER PRIMARY KEY, -- minutes since the epoch
    requests INTEGER NOT NULL,
    errors INTEGER NOT NULL
);
