//! `handback totals`: one question counted in every way, and the steps from one total to another.

use super::{Outcome, print, print_json};
use crate::data::{Data, Location};
use crate::estate::{KnownMoment, View};
use crate::refused::Refused;
use crate::render::{self, totals as said};
use crate::totals::{accounted, answered};
use handback_core::basis::Known;
use handback_core::money::published::Account;
use handback_core::money::totals::{Choice, Years};
use handback_core::record::RecordId;
use handback_core::statement::{Beside, Estate, Rules, TotalsAnswer, TotalsAsked};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The supplier, or the top of its group: its name or its record
    organisation: String,
    /// The first year
    #[arg(long, value_name = "YEAR")]
    from: i16,
    /// The last year; of financial years the one in which it begins
    #[arg(long, value_name = "YEAR")]
    to: i16,
    /// The total that the steps begin with: what was published, or a way of counting such as
    /// group,everything,net,financial,payment
    #[arg(long, value_name = "TOTAL")]
    start: Option<String>,
    /// The total that the steps end with
    #[arg(long, value_name = "TOTAL")]
    end: Option<String>,
    #[command(flatten)]
    location: Location,
    /// Up to when knowledge counts: an entry number, a day or a time; now when not given
    #[arg(long, value_name = "MOMENT")]
    known: Option<KnownMoment>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// What a program reads.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    answer: &'a TotalsAnswer,
    account: Option<Account>,
    known: Known,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let view = View::at(&data, arguments.known.as_ref());
    let estate = view.estate()?;
    let asked = TotalsAsked {
        organisation: named(&estate, &arguments.organisation)?,
        years: Years {
            first: arguments.from,
            last: arguments.to,
        },
    };
    let answer = answered(&data, &estate, &Rules::default(), asked)?;
    let account = accounted(
        &answer,
        arguments.start.as_deref(),
        arguments.end.as_deref(),
    )?;
    let known = view.basis();
    if arguments.json {
        print_json(&Answer {
            answer: &answer,
            account,
            known,
        })?;
    } else {
        let mut text = text(&answer);
        text.extend(account.as_ref().map(steps));
        let Known { entry, head, .. } = known;
        print(&format!("{text}Basis: entry {entry}, tree head {head}\n"))?;
    }
    Ok(Outcome::Done)
}

fn named(estate: &Estate, words: &str) -> Result<RecordId, Refused> {
    let mut organisations = estate.organisations.iter();
    let found = organisations
        .find(|(id, held)| held.name.eq_ignore_ascii_case(words) || id.to_string() == words);
    found.map(|(id, _)| *id).ok_or_else(|| {
        Refused(format!(
            "no organisation is called {words:?}: the page Organisations lists them, and so does handback sql \"select name from organisations\""
        ))
    })
}

fn text(answer: &TotalsAnswer) -> String {
    let Years { first, last } = answer.asked.years;
    let mut text = format!("What {} was paid, {first} to {last}\n\n", answer.name);
    let lines = said::lines(answer);
    if answer.is_empty() {
        text += "No payment to it is on file for these years: nothing can be counted.\n";
    } else {
        let _ = writeln!(
            text,
            "{:<92}{:>18}{:>18}",
            "Counted", "Technology", "Everything"
        );
    }
    for line in lines.iter().filter(|_| !answer.is_empty()) {
        let others = [Choice::Vat, Choice::Years, Choice::Dates];
        let others = others.map(|it| said::choice(it, line.way)).join(", ");
        let whose = said::entities(answer, line.way.entities);
        let _ = writeln!(
            text,
            "{:<92}{:>18}{:>18}",
            format!("{whose}, {others}"),
            said::count(line.technology),
            said::count(line.everything)
        );
    }
    let cannot = said::cannot(answer);
    if !cannot.is_empty() && !answer.is_empty() {
        text += "\nCannot be counted:\n";
        text.extend(cannot.iter().map(|reason| format!("  {reason}\n")));
    }
    if !answer.not_covered.is_empty() {
        text +=
            "\nNo file of payments covers, so that every count is too low by what was paid then:\n";
        let periods = answer.not_covered.iter();
        text.extend(periods.map(|period| format!("  {} to {}\n", period.from, period.to)));
    }
    if !answer.published.is_empty() {
        text += "\nPublished\n";
        text.extend(answer.published.iter().map(published));
    }
    text + "\n"
}

fn published(beside: &Beside) -> String {
    let total = &beside.total;
    let mut text = format!(
        "  {}: {}\n    {}, {}. {}\n",
        total.title,
        total.amount,
        total.published_by,
        render::when(total.published_on),
        total.source
    );
    let near = |what: &str, near: handback_core::money::published::Near| {
        format!(
            "    {what}: {}, {} away: {}\n",
            near.pence,
            near.apart.abs(),
            said::way(near.choices)
        )
    };
    match beside.nearest {
        Some(nearest) => text += &near("Nearest count", nearest),
        None => text += "    No count can be what it means\n",
    }
    text.extend(
        beside
            .closer
            .map(|closer| near("Closer, but not as it says", closer)),
    );
    text
}

fn steps(account: &Account) -> String {
    let end = |end: &handback_core::money::published::End| match (&end.published, end.choices) {
        (Some(title), _) => title.clone(),
        (None, Some(choices)) => render::capital(&said::way(choices)),
        (None, None) => String::new(),
    };
    let mut text = "Step by step\n".to_owned();
    let _ = writeln!(
        text,
        "{:<92}{:>18}",
        end(&account.from),
        account.from.pence.to_string()
    );
    for leg in &account.legs {
        let amount = said::signed(leg.pence);
        let _ = writeln!(text, "  {:<90}{amount:>18}", said::leg(&leg.what));
    }
    let _ = writeln!(
        text,
        "{:<92}{:>18}",
        end(&account.to),
        account.to.pence.to_string()
    );
    let _ = writeln!(
        text,
        "Explained by choices: {}; not explained: {}\n",
        said::signed(account.explained),
        said::signed(account.not_explained)
    );
    text
}
