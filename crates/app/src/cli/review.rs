//! `handback scope` and `handback names`: short lists to confirm, on screen or as a file to fill in
//! and import.

use super::{Outcome, print, print_json};
use crate::clock;
use crate::data::{Data, Location, harmless, new_file};
use crate::estate::{View, paid_until};
use handback_core::money::Name;
use handback_core::money::names::{Likeness, likely_same};
use handback_core::money::{Names, PaidName, ScopeBasis, ScopeRule, by_name, scoped};
use handback_core::pence::Pence;
use handback_core::record::{KindName, RecordId};
use handback_core::statement::{Estate, Rules};
use handback_core::table::{Call, Tabled};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct ScopeArguments {
    #[command(flatten)]
    location: Location,
    /// Write the list as a CSV file: fill in its decision column and import it
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
    /// Show all names, not only those that look like technology
    #[arg(long)]
    all: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn scope(arguments: &ScopeArguments) -> anyhow::Result<Outcome> {
    let (estate, names) = paid_names(&arguments.location)?;
    let shown: Vec<&PaidName> = names
        .iter()
        .filter(|name| arguments.all || name.in_scope != Pence::ZERO)
        .collect();
    if let Some(path) = &arguments.out {
        let decided: BTreeMap<&str, &ScopeRule> = estate
            .scope_rules
            .values()
            .map(|rule| (rule.supplier.as_str(), rule))
            .collect();
        let rows = shown.iter().flat_map(|name| {
            let open = vec![
                name.name.clone(),
                String::new(),
                String::new(),
                String::new(),
            ];
            let stated = decided
                .get(name.name.as_str())
                .map_or_else(Vec::new, |rule| rule.to_rows(&Nobody));
            let rows = if stated.is_empty() {
                vec![open]
            } else {
                stated
            };
            rows.into_iter().map(|mut row| {
                row.truncate(4);
                row.extend([
                    name.paid.to_string(),
                    name.in_scope.to_string(),
                    name.why.clone(),
                ]);
                row
            })
        });
        write_table::<ScopeRule>(path, rows)?;
        return Ok(Outcome::Done);
    }
    if arguments.json {
        print_json(&shown)?;
        return Ok(Outcome::Done);
    }
    let (paid, in_scope) = (
        total(&names, |name| name.paid),
        total(&names, |name| name.in_scope),
    );
    let count = names
        .iter()
        .filter(|name| name.in_scope != Pence::ZERO)
        .count();
    let mut text = format!(
        "{} of {} looks like technology, {count} names. Right?\n",
        in_scope.rounded(),
        paid.rounded()
    );
    for name in shown {
        let decided = match name.scope {
            ScopeBasis::Confirmed => format!("confirmed: {}", name.decision.word()),
            ScopeBasis::Proposed | ScopeBasis::Outside => name.why.clone(),
        };
        text += &format!(
            "{:>16} of {:>16}  {}  ({decided})\n",
            name.in_scope.to_string(),
            name.paid.to_string(),
            name.name
        );
    }
    text += "To confirm: handback scope --out scope.csv, fill in the decision column, handback import scope.csv\n";
    print(&text)?;
    Ok(Outcome::Done)
}

#[derive(Debug, clap::Args)]
pub struct NamesArguments {
    #[command(flatten)]
    location: Location,
    /// Write the list as a CSV file: fill in which organisation each name means and import it
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
    /// Offer all names, not only those paid for technology
    #[arg(long)]
    all: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn names(arguments: &NamesArguments) -> anyhow::Result<Outcome> {
    let (estate, names) = paid_names(&arguments.location)?;
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let open = |name: &&PaidName| meaning.organisation(&name.name, clock::today()).is_none();
    let paid: Vec<(&str, Pence)> = names
        .iter()
        .filter(open)
        .map(|name| (name.name.as_str(), name.paid))
        .collect();
    let technology: BTreeSet<&str> = names
        .iter()
        .filter(|name| name.in_scope != Pence::ZERO)
        .map(|name| name.name.as_str())
        .collect();
    let mut offers = likely_same(paid);
    if !arguments.all {
        offers.retain(|offer| {
            offer
                .names
                .iter()
                .any(|(name, _)| technology.contains(name.as_str()))
        });
    }
    let why = |likeness| match likeness {
        Likeness::SameButForForm => "the same but for case, punctuation or legal form",
        Likeness::Misspelt => "one or two letters apart",
        Likeness::SameFirstWord => "the same first word: perhaps one group",
    };
    if let Some(path) = &arguments.out {
        let rows = offers.iter().flat_map(|offer| {
            offer.names.iter().map(|(name, paid)| {
                let why = why(offer.likeness).to_owned();
                vec![
                    name.clone(),
                    String::new(),
                    String::new(),
                    String::new(),
                    paid.to_string(),
                    why,
                ]
            })
        });
        write_table::<Name>(path, rows)?;
    } else if arguments.json {
        print_json(&offers)?;
    } else {
        let mut text = format!(
            "{} sets of names likely belong together. Nothing is merged until you say so.\n",
            offers.len()
        );
        for offer in &offers {
            text += &format!(
                "\n{} ({}% sure)\n",
                why(offer.likeness),
                offer.likeness.confidence()
            );
            for (name, paid) in &offer.names {
                text += &format!("{:>20}  {name}\n", paid.to_string());
            }
        }
        text += "\nTo tick: handback names --out names.csv, fill in the organisation each means, handback import names.csv\n";
        print(&text)?;
    }
    Ok(Outcome::Done)
}

fn paid_names(location: &Location) -> anyhow::Result<(Estate, Vec<PaidName>)> {
    let data = Data::existing(location)?;
    let estate = View::at(&data, None).estate()?;
    let rules = Rules::default();
    let today = clock::today();
    let paid = paid_until(&data, &estate, BTreeSet::from([today]), rules.years)?;
    let decisions: Vec<ScopeRule> = estate.scope_rules.values().cloned().collect();
    let names = by_name(scoped(&paid[&today].parts, &decisions, &rules.technology));
    Ok((estate, names))
}

/// Scope rules name no other record.
struct Nobody;

impl Call for Nobody {
    fn call(&self, _: KindName, id: RecordId) -> String {
        id.to_string()
    }
}

fn total(names: &[PaidName], amount: impl Fn(&PaidName) -> Pence) -> Pence {
    names.iter().map(amount).sum()
}

fn write_table<K: Tabled>(
    path: &Path,
    rows: impl Iterator<Item = Vec<String>>,
) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(new_file(path)?);
    csv.write_record(K::HEADINGS.iter().map(|heading| heading.name))?;
    for row in rows {
        csv.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    csv.flush()?;
    print(&format!(
        "Wrote {}. Fill it in and import it.\n",
        path.display()
    ))
}
