//! Why published totals differ, for one organisation of the estate.

use super::estate::{Estate, Rules};
use crate::basis::uncovered;
use crate::dated::Period;
use crate::import::{Import, Role, VatBasis};
use crate::money::published::{Near, PublishedTotal, nearest};
use crate::money::totals::{Choices, Count, DateBasis, Entities, Inside, Lot, Years, count, ways};
use crate::money::{Names, Paid, ScopeRule, YearBasis, in_scope};
use crate::organisation::{Organisation, group};
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What an organisation, or its group, was paid in some years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TotalsAsked {
    pub organisation: RecordId,
    #[serde(flatten)]
    pub years: Years,
}

/// Payments that share everything on which ways of counting differ, as facts count them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// What was paid, by name and labels; `year` says nothing here, and `from` is the first day of the span.
    pub paid: Paid,
    pub import: RecordId,
    pub calendar: Inside,
    pub financial: Inside,
    /// The VAT printed beside the amounts; none where it is not printed.
    pub vat: Option<Pence>,
    /// The gross amounts printed beside the amounts taken.
    pub gross: Option<Pence>,
}

/// What must be gathered to answer a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToGather {
    /// The printed names that ever meant a firm of the widest count.
    pub names: BTreeSet<String>,
    pub calendar: Period,
    pub financial: Period,
    /// The days on which a name, an owner or a decision about scope changes.
    pub changes: BTreeSet<Date>,
}

/// One question counted in every way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TotalsAnswer {
    #[serde(flatten)]
    pub asked: TotalsAsked,
    /// The organisation's name.
    pub name: String,
    /// The printed name that "one name" means; none where it was paid under none.
    pub one_name: Option<String>,
    pub counts: Vec<Counted>,
    pub published: Vec<Beside>,
    /// Parts of the years for which no file of payments covers: every count is too low by what is missing.
    pub not_covered: Vec<Period>,
}

/// A way to count and what it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    #[serde(flatten)]
    pub choices: Choices,
    pub count: Count,
}

/// A published total beside the counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Beside {
    pub id: RecordId,
    #[serde(flatten)]
    pub total: PublishedTotal,
    /// The closest count that it can mean; none where nothing can be counted.
    pub nearest: Option<Near>,
    /// The closest of all counts, where that is another one.
    pub closer: Option<Near>,
}

impl TotalsAnswer {
    /// What a way of counting comes to, where it can be told.
    pub fn pence(&self, choices: Choices) -> Option<Pence> {
        let found = self.counts.iter().find(|it| it.choices == choices);
        found.and_then(|it| it.count.pence())
    }

    /// The ways of counting that can be told, with what they come to. A way in which no payment counts
    /// is none of them: nothing on file is no answer that a published total could be compared with.
    pub fn told(&self) -> impl Iterator<Item = (Choices, Pence)> {
        self.counts.iter().filter_map(|it| match it.count {
            Count::Told {
                payments, pence, ..
            } if payments > 0 => Some((it.choices, pence)),
            _ => None,
        })
    }

    /// Whether any payment was counted in any way.
    pub fn is_empty(&self) -> bool {
        !self.counts.iter().any(|it| match it.count {
            Count::Told {
                payments, perhaps, ..
            } => payments > 0 || perhaps.payments > 0,
            Count::VatNotStated(_) | Count::OtherDate(_) => true,
        })
    }
}

/// The firms of the widest count: every one that was ever in the group, and those whose functions they
/// took over.
fn family(organisations: &BTreeMap<RecordId, Organisation>, asked: RecordId) -> BTreeSet<RecordId> {
    let mut tops = BTreeSet::from([asked]);
    let mut above = vec![asked];
    while let Some(id) = above.pop() {
        let owners = organisations.get(&id).into_iter();
        let owners = owners.flat_map(|held| held.parent.iter());
        above.extend(
            owners
                .filter_map(|(_, id)| *id)
                .filter(|id| tops.insert(*id)),
        );
    }
    let mut family = tops;
    loop {
        let joins = |held: &Organisation| {
            let links = [&held.parent, &held.succeeded_by, &held.merged_into];
            let mut ids = links.into_iter().flat_map(|link| link.iter());
            ids.any(|(_, id)| id.is_some_and(|id| family.contains(&id)))
        };
        let more = organisations.iter();
        let more = more.filter(|(id, held)| !family.contains(id) && joins(held));
        let more: Vec<RecordId> = more.map(|(id, _)| *id).collect();
        if more.is_empty() {
            return family;
        }
        family.extend(more);
    }
}

