//! Which cells of one table are hidden.

use super::Audit;
use super::layers::{Dimension, Values, WHOLE};
use crate::engagement::response::Answer;
use crate::engagement::suppression::{self, Cell, Fault, TOTAL, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Every cell and margin of a table over some of the dimensions, with the answers in it.
pub(super) struct Rows<'a> {
    over: Vec<usize>,
    places: BTreeMap<Values, usize>,
    rows: Vec<(Values, Vec<&'a Answer>)>,
}

/// What is hidden of a table, row by row.
pub(super) struct Mask(Vec<bool>);

/// What is asked of a table.
#[derive(Clone, Copy)]
pub(super) struct Ask<'q> {
    pub(super) threshold: u64,
    /// Nothing but the whole may be shown.
    pub(super) is_small: bool,
    /// Which answers the table counts.
    pub(super) counts: &'q dyn Fn(&Answer) -> bool,
    /// Whether the figures of these answers, shown together, would tell what each of them said.
    pub(super) tells: &'q dyn Fn(&[&Answer]) -> bool,
    /// What is hidden already: of a table that counts only some of the answers, the cells of the table of all. Where
    /// its n is shown, nobody believes more of them.
    pub(super) hidden: Option<&'q dyn Fn(&Values) -> bool>,
}

impl Mask {
    pub(super) fn is_hidden(&self, rows: &Rows<'_>, values: &Values) -> bool {
        rows.places.get(values).is_none_or(|&row| self.0[row])
    }
}

