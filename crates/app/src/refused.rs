//! What a person asked for and cannot have: the message says why and what to do.

/// Not a fault of the program; it ends with exit code 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Refuse unless it holds.
pub fn unless(holds: bool, why: impl FnOnce() -> String) -> anyhow::Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Refused(why()).into())
    }
}

/// Whether an error is a refusal, by this crate or a room below.
pub fn is_refusal(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<Refused>()
            || cause
                .downcast_ref()
                .is_some_and(|error: &handback_register::Error| {
                    error.is_refused()
                        || error.is_conflict()
                        || error.needs_upgrade()
                        || error.is_not_found()
                })
            || cause
                .downcast_ref()
                .is_some_and(|error: &handback_facts::Error| {
                    error.is_bad_query() || error.is_not_a_part()
                })
    })
}
