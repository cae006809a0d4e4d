-- One text for SQLite and PostgreSQL. Items, salts, ids and hashes are exact bytes.

-- The size and root of the tree, as SIZE:ROOT. Its one row is the writer lock on PostgreSQL.
CREATE TABLE head (
    only_row  BIGINT PRIMARY KEY CHECK (only_row = 1),
    tree_head TEXT NOT NULL
);
INSERT INTO head (only_row, tree_head)
VALUES (1, '0:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

-- Appended and never changed.
CREATE TABLE entry (
    number      BIGINT PRIMARY KEY,
    recorded_at BIGINT NOT NULL, -- microseconds since 1970-01-01T00:00:00Z
    batch       BYTEA NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    source      TEXT,
    authority   BYTEA,
    kind        TEXT NOT NULL,
    record      BYTEA NOT NULL,
    visibility  TEXT NOT NULL,
    act         TEXT NOT NULL,
    version     BIGINT NOT NULL, -- of the item; 0 where the act has none
    erases      BIGINT,
    commitment  BYTEA,           -- SHA-256 of salt and item; stays when the item is erased
    leaf        BYTEA NOT NULL
);

-- What an entry states. An erasure deletes the row.
CREATE TABLE item (
    number BIGINT PRIMARY KEY REFERENCES entry (number),
    salt   BYTEA NOT NULL,
    item   BYTEA NOT NULL
);
