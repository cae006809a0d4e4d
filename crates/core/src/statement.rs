//! The statement of control: who runs each service, under which contract, what was paid to whom for
//! technology, and what share the authority controls, on a day and as known at an entry.

mod account;
mod clock;
mod control;
mod diary;
mod estate;
mod extras;
mod figure;
mod money;
mod readiness;
mod registers;
mod rows;
mod saving;
mod subject;
mod totals;

pub use account::{
    PaidUnder, SupplierAccount, counts_as_technology, spans_of_meaning, supplier_account,
};
pub use clock::Timed;
pub use control::{
    ControlLines, CostShareLine, SeriesPoint, ServiceChange, ServiceLine, ShareLine,
    changed_between, changed_knowledge,
};
pub use estate::{Estate, PaidByDay, PaidUntil, Rules, names_in_scope};
pub use extras::{
    AskerLine, BesideLine, ByClass, Extras, PaidLine, PriceLine, RuleLine, YearSplit,
};
pub use figure::{FIGURES, Figure, figure};
pub use money::{GroupLine, MoneyLines, SupplierLine, YearLine};
pub use readiness::Risks;
pub use registers::RegisterTally;
pub use rows::{CountedService, Counts, counted_movements, counted_services};
pub use totals::{
    Beside, Counted, Gathered, ToGather, TotalsAnswer, TotalsAsked, to_gather, totals,
};

use crate::assurance::{Claim, Evidence, Finding, Promised, judge};
use crate::basis::{Basis, Known, gaps};
use crate::contract::{Clock, Contract, TermState};
use crate::control::{Control, CostShare, Criticality, Mode, Service, Standing, share_by_count};
use crate::dated::{Period, When};
use crate::money::{PaidName, YearBasis};
use crate::pence::Pence;
use crate::record::RecordId;
use crate::transition::{StaffReturned, staff_returned};
use control::{series, service_line};
use estate::scoped_names;
use figure::{by_cost, of_criticality};
use jiff::ToSpan;
use jiff::civil::Date;
use money::{money_lines, supplier_lines};
use saving::saved;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A contract on the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractSummary {
    pub id: RecordId,
    pub title: String,
    pub reference: Option<String>,
    pub suppliers: Vec<String>,
    pub start: Option<When>,
    pub end: Option<When>,
    pub state: TermState,
    /// The last day to keep it from going on by itself, or to end it then.
    pub last_notice: Option<Date>,
    /// The last day on which there is still time to decide.
    pub last_safe_day: Option<Date>,
    pub value_pence: Option<Pence>,
    pub currency: Option<String>,
    /// The services that are delivered under it on the day.
    pub services: Vec<String>,
    pub source: Option<String>,
}

/// A claim and what is found about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimSummary {
    pub id: RecordId,
    pub claim: String,
    pub said_by: String,
    pub said_on: When,
    pub source: String,
    /// What it promises, where it is a promise: then the finding says whether it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<Promised>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_by: Option<When>,
    #[serde(flatten)]
    pub finding: Finding,
}

/// Something that falls due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NextDate {
    pub on: When,
    pub what: String,
}

/// The statement of control.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    pub authority: Option<String>,
    pub at: Date,
    pub control: ControlLines,
    pub services: Vec<ServiceLine>,
    pub contracts: Vec<ContractSummary>,
    pub suppliers: Vec<SupplierLine>,
    pub money: MoneyLines,
    pub staff: Option<StaffReturned>,
    pub claims: Vec<ClaimSummary>,
    /// What extras cost; none where no variation, charge or treatment is on record.
    pub extras: Option<Extras>,
    /// Whether services stepped up when they changed hands; none while nothing is measured.
    pub performance: Option<StepCounts>,
    pub next_dates: Vec<NextDate>,
    pub basis: Basis,
}

/// Services by the verdict on their change of hands, each on the one measure that it is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepCounts {
    pub services: usize,
    pub stepped_up: usize,
    pub stepped_down: usize,
    pub no_change_shown: usize,
    pub cannot_tell: usize,
}

