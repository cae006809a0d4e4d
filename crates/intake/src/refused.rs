//! Why a whole file is not read, in one sentence for the person who sent it.

use handback_core::import::Dataset;

/// Why a file is refused. Nothing of a refused file is kept.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        file: String,
        source: std::io::Error,
    },

    #[error("{file} is empty")]
    Empty { file: String },

    /// The bytes are of a sort that holds no table: a PDF, a picture, a web page.
    #[error("{file} is {found}, not a table: save it as CSV, XLSX, XLS or ODS and try again")]
    NotATable { file: String, found: &'static str },

    #[error(
        "{file} is a spreadsheet of {megabytes} MB, and spreadsheets are read only up to {limit} MB: save the sheet as CSV, which has no limit"
    )]
    TooLarge {
        file: String,
        megabytes: u64,
        limit: u64,
    },

    #[error(
        "{file} is a damaged or protected spreadsheet ({reason}): open it, save it again and try that copy"
    )]
    Spreadsheet { file: String, reason: String },

    #[error("{file} is not the JSON that it begins as, near line {line}: {reason}")]
    Json {
        file: String,
        line: u64,
        reason: String,
    },

    #[error("{file} is not the XML that it begins as, near line {line}: {reason}")]
    Xml {
        file: String,
        line: u64,
        reason: String,
    },

    /// The table can be read but what its columns mean is not clear.
    #[error("{file} is not taken because {reason}")]
    Unclear { file: String, reason: String },

    #[error(
        "{file} does not say when its payments were made: state the period it covers, as in --period 2019-08"
    )]
    NoDates { file: String },

    #[error(
        "{file} was given as {wanted} but looks like {found}: import it as {found}, or correct the file"
    )]
    AnotherDataset {
        file: String,
        wanted: &'static str,
        found: &'static str,
    },
}

/// The longest text of a file that is quoted in a message, in characters.
const QUOTED: usize = 60;

/// A cell as a message quotes it.
pub(crate) fn quoted(cell: &str) -> String {
    match cell.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("“{}…”", &cell[..end]),
        None => format!("“{cell}”"),
    }
}

/// What people call a dataset.
pub fn called(dataset: Dataset) -> &'static str {
    match dataset {
        Dataset::Payments => "payments",
        Dataset::Contracts => "a contracts register",
        Dataset::Ocds => "Open Contracting data",
        Dataset::Tickets => "tickets",
        Dataset::Measurements => "measurements",
        Dataset::Responses => "people's answers",
        Dataset::Organisations => "organisations",
        Dataset::Services => "services",
        Dataset::Arrangements => "arrangements",
        Dataset::StaffMovements => "staff movements",
        Dataset::Clauses => "clauses",
        Dataset::Obligations => "obligations",
        Dataset::Requests => "requests",
        Dataset::Variations => "variations",
        Dataset::Charges => "charges",
        Dataset::IndexFigures => "figures of indices",
        Dataset::Volumes => "volumes",
        Dataset::Treatments => "decisions on what payments are of",
        Dataset::Waves => "waves",
        Dataset::Blackouts => "blackouts",
        Dataset::Tasks => "tasks",
        Dataset::Gates => "gates",
        Dataset::ReadinessStatements => "readiness statements",
        Dataset::Assets => "assets",
        Dataset::Licences => "licences",
        Dataset::ThirdPartyContracts => "contracts with third parties",
        Dataset::DataHoldings => "data holdings",
        Dataset::Credentials => "credentials",
        Dataset::Knowledge => "knowledge",
        Dataset::Documents => "documents",
        Dataset::Claims => "claims",
        Dataset::Recommendations => "recommendations",
        Dataset::Problems => "problems",
        Dataset::Challenges => "challenges",
        Dataset::Trials => "trials",
        Dataset::Benefits => "benefits",
        Dataset::Events => "events",
        Dataset::Measures => "measures",
        Dataset::Rebases => "rebases",
        Dataset::WorkingCalendars => "working calendars",
        Dataset::Scope => "scope decisions",
        Dataset::Names => "name decisions",
        Dataset::PublishedTotals => "published totals",
        Dataset::Commitments => "commitments",
        Dataset::Actions => "actions",
        Dataset::WorkArounds => "work-arounds",
        Dataset::Updates => "updates",
    }
}
