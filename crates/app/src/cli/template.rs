//! `handback template`.

use super::{Outcome, print};
use crate::refused::Refused;
use handback_core::import::Dataset;
use handback_core::kinds::{TABLES, Table};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What you want to state: contracts, clauses, obligations, requests, variations, charges, index-figures, volumes, treatments, services, arrangements, organisations, staff-movements, waves, blackouts, tasks, gates, readiness-statements, assets, licences, third-party-contracts, data-holdings, credentials, knowledge, documents, measures, rebases, working-calendars, claims, recommendations, problems, challenges, trials, benefits, events, published-totals, commitments, actions, work-arounds, updates, scope or names
    kind: String,
    /// Explain the headings instead of printing the file
    #[arg(long)]
    explain: bool,
}

/// A contracts register with the headings of the Local Government Transparency Code 2015; registers
/// with other headings are read too.
const CONTRACTS: &str = "\
Contract Reference,Contract Title,Description,Department,Supplier Name,Company Number,Start Date,End Date,Review Date,Extension Option,Total Value
C-001,Network support,Support of the wide area network,Digital,Northmere Digital Services Ltd,,2018-04-01,2021-03-31,2020-09-30,1+1 years,125000
";

/// The word for a dataset on the command line.
pub fn word(dataset: Dataset) -> String {
    let value = serde_json::to_value(dataset).expect("a dataset is a word");
    value.as_str().unwrap_or_default().to_owned()
}

fn table(kind: &str) -> Option<&'static Table> {
    TABLES
        .iter()
        .find(|table| word(table.dataset) == kind || table.kind == kind)
}

/// The file to fill in for a kind, if there is one for it.
pub fn file(kind: &str) -> Option<String> {
    match kind {
        "contracts" => Some(CONTRACTS.to_owned()),
        kind => table(kind).map(|table| handback_intake::table::template(table.headings)),
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if let (false, Some(file)) = (arguments.explain, file(&arguments.kind)) {
        return print(&file).map(|()| Outcome::Done);
    }
    if arguments.kind == "contracts" {
        return print(CONTRACTS).map(|()| Outcome::Done);
    }
    let Some(table) = table(&arguments.kind) else {
        let words: Vec<String> = TABLES.iter().map(|table| word(table.dataset)).collect();
        let reason = format!(
            "there is no template for {:?}; there is one for {}",
            arguments.kind,
            words.join(", ")
        );
        return Err(Refused(reason).into());
    };
    print(&explained(table)).map(|()| Outcome::Done)
}

fn explained(table: &Table) -> String {
    let lines = table.headings.iter().map(|heading| {
        use handback_core::table::Form;
        let form = match heading.form {
            Form::Text => "text".into(),
            Form::When => "date: 2019-08-01, 2019-08, 2019 or unknown".into(),
            Form::Pence => "amount in pounds".into(),
            Form::Count => "whole number".into(),
            Form::Choice(words) => format!("one of {}", words.join(", ")),
            Form::List => "several, with ; between".into(),
        };
        let needed = if heading.needed {
            "needed"
        } else {
            "may be blank"
        };
        format!(
            "{}\n    {} ({form}; {needed})\n",
            heading.name, heading.meaning
        )
    });
    lines.collect()
}