/// Make the statement for a day. `paid` holds the payments up to each of
/// [`Estate::days_of_payments`]; `performance` was judged beside it, because verdicts take a while.
pub fn statement(
    estate: &Estate,
    paid: &PaidUntil,
    performance: Option<StepCounts>,
    rules: &Rules,
    at: Date,
    known: Known,
) -> Statement {
    let on_the_day = estate.services_on(at, &rules.control);
    let counted = paid.get(&at);
    let payments = counted
        .map(|paid| paid.parts.as_slice())
        .unwrap_or_default();
    let names = scoped_names(estate, payments, rules);
    let suppliers = supplier_lines(estate, &names, at);
    let money = money_lines(payments, &names, &suppliers, rules.years);
    let cost = by_cost(&on_the_day, at);
    let fraction = |share: i64| share as f64 / 10_000.0;
    let by_criticality = Criticality::ALL
        .map(Some)
        .into_iter()
        .chain([None])
        .filter_map(|criticality| {
            let share = of_criticality(&on_the_day, criticality);
            let word = criticality.map_or("not stated", Criticality::word);
            (share.of > 0).then(|| (word.to_owned(), share.into()))
        });
    let control = ControlLines {
        by_count: share_by_count(on_the_day.iter().map(|(_, _, control)| control.standing)).into(),
        by_cost: CostShareLine {
            known: cost.known.map(fraction),
            possible: cost.possible.map(fraction),
            stated_pence: cost.stated,
            stated_controlled_pence: cost.stated_controlled,
            services_without_cost: cost.without_cost,
            dearest_pence: cost.dearest,
        },
        by_criticality: by_criticality.collect(),
        run_in_house: on_the_day
            .iter()
            .filter(|(_, _, control)| control.mode == Mode::InHouse)
            .count() as u32,
        rule: rules.control.to_string(),
        series: series(estate, &rules.control, at),
        changed: changed_between(estate, &rules.control, at - 90.days(), at),
    };
    let services: Vec<ServiceLine> = on_the_day
        .iter()
        .map(|(id, service, control)| service_line(estate, *id, service, control, at))
        .collect();
    let mut basis = Basis::of_payments(&estate.imports, known);
    basis.rules = vec![
        format!("Controlled means: {}.", rules.control),
        match rules.years {
            YearBasis::Financial => "Years run from 1 April to 31 March, by payment date.".into(),
            YearBasis::Calendar => "Calendar years, by payment date.".into(),
        },
        "Technology is what a person confirmed by supplier, and else what the technology rules propose.".into(),
    ];
    let uncertain = counted.map_or(0, |paid| paid.uncertain_rows);
    basis.unknowns = unknowns(&services, &cost, &money, &names, uncertain);
    let missing = |gap: &Period| {
        format!(
            "what was paid from {} to {}: no file covers it, and its years look too small",
            gap.from, gap.to
        )
    };
    basis
        .unknowns
        .extend(gaps(&estate.imports).iter().map(missing));
    let lines = counted
        .map(|paid| paid.lines.as_slice())
        .unwrap_or_default();
    let extras = estate.tells_extras().then(|| {
        let told = estate.split(lines, rules, at);
        estate.extras(lines, &told, rules, at)
    });
    Statement {
        extras,
        performance,
        authority: estate.authority().map(|(_, held)| held.name.clone()),
        at,
        control,
        contracts: contract_lines(estate, &on_the_day, at),
        next_dates: next_dates(estate, at),
        staff: estate
            .authority()
            .filter(|_| !estate.staff_movements.is_empty())
            .map(|(id, _)| staff_returned(estate.staff_movements.values(), id, at)),
        claims: claim_lines(estate, paid, rules),
        services,
        suppliers,
        money,
        basis,
    }
}

/// Every contract as it stands on a day: first those under which services are delivered, by title.
/// `services` are those of [`Estate::services_on`].
pub fn contract_lines(
    estate: &Estate,
    services: &[(RecordId, &Service, Control)],
    at: Date,
) -> Vec<ContractSummary> {
    let mut under: BTreeMap<RecordId, Vec<String>> = BTreeMap::new();
    for (_, service, control) in services {
        if let Some(contract) = control.contract {
            under
                .entry(contract)
                .or_default()
                .push(service.name.clone());
        }
    }
    let mut timed = estate.all_timed(at);
    let line = |(id, contract): (&RecordId, &Contract)| {
        let clock = timed.remove(id).map(|timed| timed.clock);
        let end = clock.as_ref().and_then(|clock| clock.term_end);
        let end = end.map(When::Day).or_else(|| contract.end_on(at));
        let safe = clock
            .as_ref()
            .and_then(|clock| clock.last_safe_day.as_ref());
        let value = contract.value.on(at).certain().or(contract.value.latest());
        ContractSummary {
            id: *id,
            title: contract.title.clone(),
            reference: contract.reference().map(str::to_owned),
            suppliers: contract
                .suppliers
                .iter()
                .map(|id| estate.organisation_name(*id))
                .collect(),
            start: contract.start,
            end,
            state: contract.term_state_by(end, at),
            last_notice: clock.as_ref().and_then(Clock::last_notice),
            last_safe_day: safe.map(|safe| safe.date),
            value_pence: value.map(|value| value.pence),
            currency: value.map(|value| value.currency.clone()),
            services: under.remove(id).unwrap_or_default(),
            source: contract.source.clone(),
        }
    };
    let mut lines: Vec<ContractSummary> = estate.contracts.iter().map(line).collect();
    lines.sort_by(|a, b| {
        let used = |line: &ContractSummary| line.services.is_empty();
        (used(a), &a.title, a.id).cmp(&(used(b), &b.title, b.id))
    });
    lines
}

