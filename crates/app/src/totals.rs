//! Why published totals differ: the question asked of the facts, for the command line and for pages.

use crate::data::Data;
use crate::estate::live_parts;
use crate::refused::Refused;
use handback_core::basis::{Basis, Known};
use handback_core::money::YearBasis;
use handback_core::money::published::{Account, End, account};
use handback_core::money::totals::{Breadth, Choices, Dates, Entities, Vat, Worded, Years};
use handback_core::statement::{Estate, Rules, TotalsAnswer, TotalsAsked, to_gather, totals};
use handback_facts::question::{PaidByName, PaidByWay};

/// One question counted in every way: one pass over the payments for all of them.
pub fn answered(
    data: &Data,
    estate: &Estate,
    rules: &Rules,
    asked: TotalsAsked,
) -> anyhow::Result<TotalsAnswer> {
    let live = live_parts(estate);
    let printed = data.facts.ask(&PaidByName::default(), &live)?;
    let printed = printed.iter().map(|paid| paid.name.as_str());
    let Some(wanted) = to_gather(estate, asked, printed) else {
        let Years { first, last } = asked.years;
        return Err(Refused(format!(
            "{first} to {last} are no years in order: write the first year, then the last, such as 2012 and 2017"
        ))
        .into());
    };
    if wanted.names.is_empty() {
        return Ok(totals(estate, rules, asked, &[]));
    }
    let gathered = data.facts.ask(&PaidByWay { wanted }, &live)?;
    Ok(totals(estate, rules, asked, &gathered))
}

/// The years to ask about when none are named: those of the first total that was published about the
/// organisation, else the financial years of which payments are on file.
pub fn usual_years(
    estate: &Estate,
    organisation: handback_core::record::RecordId,
    known: Known,
) -> Option<Years> {
    let totals = estate.published_totals.values();
    let about = totals.filter(|total| total.about == organisation);
    let first = about.min_by_key(|total| (total.published_on, &total.title));
    let on_file = || {
        let period = Basis::of_payments(&estate.imports, known).period?;
        Some(Years {
            first: YearBasis::Financial.year(period.from),
            last: YearBasis::Financial.year(period.to),
        })
    };
    first.map(|total| total.years).or_else(on_file)
}

/// A way of counting as the command line and addresses write it:
/// `group,everything,net,financial,payment`.
pub fn written(choices: Choices) -> String {
    [
        choices.entities.word(),
        choices.breadth.word(),
        choices.vat.word(),
        choices.years.word(),
        choices.dates.word(),
    ]
    .join(",")
}

fn read(text: &str) -> Option<Choices> {
    let words: Vec<&str> = text.split(',').map(str::trim).collect();
    let [entities, breadth, vat, years, dates] = words[..] else {
        return None;
    };
    Some(Choices {
        entities: Entities::from_word(entities)?,
        breadth: Breadth::from_word(breadth)?,
        vat: Vat::from_word(vat)?,
        years: YearBasis::from_word(years)?,
        dates: Dates::from_word(dates)?,
    })
}

/// The account from one total to another, each named by what was published or as a way of counting.
/// Unnamed, it leads from the smallest to the largest published total; with fewer than two, from the
/// narrowest count or to the widest.
pub fn accounted(
    answer: &TotalsAnswer,
    start: Option<&str>,
    end: Option<&str>,
) -> Result<Option<Account>, Refused> {
    let mut published: Vec<End> = answer.published.iter().map(published_end).collect();
    published.sort_by_key(|end| end.pence);
    let count = |(choices, pence)| End {
        published: None,
        pence,
        choices: Some(choices),
    };
    let narrowest = || answer.told().next().map(count);
    let widest = || answer.told().last().map(count);
    let several = published.len() > 1;
    let start = match start {
        Some(named) => Some(end_named(answer, named)?),
        None => published.first().cloned().or_else(narrowest),
    };
    let end = match end {
        Some(named) => Some(end_named(answer, named)?),
        None => published.pop().filter(|_| several).or_else(widest),
    };
    let ends = start.zip(end).filter(|(start, end)| start != end);
    Ok(ends.map(|(start, end)| account(start, end, |choices| answer.pence(choices))))
}

fn published_end(beside: &handback_core::statement::Beside) -> End {
    End {
        published: Some(beside.total.title.clone()),
        pence: beside.total.amount,
        choices: beside.nearest.map(|near| near.choices),
    }
}

/// The total of that title or record id, or the count made in that way.
fn end_named(answer: &TotalsAnswer, named: &str) -> Result<End, Refused> {
    let of_name = answer.published.iter().find(|beside| {
        beside.total.title.eq_ignore_ascii_case(named) || beside.id.to_string() == named
    });
    if let Some(beside) = of_name {
        return Ok(published_end(beside));
    }
    let Some(choices) = read(named) else {
        return Err(Refused(format!(
            "{named:?} is neither a total published about these years nor a way of counting: write its title, or five words such as {}",
            "group,everything,net,financial,payment"
        )));
    };
    match answer.pence(choices) {
        Some(pence) => Ok(End {
            published: None,
            pence,
            choices: Some(choices),
        }),
        None => Err(Refused(format!(
            "what {named:?} comes to cannot be told: choose a way of counting that has an amount"
        ))),
    }
}
