//! Every SQL statement of the register. One text serves SQLite and PostgreSQL, except for
//! beginning a transaction and taking the writer lock.

/// A reader sees the log as it stands at its first statement.
pub(crate) const BEGIN_READING_SQLITE: &str = "BEGIN DEFERRED";
pub(crate) const BEGIN_READING_POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// On SQLite beginning takes the one writer lock; on PostgreSQL [`LOCK_HEAD_POSTGRES`] does.
pub(crate) const BEGIN_WRITING_SQLITE: &str = "BEGIN IMMEDIATE";
pub(crate) const BEGIN_WRITING_POSTGRES: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
pub(crate) const LOCK_HEAD_POSTGRES: &str = "SELECT tree_head FROM head FOR UPDATE";

pub(crate) const HEAD: &str = "SELECT tree_head FROM head";
pub(crate) const SET_HEAD: &str = "UPDATE head SET tree_head = $1";

/// Entries after a number, in order, at most so many.
pub(crate) const ENTRIES_AFTER: &str = "\
    SELECT entry.number, recorded_at, batch, actor, reason, source, authority, kind, record, \
           visibility, act, version, erases, commitment, leaf, salt, item \
    FROM entry LEFT JOIN item ON item.number = entry.number \
    WHERE entry.number > $1 ORDER BY entry.number LIMIT $2";

/// What was erased, and by which entry.
pub(crate) const ERASURES: &str =
    "SELECT erases, number FROM entry WHERE erases IS NOT NULL ORDER BY number";

/// The first item that belongs to no entry.
pub(crate) const STRAY_ITEM: &str = "\
    SELECT MIN(number) FROM item \
    WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.number = item.number)";

/// Completed with rows of values.
pub(crate) const INSERT_ENTRIES: &str = "\
    INSERT INTO entry (number, recorded_at, batch, actor, reason, source, authority, kind, record, \
                       visibility, act, version, erases, commitment, leaf) ";
pub(crate) const INSERT_ITEMS: &str = "INSERT INTO item (number, salt, item) ";

pub(crate) const ERASE_ITEM: &str = "DELETE FROM item WHERE number = $1";
