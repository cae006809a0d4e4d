//! What a charge comes to, stretch by stretch: what should have been paid.

use super::{Charge, Indices, Per, Thousandths, Volume};
use crate::dated::When;
use crate::pence::Pence;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// Of a charge without an end no more stretches than this are looked at.
const MOST: usize = 1_200;

/// A span of days and what is charged for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    pub from: Date,
    pub to: Date,
    pub pence: Pence,
    /// What the same would be as agreed, before any index.
    pub agreed: Pence,
}

/// What is missing to say what a charge comes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "missing")]
pub enum Missing {
    /// Its first or last day, and the contract's, are not known to the day.
    Days,
    /// The figure of an index for a month, without which the price of the days from one to another is
    /// not known.
    Figure {
        index: String,
        month: When,
        from: Date,
        to: Date,
    },
    Volume {
        month: When,
    },
}

impl Missing {
    /// Whether what a charge comes to in a span of days is not known for it.
    pub fn concerns(&self, from: Date, to: Date) -> bool {
        match self {
            Missing::Days => true,
            Missing::Figure {
                from: first,
                to: last,
                ..
            } => *first <= to && *last >= from,
            Missing::Volume { month } => {
                let (first, last) = (month.earliest(), month.latest());
                first.is_none_or(|first| first <= to) && last.is_none_or(|last| last >= from)
            }
        }
    }
}

/// What a charge comes to up to a day: the stretches that are known, and what is missing for others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Owed {
    pub stretches: Vec<Stretch>,
    pub missing: Vec<Missing>,
}

impl Owed {
    /// What is charged for the days of a span: of a stretch that lies in it in part, by days, rounded
    /// to the penny so that the parts of a stretch add up to it.
    pub fn during(&self, from: Date, to: Date) -> Pence {
        self.sum(from, to, |stretch| stretch.pence)
    }

    /// The same as agreed, before any index.
    pub fn agreed_during(&self, from: Date, to: Date) -> Pence {
        self.sum(from, to, |stretch| stretch.agreed)
    }

    fn sum(&self, from: Date, to: Date, of: fn(&Stretch) -> Pence) -> Pence {
        let part = |stretch: &Stretch| {
            let before = |day: Date| {
                let days = i128::from((day - stretch.from).get_days());
                let all = i128::from((stretch.to - stretch.from).get_days()) + 1;
                share(of(stretch), days.clamp(0, all), all)
            };
            before(to.saturating_add(1.day())) - before(from)
        };
        self.stretches.iter().map(part).sum()
    }
}

/// A part of an amount, to the nearest penny, halves away from zero.
fn share(pence: Pence, part: i128, whole: i128) -> Pence {
    let product = i128::from(pence.0) * part;
    let doubled = product * 2 + whole * product.signum();
    Pence(i64::try_from(doubled / (whole * 2)).expect("a part of an amount is no larger than it"))
}

