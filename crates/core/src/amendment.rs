//! How a person changes a record on a form made from its table's headings.
//!
//! A record's rows are what [`Tabled::to_rows`](crate::table::Tabled::to_rows) writes: one for each
//! date on which something changed. People are asked which of three things happened: it **changed** on
//! a date, we **had it wrong**, or it has **ended**. (That it was never true is a withdrawal.) The
//! answers are rows again, read by the same table as any file.

use crate::dated::When;
use crate::kinds::Table;
use crate::table::Life;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The rows of a record: a text for each heading.
pub type Rows = Vec<Vec<String>>;

/// Why a record cannot be changed so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotAmend {
    #[error("nothing in this record changes with time: correct it instead")]
    NothingDated,
    #[error("say since when: a day, a month or a year")]
    NoDate,
    #[error("something is stated from {0} already: correct that instead")]
    SameDate(When),
    #[error("this record cannot end")]
    NeverEnds,
    #[error("something is stated from {0}, after that day: correct that first")]
    LaterRow(When),
}

fn place(table: &Table, heading: &str) -> usize {
    table
        .headings
        .iter()
        .position(|held| held.name == heading)
        .expect("a table's life names its own headings")
}

/// Since when a row holds; a row without a date says nothing that is dated, or has held for ever.
fn since(table: &Table, life: &Life, row: &[String]) -> When {
    row[place(table, life.from)]
        .parse()
        .unwrap_or(When::Unknown)
}

fn says_nothing_dated(table: &Table, life: &Life, row: &[String]) -> bool {
    let blank = |heading: &&&str| row[place(table, heading)].is_empty();
    life.values.iter().filter(blank).count() == life.values.len()
}

/// It changed from a date on: the values given, the others as they were. Nothing changes on any day
/// before, nor from the next date on from which something is stated.
pub fn changed(
    table: &Table,
    rows: &[Vec<String>],
    from: When,
    given: &BTreeMap<&str, String>,
) -> Result<Rows, CannotAmend> {
    let life = table.life.as_ref().ok_or(CannotAmend::NothingDated)?;
    if from == When::Unknown {
        return Err(CannotAmend::NoDate);
    }
    let mut rows: Rows = rows.to_vec();
    rows.sort_by_key(|row| since(table, life, row));
    let silent = rows.len() == 1 && says_nothing_dated(table, life, &rows[0]);
    if !silent && rows.iter().any(|row| since(table, life, row) == from) {
        return Err(CannotAmend::SameDate(from));
    }
    let before = rows.iter().rposition(|row| since(table, life, row) < from);
    let mut row = rows[before.unwrap_or(0)].clone();
    if before.is_none() {
        for heading in life.values {
            row[place(table, heading)].clear();
        }
    }
    for heading in life.values {
        if let Some(value) = given.get(heading) {
            row[place(table, heading)] = value.clone();
        }
    }
    row[place(table, life.from)] = from.to_string();
    if silent {
        return Ok(vec![row]);
    }
    rows.insert(before.map_or(0, |before| before + 1), row);
    Ok(rows)
}

/// We had it wrong: what does not change with time, the same in every row; and what does, row by row.
/// A dated row without any value is left out, so that emptying one removes it.
pub fn corrected(
    table: &Table,
    undated: &BTreeMap<&str, String>,
    dated: &[BTreeMap<&str, String>],
) -> Rows {
    let cell = |row: &BTreeMap<&str, String>, heading: &str| {
        let life = table.life.as_ref();
        let is_dated =
            life.is_some_and(|life| life.from == heading || life.values.contains(&heading));
        let held = if is_dated { row } else { undated };
        held.get(heading).cloned().unwrap_or_default()
    };
    let row = |row: &BTreeMap<&str, String>| -> Vec<String> {
        table
            .headings
            .iter()
            .map(|heading| cell(row, heading.name))
            .collect()
    };
    let mut rows: Rows = dated.iter().map(row).collect();
    if let Some(life) = &table.life {
        rows.retain(|row| !says_nothing_dated(table, life, row));
    }
    if rows.is_empty() {
        rows.push(row(&BTreeMap::new()));
    }
    rows
}

