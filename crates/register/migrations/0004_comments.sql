-- Comments on updates. Like the rest of the desk they count for no figure. A removed one keeps its row, without
-- its text, for moderators.

CREATE TABLE comment (
    id         BYTEA PRIMARY KEY,
    about      BYTEA NOT NULL,  -- the record that it is written on
    author     TEXT REFERENCES account (actor) ON DELETE SET NULL,
    text       TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    state      TEXT NOT NULL,   -- waiting, shown or removed
    settled_by TEXT,            -- who showed or removed it last, as entries name whoever acts
    settled_at BIGINT,
    why        TEXT             -- it was removed
);
CREATE INDEX comment_about ON comment (about, written_at);
