//! What a person means by editing a record of a table on a form: it changed on a date, we had it
//! wrong, or it has ended. (That it was never true is a withdrawal.)
//!
//! A record's rows are those of [`crate::table::Tabled::to_rows`], one for each date on which
//! something changed. An amendment answers with rows that state the record again.

use crate::dated::When;
use crate::kinds::Table;
use crate::table::Life;
use std::collections::{BTreeMap, BTreeSet};

/// An edit of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// *It changed on this date*: texts by heading, the date among them. Values that are not named
    /// stay as they were then; what a later row states stays too.
    Changed { values: BTreeMap<String, String> },
    /// *We had it wrong*: all rows as they should have been. Headings that do not change with time
    /// are taken from the first.
    Corrected { rows: Vec<Vec<String>> },
    /// *It has ended*, as the end heading of its table means it.
    Ended { on: When },
}

/// Why a record cannot be amended so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotAmend {
    #[error(
        "nothing here changes from one date to another: say that we had it wrong, and correct it"
    )]
    NothingChanges,
    #[error("nothing here can end: say that it changed, or that it was never true")]
    NothingEnds,
    #[error("{heading}: a date is needed, at least the year")]
    NoDate { heading: &'static str },
    #[error("{heading}: {value:?} is not a date: write 2019-08-01, 2019-08, 2019 or unknown")]
    NotADate {
        heading: &'static str,
        value: String,
    },
    #[error(
        "something is stated from {from} already: to change that, say that we had it wrong, and correct it"
    )]
    StatedFrom { from: When },
    #[error(
        "{heading} does not change from one date to another: say that we had it wrong, and correct it"
    )]
    HoldsForLife { heading: &'static str },
    #[error("{heading}: a blank leaves it as it was, {held}. {meaning}")]
    Blank {
        heading: &'static str,
        held: String,
        meaning: &'static str,
    },
    #[error("nothing is said to hold from this date: fill in {}", .headings.join(" or "))]
    SaysNothing { headings: &'static [&'static str] },
    #[error("something is stated from {from}, after the end: correct that first")]
    StatedAfterTheEnd { from: When },
    #[error("two rows begin on the same date, {from}: keep one")]
    TwoRowsFrom { from: When },
    #[error("no row is left: if it was never true, withdraw it")]
    NoRow,
    #[error("this is one row for ever: keep one")]
    OneRow,
    #[error("there is no heading {0:?} here")]
    NoHeading(String),
    #[error("a row has {found} cells where there are {headings} headings")]
    Cells { found: usize, headings: usize },
}

/// The rows that state the amended record, in date order.
pub fn amended(
    table: &Table,
    rows: &[Vec<String>],
    amendment: &Amendment,
) -> Result<Vec<Vec<String>>, CannotAmend> {
    match amendment {
        Amendment::Changed { values } => {
            let form = Form::of(table, rows)?.ok_or(CannotAmend::NothingChanges)?;
            form.changed(rows, values)
        }
        Amendment::Corrected { rows } => match Form::of(table, rows)? {
            Some(form) => form.corrected(rows),
            None if rows.len() > 1 => Err(CannotAmend::OneRow),
            None => Ok(rows.clone()),
        },
        Amendment::Ended { on } => {
            let form = Form::of(table, rows)?.ok_or(CannotAmend::NothingEnds)?;
            form.ended(rows, *on)
        }
    }
}

/// A table whose records change with time.
struct Form<'a> {
    table: &'a Table,
    life: Life,
    from: usize,
}

