//! What changed between two statements of one record, in plain words: cell by cell under the
//! headings of its kind's documented table, and for kinds without one field by field.

use crate::render;
use handback_core::dated::When;
use handback_core::kinds::{TABLES, Table, Unreadable};
use handback_core::pence::Pence;
use handback_core::record::RecordId;
use handback_core::table::{Call, Form};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One thing that is said otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub what: String,
    /// None where nothing was said.
    pub was: Option<String>,
    /// None where nothing is said any more.
    pub is: Option<String>,
}

/// A stored statement: the version of its form, and its bytes.
pub type Item<'a> = (u16, &'a [u8]);

/// What is different in a record of a kind. Nothing before means that it was first stated.
pub fn differences(
    kind: &str,
    before: Option<Item<'_>>,
    after: Item<'_>,
    call: &dyn Call,
) -> Result<Vec<Difference>, Unreadable> {
    match TABLES.iter().find(|table| table.kind == kind) {
        Some(table) => {
            let rows = |(version, item): Item<'_>| (table.rows)(version, item, call);
            let before = before.map(rows).transpose()?.unwrap_or_default();
            Ok(of_rows(table, &before, &rows(after)?))
        }
        None => {
            let fields = |(_, item): Item<'_>| fields(item, call);
            let before = before.map(fields).unwrap_or_default();
            Ok(of_fields(&before, &fields(after)))
        }
    }
}

type Cells = Vec<String>;

fn of_rows(table: &Table, before: &[Cells], after: &[Cells]) -> Vec<Difference> {
    let steady = |place: &usize| {
        let said = |rows: &[Cells]| {
            let distinct: BTreeSet<&String> = rows.iter().map(|row| &row[*place]).collect();
            distinct.len()
        };
        said(before) <= 1 && said(after) <= 1
    };
    let (once, dated): (Vec<usize>, Vec<usize>) = (0..table.headings.len()).partition(steady);
    let mut found = Vec::new();
    for place in once {
        let cell = |rows: &[Cells]| rows.first().map(|row| row[place].clone());
        found.extend(difference(
            table.headings[place].name.to_owned(),
            spoken(table, place, cell(before)),
            spoken(table, place, cell(after)),
        ));
    }
    if !dated.is_empty() {
        found.extend(of_dates(table, &dated, before, after));
    }
    found
}

/// The column that says from when a row holds.
fn begins(table: &Table) -> Option<usize> {
    let is_start = |name: &str| name == "from" || name.ends_with(" from");
    let mut headings = table.headings.iter();
    headings.position(|heading| heading.form == Form::When && is_start(heading.name))
}

/// What is different from which date on, in the columns that change through time.
fn of_dates(table: &Table, dated: &[usize], before: &[Cells], after: &[Cells]) -> Vec<Difference> {
    let Some(start) = begins(table) else {
        return Vec::new();
    };
    let by_start = |rows: &[Cells]| -> BTreeMap<String, Cells> {
        rows.iter()
            .map(|row| (row[start].clone(), row.clone()))
            .collect()
    };
    let (mut before, mut after) = (by_start(before), by_start(after));
    let mut found = moved(table, dated, start, &mut before, &mut after);
    let starts: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for from in starts {
        let since = match from.parse() {
            Ok(When::Unknown) | Err(_) => "since before anything on record".to_owned(),
            Ok(from) => format!("from {}", render::when(from)),
        };
        match (before.get(from), after.get(from)) {
            (Some(was), Some(is)) => {
                for place in dated.iter().filter(|place| **place != start) {
                    let cell = |row: &Cells| spoken(table, *place, Some(row[*place].clone()));
                    let what = format!("{}, {since}", table.headings[*place].name);
                    found.extend(difference(what, cell(was), cell(is)));
                }
            }
            (was, is) => {
                let row = |row: Option<&Cells>| row.map(|row| together(table, dated, start, row));
                found.extend(difference(since, row(was), row(is)));
            }
        }
    }
    found
}