/// What to gather for a question, among the names that payments print; none when its years are no years.
pub fn to_gather<'a>(
    estate: &Estate,
    asked: TotalsAsked,
    printed: impl Iterator<Item = &'a str>,
) -> Option<ToGather> {
    let family = family(&estate.organisations, asked.organisation);
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let theirs = |name: &&str| meaning.ever(name).iter().any(|id| family.contains(id));
    let names: BTreeSet<String> = printed.filter(theirs).map(str::to_owned).collect();
    let scope = estate.scope_rules.values();
    let scope = scope.filter(|rule| names.contains(&rule.supplier));
    let scope = scope.flat_map(|rule| rule.decision.iter().map(|(from, _)| from));
    let meanings = estate.names.values();
    let meanings = meanings.filter(|name| names.contains(&name.printed));
    let meanings = meanings.flat_map(|name| name.organisation.iter().map(|(from, _)| from));
    let owners = family.iter().filter_map(|id| estate.organisations.get(id));
    let owners = owners.flat_map(|held| held.parent.iter().map(|(from, _)| from));
    let changes = scope.chain(meanings).chain(owners);
    Some(ToGather {
        changes: changes
            .flat_map(|from| [from.earliest(), from.latest()])
            .flatten()
            .collect(),
        calendar: asked.years.days(YearBasis::Calendar)?,
        financial: asked.years.days(YearBasis::Financial)?,
        names,
    })
}

/// Count a question in every way, and lay the totals that were published beside the counts.
pub fn totals(
    estate: &Estate,
    rules: &Rules,
    asked: TotalsAsked,
    gathered: &[Gathered],
) -> TotalsAnswer {
    let (one_name, lots) = lots(estate, rules, asked.organisation, gathered);
    let counts = ways(&lots).into_iter().map(|choices| Counted {
        choices,
        count: count(&lots, choices),
    });
    let spans = [YearBasis::Calendar, YearBasis::Financial].map(|basis| asked.years.days(basis));
    let whole = spans
        .into_iter()
        .flatten()
        .reduce(|one, other| one.union(&other));
    let mut answer = TotalsAnswer {
        asked,
        name: estate.organisation_name(asked.organisation),
        one_name,
        counts: counts.collect(),
        published: Vec::new(),
        not_covered: whole.map_or_else(Vec::new, |whole| uncovered(&estate.imports, whole)),
    };
    let same = estate.published_totals.iter();
    let same =
        same.filter(|(_, total)| total.about == asked.organisation && total.years == asked.years);
    let mut published: Vec<Beside> = same
        .map(|(id, total)| beside(&answer, *id, total))
        .collect();
    published.sort_by(|a, b| {
        (a.total.published_on, &a.total.title).cmp(&(b.total.published_on, &b.total.title))
    });
    answer.published = published;
    answer
}

fn beside(answer: &TotalsAnswer, id: RecordId, total: &PublishedTotal) -> Beside {
    let meant = answer.told();
    let meant = meant.filter(|(choices, _)| total.stated.allow(*choices));
    let near = nearest(total.amount, meant);
    let of_all = nearest(total.amount, answer.told());
    let apart = |near: Option<Near>| near.map(|near| near.apart.abs());
    Beside {
        id,
        total: total.clone(),
        nearest: near,
        closer: of_all.filter(|_| apart(of_all) != apart(near)),
    }
}

