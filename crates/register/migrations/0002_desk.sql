-- The desk: what changes without a trace. Emptying these tables changes no figure. Keys are SHA-256
-- hashes of what people and programs hold; times are microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE account (
    actor       TEXT PRIMARY KEY,     -- as entries name whoever acts
    login       TEXT NOT NULL UNIQUE, -- lower case
    name        TEXT NOT NULL,
    password    TEXT,                 -- a PHC string; none until one is chosen
    grants      TEXT NOT NULL,        -- JSON
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE session (
    key        BYTEA PRIMARY KEY,
    actor      TEXT NOT NULL REFERENCES account (actor) ON DELETE CASCADE,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE link (
    key        BYTEA PRIMARY KEY,
    purpose    TEXT NOT NULL,
    actor      TEXT REFERENCES account (actor) ON DELETE CASCADE,
    grants     TEXT NOT NULL,
    for_name   TEXT NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE token (
    id           BYTEA PRIMARY KEY,
    key          BYTEA NOT NULL UNIQUE,
    actor        TEXT NOT NULL REFERENCES account (actor) ON DELETE CASCADE,
    label        TEXT NOT NULL,
    grants       TEXT NOT NULL,
    issued_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_at BIGINT
);

CREATE TABLE job (
    id           BYTEA PRIMARY KEY,
    kind         TEXT NOT NULL,
    actor        TEXT NOT NULL,
    state        TEXT NOT NULL,
    wish         TEXT NOT NULL,       -- JSON: what is wanted
    answer       TEXT NOT NULL,       -- JSON: what came of it
    done_rows    BIGINT NOT NULL,
    done_bytes   BIGINT NOT NULL,
    of_bytes     BIGINT,
    cancel_asked BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL
);

CREATE TABLE reading (
    read_at BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    record  BYTEA NOT NULL,
    what    TEXT NOT NULL
);
CREATE INDEX reading_of_record ON reading (record, read_at);
