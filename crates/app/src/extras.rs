//! The single payments from which it is told what extras cost.

use crate::data::Data;
use crate::estate::live_parts;
use handback_core::dated::Period;
use handback_core::money::Paid;
use handback_core::money::split::Told;
use handback_core::statement::{Estate, Extras, PaidLine, PaidUntil, Rules, names_in_scope};
use handback_facts::question::{Line, Lines, Scope};
use jiff::civil::Date;
use std::sync::Arc;

/// What was paid, payment by payment, and what each is of.
pub struct Split {
    pub lines: Arc<Vec<Line>>,
    /// For each line; none where it is not technology.
    pub told: Vec<Option<Told>>,
    pub extras: Extras,
}

impl Split {
    /// The payments up to a day to names of which some count as technology, and what each is of.
    pub fn of(
        data: &Data,
        estate: &Estate,
        paid: &PaidUntil,
        rules: &Rules,
        at: Date,
    ) -> anyhow::Result<Split> {
        let lines = printed(data, estate, paid, rules, at)?;
        let paid = as_paid(&lines, rules);
        let told = estate.split(&paid, rules, at);
        let extras = estate.extras(&paid, &told, rules, at);
        Ok(Split {
            lines,
            told,
            extras,
        })
    }
}

/// Put the single payments beside what was paid up to the day of a statement that tells what extras
/// cost.
pub fn with_lines(
    data: &Data,
    estate: &Estate,
    mut paid: PaidUntil,
    rules: &Rules,
    at: Date,
) -> anyhow::Result<PaidUntil> {
    if estate.tells_extras() {
        let lines = as_paid(&printed(data, estate, &paid, rules, at)?, rules);
        if let Some(counted) = paid.get_mut(&at) {
            counted.lines = lines;
        }
    }
    Ok(paid)
}

/// The payments as they are printed.
fn printed(
    data: &Data,
    estate: &Estate,
    paid: &PaidUntil,
    rules: &Rules,
    at: Date,
) -> anyhow::Result<Arc<Vec<Line>>> {
    let scope = Scope {
        period: Some(Period::new(Date::MIN, at)),
        names: Some(names_in_scope(estate, paid, rules, at)),
        payees: None,
    };
    let question = Lines {
        scope,
        skip: 0,
        most: usize::MAX,
    };
    Ok(data.facts.ask(&question, &live_parts(estate))?)
}

fn as_paid(lines: &[Line], rules: &Rules) -> Vec<PaidLine> {
    let paid = |line: &Line| PaidLine {
        paid: Paid {
            name: line.name.clone(),
            department: line.department.clone(),
            service: line.service.clone(),
            category: line.category.clone(),
            described: line.described,
            year: rules.years.year(line.date),
            from: line.date,
            rows: 1,
            pence: line.amount,
        },
        to: line.date_to,
        text: text(line),
    };
    lines.iter().map(paid).collect()
}

/// What is printed about a payment.
pub fn text(line: &Line) -> String {
    let printed = [&line.description, &line.category, &line.transaction];
    let printed = printed.into_iter().filter(|text| !text.is_empty());
    printed.cloned().collect::<Vec<_>>().join("; ")
}