impl<'a> Rows<'a> {
    pub(super) fn of(
        answers: &'a [Answer],
        dimensions: &[Dimension; 3],
        over: &[usize],
    ) -> Rows<'a> {
        let mut all: Vec<Values> = vec![WHOLE];
        for &dimension in over {
            let with = |value: usize| {
                all.iter().map(move |values| {
                    let mut values = *values;
                    values[dimension] = Some(value);
                    values
                })
            };
            let with: Vec<Values> = (0..dimensions[dimension].values.len())
                .flat_map(with)
                .collect();
            all.extend(with);
        }
        let mut rows: Vec<(Values, Vec<&Answer>)> =
            all.into_iter().map(|values| (values, Vec::new())).collect();
        for answer in answers {
            let mut has = WHOLE;
            over.iter()
                .for_each(|&dimension| has[dimension] = Some(dimensions[dimension].value(answer)));
            let within = rows.iter_mut().filter(|(values, _)| is_part(&has, values));
            within.for_each(|(_, answers)| answers.push(answer));
        }
        Rows {
            over: over.to_vec(),
            places: rows
                .iter()
                .enumerate()
                .map(|(row, (values, _))| (*values, row))
                .collect(),
            rows,
        }
    }

    pub(super) fn answers(&self, values: &Values) -> &[&'a Answer] {
        self.places
            .get(values)
            .map_or(&[], |&row| &self.rows[row].1)
    }

    /// What must be hidden, and what guards it.
    ///
    /// A cell that must be hidden whatever its n is taken out of the table before that is protected. Put back in, its
    /// answers add the same to every table that an attacker must reckon with, so that these stay as far apart; and a
    /// whole and its part differ by as much as before, or by the threshold and more.
    pub(super) fn mask(&self, ask: &Ask<'_>, audit: &mut Audit) -> Result<Mask, Fault> {
        audit.tables += 1;
        if (self.count(0, ask) as u64) < ask.threshold || self.must_hide(0, ask) {
            return Ok(self.all_hidden());
        }
        if ask.is_small {
            return Ok(self.whole(ask));
        }
        let mut out: BTreeSet<usize> = BTreeSet::new();
        let must = (0..self.rows.len()).filter(|&row| self.must_hide(row, ask));
        must.for_each(|row| out.extend(self.inner(row)));
        loop {
            let counts = self.counts(&out, ask);
            if counts[0] < ask.threshold {
                return Ok(self.whole(ask));
            }
            let suppressed = suppression::suppress(&self.table(&counts)?, ask.threshold);
            if suppressed.audit.recoverable_cells + suppressed.audit.exactly_known_cells > 0 {
                return Ok(self.whole(ask));
            }
            let hidden: Vec<bool> = suppressed.hidden.iter().map(Option::is_some).collect();
            let Some(line) = self.open_line(&hidden, ask) else {
                return Ok(Mask(hidden));
            };
            let shown = line[1..].iter().copied().filter(|&row| !hidden[row]);
            match shown.min_by_key(|&row| counts[row]) {
                Some(smallest) => out.extend(self.inner(smallest)),
                None => return Ok(self.whole(ask)),
            }
        }
    }

    /// Nothing is shown.
    pub(super) fn all_hidden(&self) -> Mask {
        Mask(vec![true; self.rows.len()])
    }

    /// The whole alone is shown, where that tells nothing of a cell.
    fn whole(&self, ask: &Ask<'_>) -> Mask {
        let hidden: Vec<bool> = (0..self.rows.len()).map(|row| row != 0).collect();
        match self.open_line(&hidden, ask) {
            Some(_) => self.all_hidden(),
            None => Mask(hidden),
        }
    }

    /// Whether a row may not be shown although it holds the threshold or more: fewer are hidden as they are.
    fn must_hide(&self, row: usize, ask: &Ask<'_>) -> bool {
        let (values, answers) = &self.rows[row];
        let is_large = self.count(row, ask) as u64 >= ask.threshold;
        is_large && ((ask.tells)(answers) || ask.hidden.is_some_and(|hidden| hidden(values)))
    }

    fn count(&self, row: usize, ask: &Ask<'_>) -> usize {
        self.rows[row]
            .1
            .iter()
            .filter(|answer| (ask.counts)(answer))
            .count()
    }

    /// The inner cells of a row, itself where it is one.
    fn inner(&self, row: usize) -> Vec<usize> {
        let whole = &self.rows[row].0;
        (0..self.rows.len())
            .filter(|&part| self.is_inner(part) && is_part(&self.rows[part].0, whole))
            .collect()
    }

    fn is_inner(&self, row: usize) -> bool {
        self.over
            .iter()
            .all(|&dimension| self.rows[row].0[dimension].is_some())
    }

    /// How many count in each row without those taken out.
    fn counts(&self, out: &BTreeSet<usize>, ask: &Ask<'_>) -> Vec<u64> {
        let mut counts = vec![0; self.rows.len()];
        for inner in (0..self.rows.len()).filter(|&row| self.is_inner(row) && !out.contains(&row)) {
            let n = self.count(inner, ask) as u64;
            let values = self.rows[inner].0;
            let within = (0..self.rows.len()).filter(|&row| is_part(&values, &self.rows[row].0));
            within.for_each(|row| counts[row] += n);
        }
        counts
    }

    /// The table by the places of values among their names, none of which can then be taken for a total.
    fn table(&self, counts: &[u64]) -> Result<Table, Fault> {
        let cell = |((values, _), n): (&(Values, Vec<&Answer>), &u64)| Cell {
            values: self
                .over
                .iter()
                .map(|&dimension| {
                    values[dimension].map_or(TOTAL.to_owned(), |value| value.to_string())
                })
                .collect(),
            n: *n,
        };
        let dimensions = self.over.iter().map(ToString::to_string).collect();
        Table::new(dimensions, self.rows.iter().zip(counts).map(cell).collect())
    }

    /// Each margin, followed by the rows that it is the sum of along one dimension.
    fn lines(&self) -> Vec<Vec<usize>> {
        let mut lines: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (row, (values, _)) in self.rows.iter().enumerate() {
            for &dimension in self
                .over
                .iter()
                .filter(|&&dimension| values[dimension].is_some())
            {
                let mut total = *values;
                total[dimension] = None;
                let total = self.places[&total];
                lines
                    .entry((total, dimension))
                    .or_insert_with(|| vec![total])
                    .push(row);
            }
        }
        lines.into_values().collect()
    }

    /// A line of which too much is told by what is left when what is shown of it is taken from its total.
    fn open_line(&self, hidden: &[bool], ask: &Ask<'_>) -> Option<Vec<usize>> {
        let is_open = |line: &Vec<usize>| !hidden[line[0]] && self.is_open(&line[1..], hidden, ask);
        self.lines().into_iter().find(is_open)
    }

    /// Whether the figures of all that is left tell what each of them said; or a count that is hidden as too small is
    /// known more closely than to the threshold, since no cell counts more than answered.
    fn is_open(&self, parts: &[usize], hidden: &[bool], ask: &Ask<'_>) -> bool {
        let left: Vec<usize> = parts.iter().copied().filter(|&row| hidden[row]).collect();
        let count = |row: usize| self.count(row, ask) as u64;
        let n: u64 = left.iter().map(|&row| count(row)).sum();
        let answers: Vec<&Answer> = left
            .iter()
            .flat_map(|&row| self.rows[row].1.iter().copied())
            .collect();
        if n > 0 && (ask.tells)(&answers) {
            return true;
        }
        let Some(is_hidden) = ask.hidden else {
            return false;
        };
        let most = |row: usize| match is_hidden(&self.rows[row].0) {
            true => n,
            false => n.min(self.rows[row].1.len() as u64),
        };
        let all: u64 = left.iter().map(|&row| most(row)).sum();
        let is_known = |&row: &usize| {
            let least = n.saturating_sub(all - most(row));
            count(row) < ask.threshold && most(row) - least < ask.threshold
        };
        left.iter().any(is_known)
    }
}

fn is_part(part: &Values, whole: &Values) -> bool {
    part.iter()
        .zip(whole)
        .all(|(part, whole)| whole.is_none() || part == whole)
}
