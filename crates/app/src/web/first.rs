//! The first steps of a new authority: name it, take payments in, confirm what is technology, say who
//! runs what.

use super::answer::Error;
use super::visit::Visit;
use handback_core::statement::Statement;
use serde::Serialize;

/// How far a new authority has come.
#[derive(Serialize)]
pub struct Steps {
    named: bool,
    paid: bool,
    confirmed: bool,
    stated: bool,
}

/// The steps, while one of them is still to do.
pub fn steps(_visit: &Visit, statement: &Statement) -> Result<Option<Steps>, Error> {
    let steps = Steps {
        named: statement
            .authority
            .as_deref()
            .is_some_and(|name| name != "The authority"),
        paid: statement.money.payments > 0,
        confirmed: statement.money.confirmed_pence.0 != 0,
        stated: !statement.services.is_empty(),
    };
    let done = steps.named && steps.paid && steps.confirmed && steps.stated;
    Ok((!done).then_some(steps))
}