/// What a charge comes to for the stretches that begin on `day` or before. `term` is the contract's own
/// first and last day.
pub fn owed(
    charge: &Charge,
    volumes: &[&Volume],
    indices: &Indices,
    term: (Option<Date>, Option<Date>),
    day: Date,
) -> Owed {
    let stated = |when: Option<When>, term: Option<Date>| match when {
        Some(When::Day(day)) => Some(day),
        Some(_) => None,
        None => term,
    };
    let Some(first) = stated(charge.from, term.0) else {
        return Owed {
            stretches: Vec::new(),
            missing: vec![Missing::Days],
        };
    };
    let last = match (charge.per, stated(charge.to, term.1)) {
        (Per::Once, _) => first,
        (_, Some(last)) => last,
        (_, None) => {
            return Owed {
                stretches: Vec::new(),
                missing: vec![Missing::Days],
            };
        }
    };
    let months = match charge.per {
        Per::Year => 12,
        Per::Quarter => 3,
        Per::Month | Per::Unit => 1,
        Per::Once => 0,
    };
    let mut prices = Prices::of(charge, indices);
    let mut owed = Owed::default();
    for place in 0..MOST {
        let step = i32::try_from(place).expect("few stretches") * months;
        let from = first.saturating_add(step.months());
        if from > last.min(day) || (months == 0 && place > 0) {
            break;
        }
        let next = first.saturating_add((step + months.max(1)).months());
        let whole_to = next.saturating_sub(1.day());
        let to = if months == 0 {
            from
        } else {
            whole_to.min(last)
        };
        let years = usize::try_from(step / 12).unwrap_or_default();
        let price = match prices.after(years) {
            Ok(price) => price,
            Err((index, month)) => {
                owed.missing.push(Missing::Figure {
                    index,
                    month,
                    from,
                    to,
                });
                continue;
            }
        };
        let units = match charge.per {
            Per::Unit => {
                let month = When::Month(from.year(), from.month());
                let held = volumes.iter().find(|volume| volume.month == month);
                let Some(volume) = held else {
                    owed.missing.push(Missing::Volume { month });
                    continue;
                };
                volume.units
            }
            _ => 1,
        };
        let times = |pence: Pence| Pence(pence.0.saturating_mul(units));
        // The last stretch may be cut short by the end: charged by days.
        let days = i128::from((to - from).get_days()) + 1;
        let all = match months {
            0 => days,
            _ => i128::from((whole_to - from).get_days()) + 1,
        };
        let cut = |pence: Pence| match charge.per {
            Per::Unit => times(pence),
            _ => share(times(pence), days, all),
        };
        owed.stretches.push(Stretch {
            from,
            to,
            pence: cut(price),
            agreed: cut(charge.amount),
        });
    }
    owed.missing.sort();
    owed.missing.dedup();
    owed
}

/// The index and the month of a figure that is not on record.
type Unpublished = (String, When);

/// The price of a charge year by year, as its index moves it. Without caps the amount is counted anew
/// from the agreed one, so that roundings do not pile up; with them each year follows from the last.
struct Prices<'a> {
    charge: &'a Charge,
    indices: &'a Indices,
    years: Vec<Result<Pence, Unpublished>>,
}

impl<'a> Prices<'a> {
    fn of(charge: &'a Charge, indices: &'a Indices) -> Prices<'a> {
        Prices {
            charge,
            indices,
            years: vec![Ok(charge.amount)],
        }
    }

    fn after(&mut self, years: usize) -> Result<Pence, Unpublished> {
        while self.years.len() <= years {
            let price = self.next();
            self.years.push(price);
        }
        self.years[years].clone()
    }

    fn next(&self) -> Result<Pence, Unpublished> {
        let (index, month) = match (&self.charge.index, self.charge.index_month) {
            (Some(index), Some(When::Month(year, month))) => (index, (year, month)),
            _ => return Ok(self.charge.amount),
        };
        let figure = |years: usize| -> Result<Thousandths, Unpublished> {
            let (year, of_year) = month;
            let year = year + i16::try_from(years).unwrap_or(i16::MAX - year);
            let held = self.indices.figure(index, (year, of_year));
            held.ok_or((index.clone(), When::Month(year, of_year)))
        };
        let years = self.years.len();
        let moved =
            |pence: Pence, from: i64, to: i64| share(pence, i128::from(to), i128::from(from));
        if self.charge.cap.is_none() && self.charge.floor.is_none() {
            return Ok(moved(self.charge.amount, figure(0)?, figure(years)?));
        }
        let before = self.years[years - 1].clone()?;
        let free = moved(before, figure(years - 1)?, figure(years)?);
        let bound = |rise: i64| share(before, i128::from(1_000 + rise), 1_000);
        let capped = self.charge.cap.map_or(free, |cap| free.min(bound(cap)));
        Ok(self
            .charge
            .floor
            .map_or(capped, |floor| capped.max(bound(floor))))
    }
}