/// It has ended: its last day.
pub fn ended(table: &Table, rows: &[Vec<String>], last: Date) -> Result<Rows, CannotAmend> {
    let life = table.life.as_ref().ok_or(CannotAmend::NeverEnds)?;
    let end = place(table, life.end.ok_or(CannotAmend::NeverEnds)?);
    for row in rows {
        let from = since(table, life, row);
        if from.earliest().is_some_and(|from| from > last) {
            return Err(CannotAmend::LaterRow(from));
        }
    }
    let day = match life.end_is_first_day_without {
        true => last.tomorrow().unwrap_or(last),
        false => last,
    };
    let ended = |row: &Vec<String>| {
        let mut row = row.clone();
        row[end] = When::Day(day).to_string();
        row
    };
    Ok(rows.iter().map(ended).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{Arrangement, Service};
    use crate::dated::Dated;
    use crate::import::Dataset;
    use crate::kinds;
    use crate::record::Kind;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn services() -> &'static Table {
        let found = kinds::FORMS.iter();
        let mut found = found.filter(|table| table.kind == Service::NAME);
        found.next().expect("services have a table")
    }

    fn row(cost: &str, from: &str) -> Vec<String> {
        let value = |name: &str| match name {
            "service" => "Payroll".to_owned(),
            "description" => "Pays people".to_owned(),
            "yearly cost" => cost.to_owned(),
            "cost from" => from.to_owned(),
            _ => String::new(),
        };
        services()
            .headings
            .iter()
            .map(|heading| value(heading.name))
            .collect()
    }

    fn day(text: &str) -> When {
        text.parse().expect("a date in a test")
    }

    fn costs(rows: &Rows) -> Vec<(String, String)> {
        let (cost, from) = (
            place(services(), "yearly cost"),
            place(services(), "cost from"),
        );
        rows.iter()
            .map(|row| (row[from].clone(), row[cost].clone()))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    }

    #[test]
    fn a_change_stands_between_what_was_and_what_follows() {
        let rows = vec![row("100.00", "2015"), row("300.00", "2020-04-01")];
        let given = BTreeMap::from([("yearly cost", "200.00".to_owned())]);
        let amended = changed(services(), &rows, day("2018-04-01"), &given).expect("a change");
        assert_eq!(
            costs(&amended),
            pairs(&[
                ("2015", "100.00"),
                ("2018-04-01", "200.00"),
                ("2020-04-01", "300.00")
            ])
        );
        assert!(amended.iter().all(|row| row[2] == "Pays people"));
    }

    #[test]
    fn a_first_dated_value_fills_the_silent_row() {
        let given = BTreeMap::from([("yearly cost", "200.00".to_owned())]);
        let amended = changed(services(), &[row("", "")], day("2018"), &given).expect("a change");
        assert_eq!(costs(&amended), pairs(&[("2018", "200.00")]));
    }

    #[test]
    fn what_is_no_change_is_refused() {
        let rows = vec![row("100.00", "2015")];
        let given = BTreeMap::new();
        assert_eq!(
            changed(services(), &rows, day("2015"), &given),
            Err(CannotAmend::SameDate(day("2015")))
        );
        assert_eq!(
            changed(services(), &rows, When::Unknown, &given),
            Err(CannotAmend::NoDate)
        );
        let events = kinds::FORMS
            .iter()
            .find(|table| table.dataset == Dataset::Events)
            .expect("events have a table");
        assert_eq!(
            changed(events, &[], day("2015"), &given),
            Err(CannotAmend::NothingDated)
        );
    }

    #[test]
    fn an_end_is_said_in_every_row_and_not_before_what_is_stated() {
        let rows = vec![row("100.00", "2015"), row("300.00", "2020-04-01")];
        let ended_rows = ended(services(), &rows, date(2021, 3, 31)).expect("an end");
        let end = place(services(), "ended");
        assert!(ended_rows.iter().all(|row| row[end] == "2021-04-01"));
        assert_eq!(
            ended(services(), &rows, date(2019, 3, 31)),
            Err(CannotAmend::LaterRow(day("2020-04-01")))
        );
    }

    #[test]
    fn a_correction_by_the_same_values_is_the_same_rows() {
        let rows = vec![row("100.00", "2015"), row("300.00", "2020-04-01")];
        let named = |row: &Vec<String>| -> BTreeMap<&str, String> {
            let names = services().headings.iter().map(|heading| heading.name);
            names.zip(row.iter().cloned()).collect()
        };
        let dated: Vec<_> = rows.iter().map(named).collect();
        assert_eq!(corrected(services(), &named(&rows[0]), &dated), rows);
        // Emptying a row's values removes it.
        let mut emptied = dated.clone();
        emptied[0].insert("yearly cost", String::new());
        assert_eq!(corrected(services(), &named(&rows[0]), &emptied), rows[1..]);
        assert!(
            kinds::FORMS
                .iter()
                .any(|table| table.kind == Arrangement::NAME)
        );
    }

    proptest! {
        /// A change touches only the days from its date up to the next stated one.
        #[test]
        fn a_change_touches_only_its_span(
            years in proptest::collection::btree_set(2000i16..2030, 1..6),
            from in 1990i16..2040,
            probe in 1990i16..2040,
        ) {
            prop_assume!(!years.contains(&from));
            let rows: Rows = years.iter().map(|year| row(&format!("{year}.00"), &format!("{year}-01-01"))).collect();
            let given = BTreeMap::from([("yearly cost", "1.00".to_owned())]);
            let amended = changed(services(), &rows, When::Day(date(from, 1, 1)), &given).expect("a change");
            let life = |rows: &Rows| Dated::from_points(costs(rows).into_iter().map(|(from, cost)| (day(&from), cost))).expect("distinct");
            let (before, after) = (life(&rows), life(&amended));
            let end = years.iter().copied().find(|year| *year > from).unwrap_or(i16::MAX);
            let on = date(probe, 6, 1);
            if probe >= from && probe < end {
                prop_assert_eq!(after.on(on).certain().map(String::as_str), Some("1.00"));
            } else {
                prop_assert_eq!(after.on(on), before.on(on));
            }
        }
    }
}
