//! Why published totals differ: one question, counted in every way that the data can answer, and the
//! steps that lead from one total to another.
//!
//! A count is made by five choices. A step changes one of them, in the order of [`Choice::ALL`]: who is
//! counted first, since that is what people most often mean differently, and which date last. The amount of
//! a step depends on the steps before it; their sum never does.

use super::YearBasis;
use crate::dated::Period;
use crate::import::VatBasis;
use crate::pence::Pence;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Whose payments are counted. Each holds the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entities {
    /// The one printed name under which the organisation was paid most.
    OneName,
    /// Every printed name that means the organisation.
    Organisation,
    /// Every firm that was in its group on the day of the payment.
    Group,
    /// Every firm that was ever in the group, and those whose functions they took over.
    WithPredecessors,
}

/// Which payments are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Breadth {
    /// What counts as technology, as decided or else proposed.
    Technology,
    Everything,
}

/// With or without VAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vat {
    /// As each file prints it, whether or not it says.
    AsPrinted,
    Net,
    Gross,
}

/// The date by which a payment falls in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dates {
    /// As each file prints it, whichever date that is.
    AsPrinted,
    Payment,
    Invoice,
}

/// One way to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Choices {
    pub entities: Entities,
    pub breadth: Breadth,
    pub vat: Vat,
    pub years: YearBasis,
    pub dates: Dates,
}

/// One of the choices that make a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    Entities,
    Breadth,
    Vat,
    Years,
    Dates,
}

const ENTITIES: &[&str] = &["one-name", "organisation", "group", "with-predecessors"];
const BREADTHS: &[&str] = &["technology", "everything"];
const VATS: &[&str] = &["as-printed", "net", "gross"];
const YEARS: &[&str] = &["calendar", "financial"];
const DATES: &[&str] = &["as-printed", "payment", "invoice"];

/// A choice whose values have words in tables, in their order.
pub trait Worded: Copy + PartialEq + 'static {
    const WORDS: &'static [&'static str];
    const ALL: &'static [Self];

    /// As tables have it.
    fn word(self) -> &'static str {
        let place = Self::ALL.iter().position(|known| *known == self);
        Self::WORDS[place.unwrap_or_default()]
    }

    fn from_word(word: &str) -> Option<Self> {
        let place = Self::WORDS.iter().position(|known| *known == word)?;
        Some(Self::ALL[place])
    }
}

impl Worded for Entities {
    const WORDS: &'static [&'static str] = ENTITIES;
    const ALL: &'static [Entities] = &[
        Entities::OneName,
        Entities::Organisation,
        Entities::Group,
        Entities::WithPredecessors,
    ];
}

impl Worded for Breadth {
    const WORDS: &'static [&'static str] = BREADTHS;
    const ALL: &'static [Breadth] = &[Breadth::Technology, Breadth::Everything];
}

impl Worded for Vat {
    const WORDS: &'static [&'static str] = VATS;
    const ALL: &'static [Vat] = &[Vat::AsPrinted, Vat::Net, Vat::Gross];
}

impl Worded for YearBasis {
    const WORDS: &'static [&'static str] = YEARS;
    const ALL: &'static [YearBasis] = &[YearBasis::Calendar, YearBasis::Financial];
}

impl Worded for Dates {
    const WORDS: &'static [&'static str] = DATES;
    const ALL: &'static [Dates] = &[Dates::AsPrinted, Dates::Payment, Dates::Invoice];
}

impl Choice {
    /// In the order in which steps change them.
    pub const ALL: [Choice; 5] = [
        Choice::Entities,
        Choice::Breadth,
        Choice::Vat,
        Choice::Years,
        Choice::Dates,
    ];

    /// `from` with this choice as `to` has it.
    fn taken(self, from: Choices, to: Choices) -> Choices {
        match self {
            Choice::Entities => Choices {
                entities: to.entities,
                ..from
            },
            Choice::Breadth => Choices {
                breadth: to.breadth,
                ..from
            },
            Choice::Vat => Choices {
                vat: to.vat,
                ..from
            },
            Choice::Years => Choices {
                years: to.years,
                ..from
            },
            Choice::Dates => Choices {
                dates: to.dates,
                ..from
            },
        }
    }
}

/// The years that a question is about: those that begin in `first` to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Years {
    pub first: i16,
    pub last: i16,
}

impl Years {
    /// The days of these years; none when they are no years or run backwards.
    pub fn days(self, basis: YearBasis) -> Option<Period> {
        let (month, after) = match basis {
            YearBasis::Calendar => (1, self.last.checked_add(1)?),
            YearBasis::Financial => (4, self.last.checked_add(1)?),
        };
        let from = Date::new(self.first, month, 1).ok()?;
        let to = Date::new(after, month, 1).ok()?.yesterday().ok()?;
        (from <= to).then(|| Period::new(from, to))
    }
}

/// Whether payments lie in a span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inside {
    No,
    /// The printed date is a month or period of which a part lies inside.
    Perhaps,
    Yes,
}

/// What the date that a file prints is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateBasis {
    Payment,
    Invoice,
    NotStated,
}

impl DateBasis {
    /// By the heading of the column that was taken as the date.
    pub fn of_heading(heading: &str) -> DateBasis {
        let heading = heading.to_lowercase();
        let holds = |words: &[&str]| words.iter().any(|word| heading.contains(word));
        match (
            holds(&["pay", "paid", "cleared", "transaction"]),
            holds(&["invoice", "tax point"]),
        ) {
            // "Invoice Payment Date" is the day on which the invoice was paid.
            (true, _) => DateBasis::Payment,
            (false, true) => DateBasis::Invoice,
            (false, false) => DateBasis::NotStated,
        }
    }
}

