//! Every SQL statement of the desk: one text for SQLite and PostgreSQL.

macro_rules! account_columns {
    () => {
        "account.actor, login, name, password, account.grants, created_at, disabled_at"
    };
}

pub(super) const OPEN_ACCOUNT: &str = "\
    INSERT INTO account (actor, login, name, password, grants, created_at, disabled_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
pub(super) const ACCOUNT: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account WHERE actor = $1"
);
pub(super) const ACCOUNT_BY_LOGIN: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account WHERE login = $1"
);
pub(super) const ACCOUNTS: &str = concat!("SELECT ", account_columns!(), " FROM account");
pub(super) const SET_PASSWORD: &str = "UPDATE account SET password = $2 WHERE actor = $1";
pub(super) const SET_GRANTS: &str = "UPDATE account SET grants = $2 WHERE actor = $1";
pub(super) const RENAME: &str = "UPDATE account SET name = $2 WHERE actor = $1";
pub(super) const SET_DISABLED: &str = "UPDATE account SET disabled_at = $2 WHERE actor = $1";
pub(super) const CLOSE_ACCOUNT: &str = "DELETE FROM account WHERE actor = $1";

pub(super) const START_SESSION: &str =
    "INSERT INTO session (key, actor, started_at, expires_at) VALUES ($1, $2, $3, $4)";
pub(super) const SESSION: &str = concat!(
    "SELECT started_at, expires_at, ",
    account_columns!(),
    " FROM session JOIN account ON account.actor = session.actor \
     WHERE key = $1 AND expires_at > $2 AND disabled_at IS NULL"
);
pub(super) const SESSIONS: &str = "SELECT started_at, expires_at FROM session WHERE actor = $1 AND expires_at > $2 ORDER BY started_at";
pub(super) const END_SESSION: &str = "DELETE FROM session WHERE key = $1";
pub(super) const END_SESSIONS: &str = "DELETE FROM session WHERE actor = $1";
pub(super) const SWEEP_SESSIONS: &str = "DELETE FROM session WHERE expires_at <= $1";

pub(super) const ISSUE_LINK: &str = "\
    INSERT INTO link (key, purpose, actor, grants, for_name, issued_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const PEEK_LINK: &str = "\
    SELECT key, purpose, actor, grants, for_name, issued_at, expires_at FROM link \
    WHERE key = $1 AND used_at IS NULL AND expires_at > $2";
pub(super) const TAKE_LINK: &str = "\
    UPDATE link SET used_at = $2 WHERE key = $1 AND used_at IS NULL AND expires_at > $2 \
    RETURNING key, purpose, actor, grants, for_name, issued_at, expires_at";
pub(super) const OPEN_LINKS: &str = "\
    SELECT key, purpose, actor, grants, for_name, issued_at, expires_at FROM link \
    WHERE used_at IS NULL AND expires_at > $1 ORDER BY issued_at, for_name";
pub(super) const REVOKE_LINK: &str = "DELETE FROM link WHERE key = $1";
pub(super) const SWEEP_LINKS: &str =
    "DELETE FROM link WHERE expires_at <= $1 OR used_at IS NOT NULL";

pub(super) const ISSUE_TOKEN: &str = "\
    INSERT INTO token (id, key, actor, label, grants, issued_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const TOKEN: &str = "\
    SELECT id, actor, label, grants, issued_at, expires_at, last_used_at FROM token \
    WHERE key = $1 AND expires_at > $2";
pub(super) const TOKENS: &str = "\
    SELECT id, actor, label, grants, issued_at, expires_at, last_used_at FROM token \
    WHERE actor = $1 ORDER BY issued_at, id";
pub(super) const TOKEN_USED: &str = "UPDATE token SET last_used_at = $2 WHERE id = $1";
pub(super) const REVOKE_TOKEN: &str = "DELETE FROM token WHERE id = $1 AND actor = $2";

pub(super) const SET_FEED: &str = "\
    INSERT INTO feed (actor, key, made_at) VALUES ($1, $2, $3) \
    ON CONFLICT (actor) DO UPDATE SET key = excluded.key, made_at = excluded.made_at";
pub(super) const FEED: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM feed JOIN account ON account.actor = feed.actor WHERE key = $1 AND disabled_at IS NULL"
);
pub(super) const FEED_MADE: &str = "SELECT made_at FROM feed WHERE actor = $1";
pub(super) const REVOKE_FEED: &str = "DELETE FROM feed WHERE actor = $1";

pub(super) const SET_REMINDER: &str = "\
    INSERT INTO reminder (actor, often, address) VALUES ($1, $2, $3) \
    ON CONFLICT (actor) DO UPDATE SET often = excluded.often, address = excluded.address, \
    failed_at = NULL, failure = NULL";
pub(super) const NO_REMINDER: &str = "DELETE FROM reminder WHERE actor = $1";
pub(super) const REMINDER: &str =
    "SELECT actor, often, address, failed_at, failure FROM reminder WHERE actor = $1";
