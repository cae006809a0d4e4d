//! `handback sql`: an analyst's own question over payments and the register's records.

use super::{Outcome, print, print_json};
use crate::data::{Data, Location};
use crate::estate::{KnownMoment, View, live_parts};
use crate::refused::Refused;
use crate::transfer::Titles;
use handback_core::kinds::{self, Registered, TABLES};
use handback_core::table::Form;
use handback_facts::sql::{Column, Holds, Table};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One SELECT. Tables: payments, ticket_changes, measurements, and one for each kind of record (organisations, services, arrangements, contracts, clauses, obligations, requests, variations, charges, index_figures, volumes, treatments, staff_movements, waves, blackouts, tasks, gates, readiness_statements, assets, licences, third_party_contracts, data_holdings, credentials, knowledge, documents, events, claims, recommendations, publications, problems, challenges, trials, benefits, names, scope_rules, published_totals, measures, rebases, working_calendars, commitments, actions, work_arounds, updates, rounds, releases, layouts, imports)
    query: String,
    #[command(flatten)]
    location: Location,
    /// Up to when knowledge counts: an entry number, a day or a time; now when not given
    #[arg(long, value_name = "MOMENT")]
    known: Option<KnownMoment>,
    /// Print JSON for programs: a list of rows, each an object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let view = View::at(&data, arguments.known.as_ref());
    let titles = Titles::of(&view)?;
    let tables = kinds::ALL
        .iter()
        .map(|kind| table(kind, &view, &titles))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let answer = match data
        .facts
        .sql(&arguments.query, &live_parts(&view.estate()?), &tables)
    {
        Ok(answer) => answer,
        Err(error) if error.is_bad_query() => return Err(Refused(error.to_string()).into()),
        Err(error) => return Err(error.into()),
    };
    if arguments.json {
        let object = |row: &Vec<Value>| {
            answer
                .columns
                .iter()
                .cloned()
                .zip(row.iter().cloned())
                .collect()
        };
        print_json(
            &answer
                .rows
                .iter()
                .map(object)
                .collect::<Vec<Map<String, Value>>>(),
        )?;
        return Ok(Outcome::Done);
    }
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(&answer.columns)?;
    for row in &answer.rows {
        csv.write_record(row.iter().map(text))?;
    }
    print(&String::from_utf8(csv.into_inner()?)?)?;
    Ok(Outcome::Done)
}

/// The records of a kind as a table: the documented columns of a kind that people fill in, else the
/// plain fields of each record; always with the record's id and title.
fn table(kind: &Registered, view: &View, titles: &Titles) -> anyhow::Result<Table> {
    let column = |name: &str, holds| Column {
        name: name.replace(' ', "_"),
        holds,
    };
    let mut columns = vec![column("id", Holds::Text), column("title", Holds::Text)];
    let mut rows = Vec::new();
    let items = view.items(kind);
    if let Some(table) = TABLES.iter().find(|table| table.kind == kind.name) {
        columns.extend(table.headings.iter().map(|heading| {
            let holds = if heading.form == Form::Count {
                Holds::Whole
            } else {
                Holds::Text
            };
            column(heading.name, holds)
        }));
        for (id, version, item) in items {
            let title = (kind.read)(version, &item)?.title;
            for cells in (table.rows)(version, &item, titles)? {
                let mut row = vec![Value::from(id.to_string()), Value::from(title.clone())];
                row.extend(
                    cells
                        .into_iter()
                        .zip(table.headings)
                        .map(|(cell, heading)| match heading.form {
                            _ if cell.is_empty() => Value::Null,
                            Form::Count => cell.parse::<i64>().map_or(Value::Null, Value::from),
                            _ => Value::from(cell),
                        }),
                );
                rows.push(row);
            }
        }
    } else {
        let mut records = Vec::new();
        let mut fields = BTreeSet::new();
        for (id, version, item) in items {
            let title = (kind.read)(version, &item)?.title;
            let record: Map<String, Value> = serde_json::from_slice(&item)?;
            fields.extend(record.keys().filter(|field| *field != "title").cloned());
            records.push((id, title, record));
        }
        columns.extend(fields.iter().map(|field| column(field, Holds::Text)));
        for (id, title, record) in records {
            let mut row = vec![Value::from(id.to_string()), Value::from(title)];
            row.extend(fields.iter().map(|field| match record.get(field) {
                None | Some(Value::Null) => Value::Null,
                Some(Value::String(text)) => Value::from(text.clone()),
                Some(other) => Value::from(other.to_string()),
            }));
            rows.push(row);
        }
    }
    Ok(Table {
        name: called(kind.name),
        columns,
        rows,
    })
}

/// The table of a kind: `staff_movements`.
fn called(kind: &str) -> String {
    let plain = kind.replace([' ', '-'], "_");
    match kind {
        "knowledge" => plain,
        _ => format!("{plain}s"),
    }
}