fn claim_lines(estate: &Estate, paid: &PaidUntil, rules: &Rules) -> Vec<ClaimSummary> {
    let evidence = |name: &str, on: Date| {
        figure(estate, paid, rules, name, on).map(|figure| Evidence {
            known: figure.known,
            possible: figure.possible,
        })
    };
    let line = |(id, claim): (&RecordId, &Claim)| ClaimSummary {
        id: *id,
        claim: claim.text.clone(),
        said_by: claim.said_by.clone(),
        said_on: claim.said_on,
        source: claim.source.clone(),
        promised: claim.promise.as_ref().map(|promise| promise.of),
        promised_by: claim.promise.as_ref().map(|promise| promise.by),
        finding: judge(
            claim,
            evidence,
            |event| estate.events.get(&event).cloned(),
            |saving, by| saved(estate, paid, rules, saving, by),
        ),
    };
    let mut lines: Vec<ClaimSummary> = estate.claims.iter().map(line).collect();
    lines.sort_by(|a, b| (a.said_on, &a.claim).cmp(&(b.said_on, &b.claim)));
    lines
}

/// Ends and reviews of the authority's own contracts in the two years after the day, soonest first.
fn next_dates(estate: &Estate, at: Date) -> Vec<NextDate> {
    let horizon = at.saturating_add(2.years());
    let soon = |when: When| {
        when.latest().is_some_and(|day| day >= at)
            && when.earliest().is_some_and(|day| day <= horizon)
    };
    let mut dates = BTreeSet::new();
    let ours = |contract: &Contract| contract.buyer.is_none() || contract.buyer == estate.authority;
    let timed = estate.all_timed(at);
    let held = estate
        .contracts
        .iter()
        .filter(|(_, contract)| ours(contract));
    for (id, contract) in held {
        let title = &contract.title;
        let clock = timed.get(id).map(|timed| &timed.clock);
        let day = |day: Option<Date>| day.map(When::Day);
        let goes_on = clock.is_some_and(|clock| clock.next_renewal.is_some());
        let ends = match goes_on {
            true => format!("{title} goes on for another term after this day"),
            false => format!("{title} ends"),
        };
        let safe = clock.and_then(|clock| clock.last_safe_day.as_ref());
        let end = clock.and_then(|clock| clock.term_end);
        for (on, what) in [
            (day(end).or_else(|| contract.end_on(at)), ends),
            (
                day(clock.and_then(Clock::last_notice)),
                format!("Last day for notice to end {title}"),
            ),
            (
                day(safe.map(|safe| safe.date)),
                format!("Last safe day to decide to leave {title}"),
            ),
            (contract.review, format!("{title} is due for review")),
        ] {
            dates.extend(on.filter(|on| soon(*on)).map(|on| NextDate { on, what }));
        }
    }
    dates.into_iter().collect()
}

/// What would make the statement firmer, and who could say.
fn unknowns(
    services: &[ServiceLine],
    cost: &CostShare,
    money: &MoneyLines,
    names: &[PaidName],
    uncertain: u64,
) -> Vec<String> {
    let mut unknowns = Vec::new();
    let mut say = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => unknowns.push(format!("1 {one}")),
        _ => unknowns.push(format!("{count} {many}")),
    };
    let assumed = |service: &&ServiceLine| {
        matches!(
            service.standing,
            Standing::AssumedControlled | Standing::AssumedNotControlled
        )
    };
    let unknown = services
        .iter()
        .filter(|service| service.standing == Standing::Unknown)
        .count();
    say(
        unknown,
        "service of which nobody has stated who holds it: its owner can say",
        "services of which nobody has stated who holds them: their owners can say",
    );
    say(
        services.iter().filter(assumed).count(),
        "service whose control is assumed from how it is delivered: its owner can confirm",
        "services whose control is assumed from how they are delivered: their owners can confirm",
    );
    say(
        cost.without_cost as usize,
        "service without a stated yearly cost: finance can say",
        "services without a stated yearly cost: finance can say",
    );
    say(
        money.names_proposed as usize,
        "name counted as technology by rule alone: a contract manager can confirm",
        "names counted as technology by rule alone: a contract manager can confirm",
    );
    let unnamed = names.iter().filter(|name| name.name.trim().is_empty());
    let unnamed = unnamed.map(|name| name.rows as usize).sum();
    say(
        unnamed,
        "payment without a supplier's name: finance can say",
        "payments without a supplier's name: finance can say",
    );
    say(
        uncertain as usize,
        "payment is dated to a month or period in which the day lies, and is not counted: finance can say",
        "payments are dated to a month or period in which the day lies, and are not counted: finance can say",
    );
    unknowns
}
