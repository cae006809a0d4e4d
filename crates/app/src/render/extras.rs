//! What extras cost, in words: for the command line, the statement and pages.

use super::when;
use handback_core::contract::charge::Missing;
use handback_core::contract::variation::Asker;
use handback_core::dated::Period;
use handback_core::money::split::{Class, Rule};
use handback_core::pence::Pence;
use handback_core::statement::{ByClass, Extras, PriceLine};
use std::fmt::Write as _;

/// The answer first: what is known to be extra, and how much more it may be.
pub fn answer(split: &ByClass, payments: u64) -> String {
    let (least, unknown) = (split.extras(), split.unknown_pence);
    if payments == 0 {
        return "No payments for technology are on record, so nobody can say what extras cost."
            .into();
    }
    let first = match unknown {
        Pence::ZERO => format!("Extras cost {least}"),
        unknown if unknown > Pence::ZERO => {
            format!(
                "Extras cost at least {least} and at most {}",
                least + unknown
            )
        }
        _ => format!("Extras cost {least}, and credits of {unknown} are not told apart yet"),
    };
    format!("{first}, of {} paid for technology.", split.total())
}

/// What each class is called.
pub fn class(class: Class) -> &'static str {
    match class {
        Class::Contracted => "contracted",
        Class::Variation => "variation",
        Class::OffContract => "off-contract",
        Class::Unknown => "unknown",
    }
}

/// What a rule says, or why nobody can tell.
pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Person => "a person decided",
        Rule::AfterEnd => "paid more than 61 days after the contract ended",
        Rule::ChargeAmount => "the amount of an agreed charge",
        Rule::VariationPrice => "the price of a variation",
        Rule::WithinCharges => "within the charges agreed for the year",
        Rule::NameNotTied => "nobody has said which organisation the name means",
        Rule::NoContract => "no contract with this firm is on record",
        Rule::GroupFirm => {
            "no contract with this firm is on record; another firm of its group holds one"
        }
        Rule::TermNotKnown => "the first or last day of its contract is not known",
        Rule::BeforeStart => {
            "paid before the first contract on record began: an earlier one may not be on record"
        }
        Rule::LastInvoice => "paid soon after the contract ended: perhaps its last invoice",
        Rule::SeveralFit => "it fits more than one contract, charge or variation",
        Rule::ChargesNotKnown => "what the contract charges for that year is not on record",
        Rule::YearNotWhole => "its year has not ended, or not all payments of it are on record",
        Rule::BeyondCharges => "in a year in which more was paid than its charges come to",
    }
}

/// Who asked.
pub fn asker(asked_by: Option<Asker>) -> &'static str {
    match asked_by {
        Some(Asker::Authority) => "the authority",
        Some(Asker::Supplier) => "the supplier",
        Some(Asker::Law) => "a change of law",
        None => "not known",
    }
}

/// What is missing to say what a charge comes to.
pub fn missing(missing: &Missing) -> String {
    match missing {
        Missing::Days => "the first or last day of a charge".into(),
        Missing::Figure { index, month, .. } => format!("{index} for {}", when(*month)),
        Missing::Volume { month } => format!("the volume of {}", when(*month)),
    }
}

/// Why nobody can say whether more was paid than agreed; none where it is known.
pub fn why_not(line: &PriceLine) -> Option<String> {
    line.drift().is_none().then(|| {
        let missing: Vec<String> = line.missing.iter().map(missing).collect();
        let span =
            |span: &Period| format!("{} to {}", when(span.from.into()), when(span.to.into()));
        let uncovered: Vec<String> = line.uncovered.iter().map(span).collect();
        match line.indexed_pence {
            None if missing.is_empty() => "no charge agreed for that year".into(),
            None => format!("{} is missing", missing.join(", ")),
            Some(_) if !uncovered.is_empty() => {
                format!("no payments on record for {}", uncovered.join(", "))
            }
            Some(_) if !line.is_over => "the year has not ended".into(),
            Some(_) => format!(
                "{} paid to its firms may be of it or of another contract",
                line.untold_pence
            ),
        }
    })
}

/// Everything, for a terminal.
pub fn text(extras: &Extras) -> String {
    let mut out = answer(&extras.split, extras.payments) + "\n";
    let split = &extras.split;
    let _ = writeln!(out, "\nWHAT PAYMENTS ARE OF");
    for (class, pence) in [
        (Class::Contracted, split.contracted_pence),
        (Class::Variation, split.variation_pence),
        (Class::OffContract, split.off_contract_pence),
        (Class::Unknown, split.unknown_pence),
    ] {
        let _ = writeln!(
            out,
            "  {:<14} {:>18}",
            self::class(class),
            pence.to_string()
        );
        for line in extras.by_rule.iter().filter(|line| line.class == class) {
            let payments = if line.payments == 1 {
                "payment"
            } else {
                "payments"
            };
            let _ = writeln!(
                out,
                "    {:>16}  {} {payments}: {}",
                line.pence.to_string(),
                line.payments,
                rule(line.rule)
            );
        }
    }
    if !extras.by_year.is_empty() {
        let _ = writeln!(
            out,
            "\nBY YEAR\n  {:<9} {:>16} {:>16} {:>16} {:>16}",
            "Year", "Contracted", "Variation", "Off-contract", "Unknown"
        );
        for year in &extras.by_year {
            let split = &year.split;
            let _ = writeln!(
                out,
                "  {:<9} {:>16} {:>16} {:>16} {:>16}",
                year.year,
                split.contracted_pence.to_string(),
                split.variation_pence.to_string(),
                split.off_contract_pence.to_string(),
                split.unknown_pence.to_string()
            );
        }
    }
    if !extras.by_asker.is_empty() {
        let _ = writeln!(out, "\nVARIATIONS, BY WHO ASKED");
        for line in &extras.by_asker {
            let _ = writeln!(
                out,
                "  {:<16} {:>16}",
                asker(line.asked_by),
                line.pence.to_string()
            );
        }
    }
    for (title, lines) in [
        ("PAID AFTER A CONTRACT ENDED", &extras.after_end),
        (
            "PAID TO OTHER FIRMS OF A GROUP THAT HELD A CONTRACT",
            &extras.group_firms,
        ),
    ] {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{title}");
        }
        for line in lines {
            let _ = writeln!(
                out,
                "  {:>16}  {}: {}",
                line.pence.to_string(),
                line.title,
                line.names.join("; ")
            );
        }
    }
    if !extras.prices.is_empty() {
        let _ = writeln!(out, "\nPRICES AGAINST WHAT WAS AGREED");
    }
    for line in &extras.prices {
        let drift = match line.drift() {
            Some(drift) if drift > Pence::ZERO => format!("{drift} more than agreed"),
            Some(Pence::ZERO) => "as agreed".into(),
            Some(drift) => format!("{} less than agreed", drift.abs()),
            None if line.indexed_pence.is_none() && line.missing.is_empty() => {
                why_not(line).unwrap_or_default()
            }
            None => format!("not known: {}", why_not(line).unwrap_or_default()),
        };
        let _ = writeln!(
            out,
            "  {:<9} {}: paid {}, of it variations {}; {drift}",
            line.year, line.title, line.paid_pence, line.variation_pence
        );
    }
    out
}
