//! Every SQL statement of the answer box. It is an SQLite file in every installation.

pub(super) const TABLES: &str = "\
    CREATE TABLE IF NOT EXISTS round ( \
        id BLOB PRIMARY KEY, sealing BLOB NOT NULL, signing BLOB NOT NULL, closing INTEGER NOT NULL DEFAULT 0 \
    ) WITHOUT ROWID; \
    CREATE TABLE IF NOT EXISTS sealed ( \
        key BLOB PRIMARY KEY, round BLOB NOT NULL, sealed BLOB NOT NULL \
    ) WITHOUT ROWID; \
    CREATE TABLE IF NOT EXISTS slip ( \
        hash BLOB PRIMARY KEY, round BLOB NOT NULL, way INTEGER NOT NULL, \
        used INTEGER NOT NULL DEFAULT 0, blinded BLOB \
    ) WITHOUT ROWID; \
    CREATE TABLE IF NOT EXISTS spent (hash BLOB PRIMARY KEY, round BLOB NOT NULL) WITHOUT ROWID; \
    CREATE TABLE IF NOT EXISTS asked (hash BLOB PRIMARY KEY, round BLOB NOT NULL) WITHOUT ROWID;";

pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(super) const PREPARE: &str = "INSERT INTO round (id, sealing, signing) VALUES ($1, $2, $3)";
pub(super) const PUBLIC: &str = "SELECT sealing, signing FROM round WHERE id = $1 AND closing = 0";
pub(super) const ADD_SLIP: &str =
    "INSERT INTO slip (hash, round, way) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
pub(super) const NOTE_ASKED: &str =
    "INSERT INTO asked (hash, round) VALUES ($1, $2) ON CONFLICT DO NOTHING";
pub(super) const NOT_ASKED: &str = "DELETE FROM asked WHERE hash = $1";
pub(super) const SLIP: &str = "SELECT round, way, used, blinded FROM slip WHERE hash = $1";

/// Only the first value, or the same one again.
pub(super) const NOTE_SIGNED: &str = "\
    UPDATE slip SET blinded = $2 WHERE hash = $1 AND used = 0 AND (blinded IS NULL OR blinded = $2)";

pub(super) const INSERT_SEALED: &str = "\
    INSERT INTO sealed (key, round, sealed) SELECT $1, $2, $3 \
    WHERE EXISTS (SELECT 1 FROM round WHERE id = $2 AND closing = 0)";
pub(super) const SPEND: &str =
    "INSERT INTO spent (hash, round) VALUES ($1, $2) ON CONFLICT DO NOTHING";
pub(super) const USE_SLIP: &str = "UPDATE slip SET used = 1 WHERE hash = $1";
pub(super) const IS_FRESH_SLIP: &str =
    "SELECT COUNT(*) FROM slip WHERE hash = $1 AND used = 0 AND blinded IS NULL";

pub(super) const CLOSING: &str = "UPDATE round SET closing = 1 WHERE id = $1";
pub(super) const HOLDS: &str = "SELECT COUNT(*) FROM round WHERE id = $1";
pub(super) const WAITING: &str = "SELECT COUNT(*) FROM sealed WHERE round = $1";
pub(super) const SEALED: &str = "SELECT sealed FROM sealed WHERE round = $1";
pub(super) const TOKENS: &str = "\
    SELECT (SELECT COUNT(*) FROM slip WHERE round = $1 AND blinded IS NOT NULL), \
           (SELECT COUNT(*) FROM spent WHERE round = $1)";
pub(super) const FORGET: [&str; 5] = [
    "DELETE FROM sealed WHERE round = $1",
    "DELETE FROM slip WHERE round = $1",
    "DELETE FROM spent WHERE round = $1",
    "DELETE FROM asked WHERE round = $1",
    "DELETE FROM round WHERE id = $1",
];
pub(super) const VACUUM: &str = "VACUUM";

pub(super) const COMMENT_TABLES: &str = "\
    CREATE TABLE IF NOT EXISTS comment ( \
        key BLOB PRIMARY KEY, sealed BLOB NOT NULL, standing INTEGER NOT NULL DEFAULT 0 \
    ) WITHOUT ROWID;";
pub(super) const ADD_COMMENT: &str =
    "INSERT INTO comment (key, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING";
pub(super) const COMMENTS: &str = "SELECT key, sealed, standing FROM comment";
pub(super) const STAND: &str = "UPDATE comment SET standing = $2 WHERE key = $1";
pub(super) const ERASE: &str = "DELETE FROM comment WHERE key = $1";
