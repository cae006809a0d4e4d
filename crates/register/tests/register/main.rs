//! One suite for both databases. PostgreSQL takes part when `HANDBACK_TEST_POSTGRES` holds the
//! address of a server on which schemas may be made; `scripts/with-postgres` provides one.

mod answer_box;
mod changing;
mod copying;
mod desk;
mod desk_accounts;
mod desk_calendar;
mod desk_comments;
mod desk_jobs;
mod desk_keys;
mod following;
mod reading;
mod store;
mod verifying;