/// Rows that say the same from another date: a date was corrected and nothing else. They are taken out.
fn moved(
    table: &Table,
    dated: &[usize],
    start: usize,
    before: &mut BTreeMap<String, Cells>,
    after: &mut BTreeMap<String, Cells>,
) -> Vec<Difference> {
    let says = |row: &Cells| together(table, dated, start, row);
    let gone = before.iter().filter(|(from, _)| !after.contains_key(*from));
    let pairs: Vec<(String, String)> = gone
        .filter_map(|(was, row)| {
            let mut come = after.iter().filter(|(from, _)| !before.contains_key(*from));
            let (is, _) = come.find(|(_, other)| says(other) == says(row))?;
            Some((was.clone(), is.clone()))
        })
        .collect();
    let mut found = Vec::new();
    for (was, is) in pairs {
        if after.remove(&is).is_some() {
            before.remove(&was);
            let what = table.headings[start].name.to_owned();
            let date = |text: String| spoken(table, start, Some(text));
            found.extend(difference(what, date(was), date(is)));
        }
    }
    found
}

/// A whole row in one text: `mode: supplier; provider: Northmere`.
fn together(table: &Table, dated: &[usize], start: usize, row: &Cells) -> String {
    let said = dated
        .iter()
        .filter(|place| **place != start)
        .filter_map(|place| {
            let cell = spoken(table, *place, Some(row[*place].clone()))?;
            Some(format!("{}: {cell}", table.headings[*place].name))
        });
    said.collect::<Vec<_>>().join("; ")
}

/// A cell as people read it; none when it is blank.
fn spoken(table: &Table, place: usize, cell: Option<String>) -> Option<String> {
    let cell = cell.filter(|cell| !cell.is_empty())?;
    Some(match table.headings[place].form {
        Form::When => cell.parse().map(render::when).unwrap_or(cell),
        Form::Pence => Pence::parse(&cell)
            .map(|pence| pence.to_string())
            .unwrap_or(cell),
        Form::Text | Form::Count | Form::Choice(_) | Form::List => cell,
    })
}

fn difference(what: String, was: Option<String>, is: Option<String>) -> Option<Difference> {
    (was != is).then_some(Difference { what, was, is })
}

type Fields = BTreeMap<String, String>;

fn of_fields(before: &Fields, after: &Fields) -> Vec<Difference> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            difference(
                name.clone(),
                before.get(name).cloned(),
                after.get(name).cloned(),
            )
        })
        .collect()
}

/// Every field of a statement under a name in words.
fn fields(item: &[u8], call: &dyn Call) -> Fields {
    let mut fields = Fields::new();
    if let Ok(value) = serde_json::from_slice::<Value>(item) {
        gather(&value, String::new(), call, &mut fields);
    }
    fields
}

fn gather(value: &Value, name: String, call: &dyn Call, fields: &mut Fields) {
    let below = |part: &str| match name.as_str() {
        "" => part.replace('_', " "),
        name => format!("{name}, {}", part.replace('_', " ")),
    };
    match value {
        Value::Object(held) if held.is_empty() => {}
        // A dated value: the date is in its name already.
        Value::Object(held)
            if held.len() == 2 && held.contains_key("from") && held.contains_key("value") =>
        {
            gather(&held["value"], name, call, fields);
        }
        Value::Object(held) => {
            for (part, value) in held {
                gather(value, below(part), call, fields);
            }
        }
        Value::Array(held) if held.is_empty() => {}
        Value::Array(held)
            if held
                .iter()
                .all(|value| !value.is_object() && !value.is_array()) =>
        {
            let said: Vec<String> = held
                .iter()
                .map(|value| scalar(value, &name, call))
                .collect();
            fields.insert(name, said.join("; "));
        }
        Value::Array(held) => {
            for (place, value) in held.iter().enumerate() {
                gather(value, below(&numbered(place, value)), call, fields);
            }
        }
        Value::Null => {}
        value => {
            let said = scalar(value, &name, call);
            fields.insert(name, said);
        }
    }
}

/// What one of several is called: by its date, its scheme, or its place.
fn numbered(place: usize, value: &Value) -> String {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    match (
        text("from").and_then(|from| from.parse().ok()),
        text("scheme"),
    ) {
        (Some(When::Unknown), _) => "as first stated".into(),
        (Some(from), _) => format!("from {}", render::when(from)),
        (None, Some(scheme)) => scheme.to_owned(),
        (None, None) => (place + 1).to_string(),
    }
}