impl Form<'_> {
    /// Checks that the rows are of the table; none when its records do not change with time.
    fn of<'a>(table: &'a Table, rows: &[Vec<String>]) -> Result<Option<Form<'a>>, CannotAmend> {
        let headings = table.headings.len();
        if let Some(row) = rows.iter().find(|row| row.len() != headings) {
            let found = row.len();
            return Err(CannotAmend::Cells { found, headings });
        }
        if rows.is_empty() {
            return Err(CannotAmend::NoRow);
        }
        Ok(table.life.map(|life| Form {
            table,
            life,
            from: table
                .place(life.from)
                .expect("a life names headings of its table"),
        }))
    }

    fn is_dated(&self, place: usize) -> bool {
        place == self.from || self.is_value(place)
    }

    fn is_value(&self, place: usize) -> bool {
        self.life.values.contains(&self.table.headings[place].name)
    }

    /// Since when a row holds.
    fn begins(&self, row: &[String]) -> Result<When, CannotAmend> {
        match row[self.from].trim() {
            "" => Ok(When::Unknown),
            text => text.parse().map_err(|_| CannotAmend::NotADate {
                heading: self.life.from,
                value: text.into(),
            }),
        }
    }

    /// Whether a row states no value: it stands only for what holds for life.
    fn says_nothing(&self, row: &[String]) -> bool {
        let cells = row.iter().enumerate();
        let mut dated = cells.filter(|(place, _)| self.is_dated(*place));
        dated.all(|(_, cell)| cell.trim().is_empty())
    }

    fn changed(
        &self,
        rows: &[Vec<String>],
        values: &BTreeMap<String, String>,
    ) -> Result<Vec<Vec<String>>, CannotAmend> {
        let heading = self.life.from;
        let date = values.get(heading).map_or("", |date| date.trim());
        if date.is_empty() {
            return Err(CannotAmend::NoDate { heading });
        }
        let mut changed = rows[0].clone();
        changed[self.from] = date.into();
        let from = self.begins(&changed)?;
        let mut amended = Vec::with_capacity(rows.len() + 1);
        let mut place = 0;
        let mut held: Vec<String> = vec![String::new(); changed.len()];
        for cell in self.value_places() {
            changed[cell].clear();
        }
        for row in rows.iter().filter(|row| !self.says_nothing(row)) {
            let begins = self.begins(row)?;
            if begins == from {
                return Err(CannotAmend::StatedFrom { from });
            }
            if begins < from {
                place = amended.len() + 1;
                for cell in self.value_places() {
                    changed[cell].clone_from(&row[cell]);
                    if !row[cell].is_empty() {
                        held[cell].clone_from(&row[cell]);
                    }
                }
            }
            amended.push(row.clone());
        }
        for (name, text) in values.iter().filter(|(name, _)| *name != heading) {
            self.take(&mut changed, &held, name, text.trim())?;
        }
        let says = self.life.blank_stays;
        let blank = |name: &&'static str| {
            self.table
                .place(name)
                .is_none_or(|place| changed[place].is_empty())
        };
        if !says.is_empty() && says.iter().all(blank) {
            return Err(CannotAmend::SaysNothing { headings: says });
        }
        amended.insert(place, changed);
        Ok(amended)
    }

    fn value_places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.table.headings.len()).filter(|place| self.is_value(*place))
    }

    /// Put a new value into a row; `held` is what held before it.
    fn take(
        &self,
        row: &mut [String],
        held: &[String],
        name: &str,
        text: &str,
    ) -> Result<(), CannotAmend> {
        let place = self.table.place(name);
        let place = place.ok_or_else(|| CannotAmend::NoHeading(name.into()))?;
        let heading = &self.table.headings[place];
        let name = heading.name;
        if !self.is_value(place) {
            // A form may send along what it shows.
            return match row[place] == text {
                true => Ok(()),
                false => Err(CannotAmend::HoldsForLife { heading: name }),
            };
        }
        if text.is_empty() && !held[place].is_empty() && self.life.blank_stays.contains(&name) {
            return Err(CannotAmend::Blank {
                heading: name,
                held: held[place].clone(),
                meaning: heading.meaning,
            });
        }
        row[place] = text.into();
        Ok(())
    }

    fn corrected(&self, rows: &[Vec<String>]) -> Result<Vec<Vec<String>>, CannotAmend> {
        let mut dates = BTreeSet::new();
        let mut dated: Vec<(When, Vec<String>)> = Vec::with_capacity(rows.len());
        for row in rows {
            let from = self.begins(row)?;
            if !dates.insert(from) {
                return Err(CannotAmend::TwoRowsFrom { from });
            }
            let mut row = row.clone();
            for place in (0..row.len()).filter(|place| !self.is_dated(*place)) {
                row[place].clone_from(&rows[0][place]);
            }
            dated.push((from, row));
        }
        dated.sort_by_key(|(from, _)| *from);
        Ok(dated.into_iter().map(|(_, row)| row).collect())
    }

    fn ended(&self, rows: &[Vec<String>], on: When) -> Result<Vec<Vec<String>>, CannotAmend> {
        let heading = self.life.end.ok_or(CannotAmend::NothingEnds)?;
        if on == When::Unknown {
            return Err(CannotAmend::NoDate { heading });
        }
        let place = self
            .table
            .place(heading)
            .expect("a life names headings of its table");
        let mut ended = rows.to_vec();
        for row in &mut ended {
            let from = self.begins(row)?;
            if from > on {
                return Err(CannotAmend::StatedAfterTheEnd { from });
            }
            row[place] = on.to_string();
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{Arrangement, Mode, Service};
    use crate::kinds::tests::{Directory, record_of, stated_of};
    use crate::kinds::{self, FORMS};
    use crate::organisation::Organisation;
    use jiff::ToSpan;
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    fn table(kind: &str) -> &'static Table {
        kinds::form(kind).expect("a form")
    }

    fn texts(rows: &[&[&str]]) -> Vec<Vec<String>> {
        let row = |row: &&[&str]| row.iter().map(|&text| text.to_owned()).collect();
        rows.iter().map(row).collect()
    }

    fn values(values: &[(&str, &str)]) -> Amendment {
        let values = values
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Amendment::Changed {
            values: values.collect(),
        }
    }

    /// A service with two yearly costs.
    fn telephony() -> Vec<Vec<String>> {
        texts(&[
            &[
                "Telephony",
                "S-1",
                "",
                "high",
                "",
                "",
                "100.00",
                "2015",
                "yes",
                "",
                "",
                "",
            ],
            &[
                "Telephony",
                "S-1",
                "",
                "high",
                "",
                "",
                "120.00",
                "2019-08-01",
                "yes",
                "",
                "",
                "",
            ],
        ])
    }

    #[test]
    fn a_change_stands_between_the_dates_around_it() {
        let change = values(&[("cost from", "2018-04-01"), ("yearly cost", "90")]);
        let amended = amended(table("service"), &telephony(), &change).expect("a change");
        let costs: Vec<_> = amended
            .iter()
            .map(|row| (&row[7][..], &row[6][..], &row[8][..]))
            .collect();
        assert_eq!(
            costs,
            [
                ("2015", "100.00", "yes"),
                ("2018-04-01", "90", "yes"),
                ("2019-08-01", "120.00", "yes")
            ]
        );
        assert!(amended.iter().all(|row| row[1] == "S-1"));
    }

    #[test]
    fn what_is_no_change_is_refused_in_words() {
        for (change, words) in [
            (
                &[("yearly cost", "90")][..],
                "cost from: a date is needed, at least the year",
            ),
            (
                &[("cost from", "soon"), ("yearly cost", "90")],
                "cost from: \"soon\" is not a date: write 2019-08-01, 2019-08, 2019 or unknown",
            ),
            (
                &[("cost from", "2015"), ("yearly cost", "90")],
                "something is stated from 2015 already: to change that, say that we had it wrong, and correct it",
            ),
            (
                &[("cost from", "2016"), ("criticality", "low")],
                "criticality does not change from one date to another: say that we had it wrong, and correct it",
            ),
            (
                &[("cost from", "2016"), ("yearly cost", "")],
                "yearly cost: a blank leaves it as it was, 100.00. What it costs in a year, staff included.",
            ),
            (
                &[("cost from", "2014"), ("cost includes staff", "no")],
                "nothing is said to hold from this date: fill in yearly cost",
            ),
            (
                &[("cost from", "2016"), ("colour", "red")],
                "there is no heading \"colour\" here",
            ),
        ] {
            let refused =
                amended(table("service"), &telephony(), &values(change)).expect_err(words);
            assert_eq!(refused.to_string(), words);
        }
        let event = texts(&[&["Return", "2019", "", "", "Minutes"]]);
        let refused = |amendment: &Amendment| amended(table("event"), &event, amendment);
        assert_eq!(refused(&values(&[])), Err(CannotAmend::NothingChanges));
        assert_eq!(
            refused(&Amendment::Ended {
                on: When::Year(2020)
            }),
            Err(CannotAmend::NothingEnds)
        );
        let rows = vec![event[0].clone(), event[0].clone()];
        assert_eq!(
            refused(&Amendment::Corrected { rows }),
            Err(CannotAmend::OneRow)
        );
        assert_eq!(
            refused(&Amendment::Corrected {
                rows: event.clone()
            }),
            Ok(event.clone())
        );
    }

    #[test]
    fn the_first_cost_takes_the_place_of_none() {
        let mut none = vec![telephony()[0].clone()];
        none[0][6..9].fill(String::new());
        let change = values(&[("cost from", "unknown"), ("yearly cost", "90")]);
        let amended = amended(table("service"), &none, &change).expect("a change");
        assert_eq!(amended.len(), 1);
        assert_eq!(amended[0][6..9], ["90", "unknown", ""]);
    }

    #[test]
    fn a_correction_may_take_rows_away_and_renames_everywhere() {
        let mut rows = telephony();
        rows.swap(0, 1);
        rows[0][0] = "Telephones".into();
        let corrected = |rows: Vec<Vec<String>>| {
            amended(
                table("service"),
                &telephony(),
                &Amendment::Corrected { rows },
            )
        };
        let both = corrected(rows.clone()).expect("a correction");
        let seen: Vec<_> = both.iter().map(|row| (&row[0][..], &row[7][..])).collect();
        assert_eq!(seen, [("Telephones", "2015"), ("Telephones", "2019-08-01")]);
        assert_eq!(
            corrected(vec![rows[0].clone()])
                .expect("one row less")
                .len(),
            1
        );
        assert_eq!(corrected(Vec::new()), Err(CannotAmend::NoRow));
        rows[1][7] = "2019-08-01".into();
        assert!(matches!(
            corrected(rows),
            Err(CannotAmend::TwoRowsFrom { .. })
        ));
    }

    #[test]
    fn an_end_is_stated_in_the_heading_for_it() {
        let end = |day| Amendment::Ended { on: When::Day(day) };
        let ended =
            amended(table("service"), &telephony(), &end(date(2021, 3, 31))).expect("an end");
        let mut directory = Directory::default();
        let service: Service = record_of(&ended, &mut directory).expect("reads");
        assert_eq!(service.ended, Some(When::Day(date(2021, 3, 31))));
        let early = amended(table("service"), &telephony(), &end(date(2018, 3, 31)));
        assert!(matches!(early, Err(CannotAmend::StatedAfterTheEnd { .. })));
        let blank = Amendment::Ended { on: When::Unknown };
        assert!(matches!(
            amended(table("service"), &telephony(), &blank),
            Err(CannotAmend::NoDate { heading: "ended" })
        ));
    }

    #[test]
    fn an_arrangement_that_ended_is_unknown_from_the_next_day() {
        let mut directory = Directory::default();
        directory.id("Telephony");
        let rows = texts(&[
            &[
                "Telephony",
                "supplier",
                "Northmere",
                "",
                "2006",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
            ],
            &[
                "Telephony",
                "in-house",
                "",
                "",
                "2019-08-01",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
            ],
        ]);
        let end = Amendment::Ended {
            on: When::Day(date(2021, 3, 31)),
        };
        let rows = amended(table("arrangement"), &rows, &end).expect("an end");
        let ended: Arrangement = record_of(&rows, &mut directory).expect("reads");
        let on = |day| ended.mode.on(day).certain().copied();
        assert_eq!(
            [
                on(date(2019, 7, 31)),
                on(date(2021, 3, 31)),
                on(date(2021, 4, 1))
            ],
            [
                Some(Mode::Supplier),
                Some(Mode::InHouse),
                Some(Mode::Unknown)
            ]
        );
    }

    #[test]
    fn an_owner_can_be_nobody_from_a_date_on() {
        let rows = texts(&[&[
            "Northmere",
            "",
            "",
            "",
            "Northmere Group",
            "2006",
            "",
            "",
            "",
        ]]);
        let sold = values(&[("from", "2020"), ("parent", "-")]);
        let rows = amended(table("organisation"), &rows, &sold).expect("a change");
        let mut directory = Directory::default();
        let sold: Organisation = record_of(&rows, &mut directory).expect("reads");
        assert_eq!(sold.parent.on(date(2021, 1, 1)).certain(), Some(&None));
        let again = crate::table::Tabled::to_rows(&sold, &directory);
        let again: Organisation = record_of(&again, &mut directory).expect("reads");
        assert_eq!(again, sold);
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (0i32..4_000).prop_map(|days| date(2010, 1, 1) + days.days())
    }

    /// Rows of an arrangement that begin on these days.
    fn arranged(life: &BTreeMap<Date, u8>) -> Vec<Vec<String>> {
        let row = |(from, word): (&Date, &u8)| {
            let mut row: Vec<String> = vec![String::new(); table("arrangement").headings.len()];
            row[0] = "Telephony".into();
            row[1] = Mode::ALL[usize::from(*word)].word().into();
            row[4] = from.to_string();
            row[6] = ["supplier", "", "both", "authority", "unknown"][usize::from(*word)].into();
            row[11] = "Minutes".into();
            row
        };
        life.iter().map(row).collect()
    }

    proptest! {
        #[test]
        fn a_change_alters_nothing_outside_its_span(
            life in proptest::collection::btree_map(any_day(), 0u8..5, 1..6),
            from in any_day(),
            word in 0usize..5,
            probe in any_day(),
        ) {
            prop_assume!(!life.contains_key(&from));
            let mut directory = Directory::default();
            directory.id("Telephony");
            let table = table("arrangement");
            let rows = arranged(&life);
            let mode = Mode::ALL[word];
            let change = values(&[("from", &from.to_string()), ("mode", mode.word())]);
            let changed = amended(table, &rows, &change).expect("a free date");
            let before: Arrangement = record_of(&rows, &mut directory).expect("reads");
            let after: Arrangement = record_of(&changed, &mut directory).expect("reads");
            let next = life.keys().find(|day| **day > from);
            if probe < from || next.is_some_and(|next| probe >= *next) {
                prop_assert_eq!(after.mode.on(probe), before.mode.on(probe));
            } else {
                prop_assert_eq!(after.mode.on(probe).certain(), Some(&mode));
            }
            for (facet, held) in &before.facets {
                let before = held.on(probe).certain().copied().flatten();
                prop_assert_eq!(after.facets[facet].on(probe).certain().copied().flatten(), before);
            }
            prop_assert_eq!(after.source, before.source);
        }

        #[test]
        fn a_correction_with_the_same_rows_is_none(life in proptest::collection::btree_map(any_day(), 0u8..5, 1..6)) {
            let rows = arranged(&life);
            let same = Amendment::Corrected { rows: rows.clone() };
            prop_assert_eq!(amended(table("arrangement"), &rows, &same), Ok(rows));
        }

        /// Whatever a person types under any heading of any form: the rows state a record, or every
        /// fault names a heading of the table.
        #[test]
        fn what_is_amended_reads_or_says_where_it_does_not(
            form in 0..FORMS.len(),
            heading in any::<prop::sample::Index>(),
            text in prop_oneof![Just(String::new()), Just("2012".into()), Just("-5".into()), "[a-z; ]{0,6}"],
        ) {
            let table = &FORMS[form];
            let mut directory = Directory::of(table);
            let mut rows = vec![table.headings.iter().map(|heading| heading.example.to_owned()).collect::<Vec<_>>()];
            let place = heading.index(table.headings.len());
            rows[0][place] = text;
            let corrected = Amendment::Corrected { rows };
            let rows = amended(table, &[vec![String::new(); table.headings.len()]], &corrected);
            let Ok(rows) = rows else { return Ok(()) };
            for heading in stated_of(table, &rows, &mut directory).err().unwrap_or_default() {
                prop_assert!(table.place(heading).is_some(), "{heading}");
            }
        }
    }
}