/// Payments that every way of counting treats alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The narrowest choice that holds them.
    pub entities: Entities,
    pub is_technology: bool,
    pub calendar: Inside,
    pub financial: Inside,
    pub dates: DateBasis,
    /// What the file says of the amount printed.
    pub vat: VatBasis,
    pub payments: u64,
    pub pence: Pence,
    /// None where the file does not let it be told.
    pub net: Option<Pence>,
    pub gross: Option<Pence>,
}

impl Lot {
    fn inside(&self, years: YearBasis) -> Inside {
        match years {
            YearBasis::Calendar => self.calendar,
            YearBasis::Financial => self.financial,
        }
    }

    fn amount(&self, vat: Vat) -> Option<Pence> {
        match vat {
            Vat::AsPrinted => Some(self.pence),
            Vat::Net => self.net,
            Vat::Gross => self.gross,
        }
    }

    fn is_dated(&self, dates: Dates) -> bool {
        match dates {
            Dates::AsPrinted => true,
            Dates::Payment => self.dates == DateBasis::Payment,
            Dates::Invoice => self.dates == DateBasis::Invoice,
        }
    }
}

/// Payments, and what they come to as printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Printed {
    pub payments: u64,
    pub pence: Pence,
}

impl Printed {
    fn add(&mut self, lot: &Lot) {
        self.payments += lot.payments;
        self.pence += lot.pence;
    }
}

/// What one way of counting comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Count {
    Told {
        payments: u64,
        pence: Pence,
        /// Not counted: a part of the month or period that is printed lies outside the years.
        perhaps: Printed,
    },
    /// The files do not say with or without VAT for these, so that no exact count can be made.
    VatNotStated(Printed),
    /// The files print another date for these, or do not say which date it is.
    OtherDate(Printed),
}

impl Count {
    /// The amount, where it can be told.
    pub fn pence(self) -> Option<Pence> {
        match self {
            Count::Told { pence, .. } => Some(pence),
            Count::VatNotStated(_) | Count::OtherDate(_) => None,
        }
    }
}

/// Count in one way.
pub fn count(lots: &[Lot], choices: Choices) -> Count {
    let meant = lots.iter().filter(|lot| {
        lot.entities <= choices.entities
            && (lot.is_technology || choices.breadth == Breadth::Everything)
            && lot.inside(choices.years) > Inside::No
    });
    let (mut payments, mut pence) = (0, Pence::ZERO);
    let [mut perhaps, mut undated, mut untold] = [Printed::default(); 3];
    for lot in meant {
        match lot.amount(choices.vat) {
            _ if !lot.is_dated(choices.dates) => undated.add(lot),
            None => untold.add(lot),
            Some(_) if lot.inside(choices.years) == Inside::Perhaps => perhaps.add(lot),
            Some(amount) => {
                payments += lot.payments;
                pence += amount;
            }
        }
    }
    if undated.payments > 0 {
        Count::OtherDate(undated)
    } else if untold.payments > 0 {
        Count::VatNotStated(untold)
    } else {
        Count::Told {
            payments,
            pence,
            perhaps,
        }
    }
}

/// Every way to count, in the order of the choices. "As printed" is left out where all files say the
/// same: it would only repeat another line.
pub fn ways(lots: &[Lot]) -> Vec<Choices> {
    let all = |is: &dyn Fn(&Lot) -> bool| !lots.is_empty() && lots.iter().all(is);
    let says = |vat| all(&|lot: &Lot| lot.vat == vat);
    let dated = |dates| all(&|lot: &Lot| lot.dates == dates);
    let vats = &Vat::ALL[usize::from(says(VatBasis::Net) || says(VatBasis::Gross))..];
    let dates = &Dates::ALL[usize::from(dated(DateBasis::Payment) || dated(DateBasis::Invoice))..];
    let mut ways = Vec::new();
    for &entities in Entities::ALL {
        for &breadth in Breadth::ALL {
            for &vat in vats {
                for &years in YearBasis::ALL {
                    ways.extend(dates.iter().map(|&dates| Choices {
                        entities,
                        breadth,
                        vat,
                        years,
                        dates,
                    }));
                }
            }
        }
    }
    ways
}

/// One step from a total towards another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What changes: one choice, or several where the count between them cannot be told.
    pub changed: Vec<Choice>,
    pub now: Choices,
    /// What the change adds; negative where it takes away.
    pub pence: Pence,
    /// What is counted after it.
    pub reached: Pence,
}

/// The steps from one count to another, changing the choices in `order`; a choice that both share is no
/// step. None where one of the two cannot be told.
pub fn steps(
    from: Choices,
    to: Choices,
    order: &[Choice; 5],
    counted: impl Fn(Choices) -> Option<Pence>,
) -> Option<Vec<Step>> {
    let mut at = counted(from)?;
    counted(to)?;
    let (mut now, mut steps, mut changed) = (from, Vec::new(), Vec::new());
    for choice in order {
        let next = choice.taken(now, to);
        if next == now {
            continue;
        }
        now = next;
        changed.push(*choice);
        if let Some(reached) = counted(now) {
            steps.push(Step {
                changed: std::mem::take(&mut changed),
                now,
                pence: reached - at,
                reached,
            });
            at = reached;
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests;