fn scalar(value: &Value, name: &str, call: &dyn Call) -> String {
    match value {
        Value::String(text) => {
            if let Ok(id) = text.parse::<RecordId>() {
                return call.call("", id);
            }
            let date = Some(text).filter(|text| text.contains('-') && *text != "unknown");
            let when = date.and_then(|text| text.parse().ok());
            when.map_or_else(|| text.clone(), render::when)
        }
        Value::Number(number) if name.ends_with("pence") => number
            .as_i64()
            .map_or_else(|| number.to_string(), |pence| Pence(pence).to_string()),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handback_core::contract::Contract;
    use handback_core::control::{Arrangement, Criticality, Mode, Service};
    use handback_core::dated::Dated;
    use handback_core::record::Kind;

    struct Named;
    impl Call for Named {
        fn call(&self, _: &'static str, id: RecordId) -> String {
            format!("number {}", id.0[0])
        }
    }

    fn told<K: Kind>(before: Option<&K>, after: &K) -> Vec<(String, String, String)> {
        let item = |record: &K| serde_json::to_vec(record).expect("plain data");
        let before = before.map(item);
        let after = item(after);
        let found = differences(
            K::NAME,
            before.as_deref().map(|item| (K::VERSION, item)),
            (K::VERSION, &after),
            &Named,
        );
        let words = |text: Option<String>| text.unwrap_or_else(|| "nothing".into());
        let found = found.expect("the form of today").into_iter();
        found
            .map(|it| (it.what, words(it.was), words(it.is)))
            .collect()
    }

    fn when(text: &str) -> When {
        text.parse().expect("a date")
    }

    fn three(told: &[(String, String, String)]) -> Vec<(&str, &str, &str)> {
        let told = told.iter();
        told.map(|(what, was, is)| (what.as_str(), was.as_str(), is.as_str()))
            .collect()
    }

    #[test]
    fn a_corrected_cell_is_told_by_its_heading() {
        let before = Service {
            name: "Payroll".into(),
            criticality: Some(Criticality::High),
            started: Some(When::Year(2006)),
            ..Service::default()
        };
        let after = Service {
            criticality: Some(Criticality::Critical),
            started: Some(when("2006-04-01")),
            ..before.clone()
        };
        assert_eq!(
            three(&told(Some(&before), &after)),
            [
                ("criticality", "high", "critical"),
                ("started", "2006", "1 April 2006")
            ]
        );
        assert_eq!(told(Some(&before), &before), []);
        assert_eq!(
            three(&told(None, &before)),
            [
                ("service", "nothing", "Payroll"),
                ("criticality", "nothing", "high"),
                ("started", "nothing", "2006")
            ]
        );
    }

    #[test]
    fn a_change_through_time_is_told_by_its_date() {
        let before = Arrangement {
            service: RecordId([1; 16]),
            mode: Dated::since(when("2006-04-01"), Mode::Supplier),
            provider: Dated::since(when("2006-04-01"), Some(RecordId([2; 16]))),
            contract: Dated::default(),
            facets: BTreeMap::new(),
            source: None,
        };
        let mut back = before.clone();
        back.mode.state(when("2019-08"), Mode::InHouse);
        back.provider.state(when("2019-08"), None);
        assert_eq!(
            three(&told(Some(&before), &back)),
            [("from August 2019", "nothing", "mode: in-house")]
        );
        let mut corrected = back.clone();
        corrected.mode.state(when("2019-08"), Mode::Shared);
        assert_eq!(
            three(&told(Some(&back), &corrected)),
            [("mode, from August 2019", "in-house", "shared")]
        );
        let mut dated = before.clone();
        dated.mode.state(when("2019-08-01"), Mode::InHouse);
        dated.provider.state(when("2019-08-01"), None);
        assert_eq!(
            three(&told(Some(&back), &dated)),
            [("from", "August 2019", "1 August 2019")]
        );
        assert_eq!(
            three(&told(Some(&back), &before)),
            [("from August 2019", "mode: in-house", "nothing")]
        );
    }

    #[test]
    fn kinds_without_a_table_are_told_field_by_field() {
        let before = Contract {
            title: "Network".into(),
            suppliers: [RecordId([3; 16])].into(),
            end: Dated::since(When::Unknown, when("2016-03-31")),
            ..Contract::default()
        };
        let mut after = before.clone();
        after.suppliers.insert(RecordId([4; 16]));
        after.end.state(when("2011-02-01"), when("2021-03-31"));
        assert_eq!(
            three(&told(Some(&before), &after)),
            [
                ("end, from 1 February 2011", "nothing", "31 March 2021"),
                ("suppliers", "number 3", "number 3; number 4")
            ]
        );
    }
}