/// The lots of gathered payments, and the printed name under which the organisation was paid most.
fn lots(
    estate: &Estate,
    rules: &Rules,
    asked: RecordId,
    gathered: &[Gathered],
) -> (Option<String>, Vec<Lot>) {
    let organisations = &estate.organisations;
    let family = family(organisations, asked);
    let meaning = Names::new(estate.names.values(), organisations);
    let decisions: Vec<ScopeRule> = estate.scope_rules.values().cloned().collect();
    let paid: Vec<&Paid> = gathered.iter().map(|it| &it.paid).collect();
    let technology = in_scope(&paid, &decisions, &rules.technology);
    let means = |it: &Gathered| meaning.organisation(&it.paid.name, it.paid.from);
    let mut own: BTreeMap<&str, Pence> = BTreeMap::new();
    for it in gathered.iter().filter(|it| means(it) == Some(asked)) {
        *own.entry(&it.paid.name).or_default() += it.paid.pence;
    }
    let most = own.into_iter().max_by(|a, b| (a.1, b.0).cmp(&(b.1, a.0)));
    let one_name = most.map(|(name, _)| name.to_owned());
    let entities = |it: &Gathered| {
        let id = means(it).filter(|id| family.contains(id))?;
        let day = it.paid.from;
        Some(if id == asked {
            match one_name.as_deref() == Some(&it.paid.name) {
                true => Entities::OneName,
                false => Entities::Organisation,
            }
        } else if group(organisations, id, day) == group(organisations, asked, day) {
            Entities::Group
        } else {
            Entities::WithPredecessors
        })
    };
    let lots = gathered
        .iter()
        .zip(technology)
        .filter_map(|(it, is_technology)| {
            let import = estate.imports.get(&it.import);
            let vat = import.map_or(VatBasis::NotStated, |import| import.reading.vat);
            let (net, gross) = with_and_without_vat(vat, it);
            Some(Lot {
                entities: entities(it)?,
                is_technology,
                calendar: it.calendar,
                financial: it.financial,
                dates: import.map_or(DateBasis::NotStated, dated),
                vat,
                payments: it.paid.rows,
                pence: it.paid.pence,
                net,
                gross,
            })
        });
    let lots = lots.collect();
    (one_name, lots)
}

/// Net and gross amounts, where what is printed lets them be told.
fn with_and_without_vat(basis: VatBasis, it: &Gathered) -> (Option<Pence>, Option<Pence>) {
    let printed = it.paid.pence;
    match basis {
        VatBasis::Net => {
            let gross = it.gross.or_else(|| it.vat.map(|vat| printed + vat));
            (Some(printed), gross)
        }
        VatBasis::Gross => (it.vat.map(|vat| printed - vat), Some(printed)),
        VatBasis::NotStated => {
            let net = it.gross.zip(it.vat).map(|(gross, vat)| gross - vat);
            (net, it.gross)
        }
    }
}

/// Which date a file's payments carry.
fn dated(import: &Import) -> DateBasis {
    let column = import.reading.column(Role::Date);
    column.map_or(DateBasis::NotStated, |column| {
        DateBasis::of_heading(&column.header)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::totals::{Breadth, Dates, Printed, Vat};

    #[test]
    fn a_way_in_which_no_payment_counts_is_no_answer() {
        let way = |entities, payments, pence| Counted {
            choices: Choices {
                entities,
                breadth: Breadth::Everything,
                vat: Vat::Net,
                years: YearBasis::Financial,
                dates: Dates::Payment,
            },
            count: Count::Told {
                payments,
                pence: Pence(pence),
                perhaps: Printed::default(),
            },
        };
        let answer = TotalsAnswer {
            asked: TotalsAsked {
                organisation: RecordId([1; 16]),
                years: Years {
                    first: 2006,
                    last: 2011,
                },
            },
            name: "Northmere".into(),
            one_name: None,
            counts: vec![
                way(Entities::OneName, 0, 0),
                way(Entities::Organisation, 2, 0),
                way(Entities::Group, 3, 500),
            ],
            published: Vec::new(),
            not_covered: Vec::new(),
        };
        let told: Vec<i64> = answer.told().map(|(_, pence)| pence.0).collect();
        // Payments that credits cancel are counted, and come to nothing.
        assert_eq!(told, [0, 500]);
        assert_eq!(
            answer.pence(way(Entities::OneName, 0, 0).choices),
            Some(Pence::ZERO)
        );
    }
}
