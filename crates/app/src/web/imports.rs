//! Files that come in.

use crate::worker::Running;
use handback_register::desk::JobState;

/// The sort of job that takes files in.
pub const KIND: &str = "import";

/// Take the files of a job in.
pub fn run(_running: &Running<'_>) -> anyhow::Result<(JobState, String)> {
    Ok((JobState::Done, String::new()))
}