pub(super) const REMINDERS: &str =
    "SELECT actor, often, address, failed_at, failure FROM reminder ORDER BY actor";
pub(super) const REMINDER_SETTLED: &str =
    "UPDATE reminder SET failed_at = $2, failure = $3 WHERE actor = $1";
pub(super) const REMINDED: &str = "\
    INSERT INTO reminded (actor, period, line, sent_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
pub(super) const REMINDED_IN: &str =
    "SELECT line FROM reminded WHERE actor = $1 AND period = $2 ORDER BY line";
pub(super) const FORGET_REMINDED: &str = "DELETE FROM reminded WHERE sent_at < $1";

macro_rules! job_columns {
    () => {
        "id, kind, actor, state, wish, answer, done_rows, done_bytes, of_bytes, cancel_asked, created_at, changed_at"
    };
}

pub(super) const PUT_JOB: &str = concat!(
    "INSERT INTO job (",
    job_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
);
pub(super) const JOB: &str = concat!("SELECT ", job_columns!(), " FROM job WHERE id = $1");
pub(super) const JOBS: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM job ORDER BY created_at DESC, id LIMIT $1"
);
pub(super) const JOBS_OF: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM job WHERE actor = $2 ORDER BY created_at DESC, id LIMIT $1"
);
pub(super) const OLDEST_WAITING: &str =
    "SELECT id FROM job WHERE state = 'waiting' ORDER BY created_at, id LIMIT 1";
/// Whoever comes second finds the job running and takes none.
pub(super) const CLAIM_JOB: &str = concat!(
    "UPDATE job SET state = 'running', changed_at = $1 WHERE id = $2 AND state = 'waiting' RETURNING ",
    job_columns!()
);
pub(super) const PROGRESS: &str = "\
    UPDATE job SET done_rows = $2, done_bytes = $3, changed_at = $4 WHERE id = $1 AND state = 'running' \
    RETURNING cancel_asked";
/// Nobody is asked how to go on with what somebody asked to stop.
pub(super) const SETTLE: &str = "\
    UPDATE job SET answer = $3, changed_at = $4, \
    state = CASE WHEN cancel_asked = 1 AND $2 = 'to-confirm' THEN 'cancelled' ELSE $2 END \
    WHERE id = $1 AND state = 'running'";
pub(super) const QUEUE_AGAIN: &str = "\
    UPDATE job SET state = 'waiting', wish = $2, done_rows = 0, done_bytes = 0, cancel_asked = 0, \
    changed_at = $3 \
    WHERE id = $1 AND state IN ('to-confirm', 'failed')";
pub(super) const ASK_CANCEL: &str = "\
    UPDATE job SET cancel_asked = 1, changed_at = $2, \
    state = CASE WHEN state = 'running' THEN 'running' ELSE 'cancelled' END \
    WHERE id = $1 AND state IN ('waiting', 'running', 'to-confirm')";
pub(super) const CANCEL_INTERRUPTED: &str = "\
    UPDATE job SET state = 'cancelled', changed_at = $1 WHERE state = 'running' AND cancel_asked = 1";
pub(super) const REQUEUE_INTERRUPTED: &str = "UPDATE job SET state = 'waiting', done_rows = 0, done_bytes = 0, changed_at = $1 WHERE state = 'running'";
pub(super) const FORGET_JOBS: &str = "DELETE FROM job WHERE changed_at < $1 AND state IN ('to-confirm', 'done', 'failed', 'cancelled') RETURNING wish";

pub(super) const READ: &str =
    "INSERT INTO reading (read_at, actor, record, what) VALUES ($1, $2, $3, $4)";
pub(super) const READINGS: &str =
    "SELECT read_at, actor, record, what FROM reading ORDER BY read_at DESC, actor LIMIT $1";
pub(super) const READINGS_OF: &str = "\
    SELECT read_at, actor, record, what FROM reading WHERE record = $2 ORDER BY read_at DESC, actor LIMIT $1";
pub(super) const FORGET_READINGS: &str = "DELETE FROM reading WHERE read_at < $1";

macro_rules! comment_columns {
    () => {
        "id, about, author, text, written_at, state, settled_by, settled_at, why"
    };
}

pub(super) const COMMENT: &str = "\
    INSERT INTO comment (id, about, author, text, written_at, state) VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const COMMENTS_ON: &str = concat!(
    "SELECT ",
    comment_columns!(),
    " FROM comment WHERE about = $1 ORDER BY written_at, id"
);
pub(super) const COMMENTS_IN: &str = concat!(
    "SELECT ",
    comment_columns!(),
    " FROM comment WHERE state = $2 ORDER BY written_at DESC, id LIMIT $1"
);
/// What was removed stays removed: its text is gone.
pub(super) const SETTLE_COMMENT: &str = "\
    UPDATE comment SET state = $2, settled_by = $3, settled_at = $4, why = $5, \
    text = CASE WHEN $2 = 'removed' THEN '' ELSE text END \
    WHERE id = $1 AND state <> 'removed' RETURNING about";
