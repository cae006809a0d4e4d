//! The questions that can be asked of payments, and what the answers say.
//!
//! A question is a plain value; [`Facts::ask`](crate::Facts::ask) answers it with rows in a stated
//! order. Amounts are sums of the amounts as printed, in pence, exact.

mod label;
mod lines;
mod month;
mod name;
pub(crate) mod reading;
mod scope;
mod total;
mod ways;

pub use label::{
    Described, Descriptions, DescriptionsByName, LabelPaid, NameDescribed, PaidByDescription,
    PaidByLabel, PaidByLabelAndYear,
};
pub use lines::{Line, Lines};
pub use month::{MonthPaid, NameMonthPaid, PaidByMonth, PaidByNameAndMonth, Rollup, RollupRow};
pub use name::{NamePaid, PaidByName};
pub use scope::{Payee, Scope};
pub use total::{Totalled, Totals};
pub use ways::PaidByWay;

use handback_core::pence::Pence;
use std::fmt::Debug;

/// How many payments, and how much money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub rows: u64,
    pub pence: Pence,
}

/// A question about the payments that count. The questions of this module are all there are.
pub trait Question: plan::Plan + Clone + Debug + PartialEq + Send + Sync + 'static {}

impl<Q: plan::Plan + Clone + Debug + PartialEq + Send + Sync + 'static> Question for Q {}

/// How a question is put to the engine: closed to other crates, so that no query leaves this one.
pub(crate) mod plan {
    use crate::error::Problem;
    use datafusion::arrow::array::RecordBatch;
    use datafusion::prelude::DataFrame;

    pub trait Plan {
        /// One line of the answer.
        type Row: Send + Sync + 'static;

        /// Whether rollups can answer it; else it is asked of the single payments.
        #[doc(hidden)]
        fn reads_rollups(&self) -> bool;

        #[doc(hidden)]
        fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem>;

        #[doc(hidden)]
        fn read(&self, answer: &RecordBatch) -> Result<Vec<Self::Row>, Problem>;
    }
}
