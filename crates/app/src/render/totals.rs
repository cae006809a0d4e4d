//! Ways of counting and the steps between totals, in words: for the command line and for pages.

use crate::words;
use handback_core::money::published::LegOf;
use handback_core::money::totals::{Choice, Choices, Count, Dates, Entities, Printed, Vat, Worded};
use handback_core::pence::Pence;
use handback_core::statement::TotalsAnswer;
use std::collections::BTreeMap;

fn word<T: Worded>(list: &'static str, choice: T) -> &'static str {
    words::word(list, choice.word()).unwrap_or(choice.word())
}

/// What one choice is in a way of counting.
pub fn choice(choice: Choice, way: Choices) -> &'static str {
    match choice {
        Choice::Entities => word("entities", way.entities),
        Choice::Breadth => word("breadth", way.breadth),
        Choice::Vat => word("vat-counted", way.vat),
        Choice::Years => word("years-counted", way.years),
        Choice::Dates => word("dates-counted", way.dates),
    }
}

/// A way of counting: `the whole group, everything, net of VAT, financial years, by date of payment`.
pub fn way(way: Choices) -> String {
    Choice::ALL.map(|it| choice(it, way)).join(", ")
}

/// What a leg of an account does: `Count the whole group`.
pub fn leg(leg: &LegOf) -> String {
    match leg {
        LegOf::Counted { changed, now } => {
            let now: Vec<&str> = changed.iter().map(|it| choice(*it, *now)).collect();
            format!("Count {}", now.join(", "))
        }
        LegOf::NotExplained {
            published: Some(title),
        } => format!("Not explained: between “{title}” and the nearest count"),
        LegOf::NotExplained { published: None } => {
            "Not explained: nothing on file can be counted".into()
        }
    }
}

/// An amount that is added or taken away: `+£5.00`, `−£5.00`.
pub fn signed(pence: Pence) -> String {
    match pence < Pence::ZERO {
        true => format!("−{}", pence.abs()),
        false => format!("+{pence}"),
    }
}

/// What cannot be counted, and why: one sentence for each choice of VAT or date that no count has.
pub fn cannot(answer: &TotalsAnswer) -> Vec<String> {
    let told = |is: &dyn Fn(Choices) -> bool| answer.told().any(|(way, _)| is(way));
    let mut reasons = Vec::new();
    let widest = |is: &dyn Fn(Choices) -> bool| {
        let counts = answer.counts.iter().rev().filter(|it| is(it.choices));
        let mut untold = counts.filter(|it| it.count.pence().is_none());
        untold.next().map(|it| it.count)
    };
    for &vat in Vat::ALL {
        if !told(&|way| way.vat == vat) && told(&|way| way.vat != vat) {
            let silent = widest(&|way| way.vat == vat && told(&|told| told.dates == way.dates));
            if let Some(Count::VatNotStated(printed)) = silent {
                let files = "files that do not say it";
                let what = word("vat-counted", vat);
                reasons.push(format!("{what}: {} in {files}", of(printed)));
            }
        }
    }
    for &dates in Dates::ALL {
        if let Some(Count::OtherDate(printed)) = widest(&|way| way.dates == dates) {
            let files = "files that print another date, or do not say which it is";
            let what = word("dates-counted", dates);
            reasons.push(format!("{what}: {} in {files}", of(printed)));
        }
    }
    reasons
}

fn of(printed: Printed) -> String {
    let Printed { payments, pence } = printed;
    let many = if payments == 1 { "payment" } else { "payments" };
    format!("{payments} {many} of {pence} as printed are")
}

/// Counts that share every choice but what is counted as technology.
pub struct CountLine {
    pub way: Choices,
    pub technology: Option<Count>,
    pub everything: Option<Count>,
}

/// The counts as lines of a table, without the lines in which nothing is counted.
pub fn lines(answer: &TotalsAnswer) -> Vec<CountLine> {
    use handback_core::money::totals::Breadth;
    let mut lines: BTreeMap<Choices, CountLine> = BTreeMap::new();
    for counted in &answer.counts {
        let way = Choices {
            breadth: Breadth::Everything,
            ..counted.choices
        };
        let line = lines.entry(way).or_insert(CountLine {
            way,
            technology: None,
            everything: None,
        });
        match counted.choices.breadth {
            Breadth::Technology => line.technology = Some(counted.count),
            Breadth::Everything => line.everything = Some(counted.count),
        }
    }
    let told = |count: Option<Count>| matches!(count, Some(Count::Told { payments: 1.., .. }));
    let mut lines: Vec<CountLine> = lines.into_values().collect();
    lines.retain(|line| told(line.technology) || told(line.everything));
    lines
}

/// A count in a cell: an amount, or that it cannot be told.
pub fn count(count: Option<Count>) -> String {
    match count {
        Some(Count::Told { pence, .. }) => pence.to_string(),
        _ => "cannot tell".into(),
    }
}

/// Whose payments, with the name that "one name" means.
pub fn entities(answer: &TotalsAnswer, entities: Entities) -> String {
    let words = word("entities", entities);
    match (&answer.one_name, entities) {
        (Some(name), Entities::OneName) => format!("{words} ({name})"),
        _ => words.to_owned(),
    }
}
