-- Calendar feeds and reminders. Like the rest of the desk they count for no figure.

CREATE TABLE feed (
    actor   TEXT PRIMARY KEY REFERENCES account (actor) ON DELETE CASCADE,
    key     BYTEA NOT NULL UNIQUE, -- a hash of the secret in the feed's address
    made_at BIGINT NOT NULL
);

CREATE TABLE reminder (
    actor     TEXT PRIMARY KEY REFERENCES account (actor) ON DELETE CASCADE,
    often     TEXT NOT NULL, -- daily or weekly
    address   TEXT NOT NULL,
    failed_at BIGINT,        -- since the last sending did not work
    failure   TEXT
);

CREATE TABLE reminded (
    actor   TEXT NOT NULL REFERENCES account (actor) ON DELETE CASCADE,
    period  TEXT NOT NULL, -- the day, or the Monday of the week
    line    TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (actor, period, line)
);
