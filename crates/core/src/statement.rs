//! The statement of control: who runs each service, under which contract, what was paid to whom for
//! technology, and what share the authority controls, on a day and as known at an entry.

use crate::assurance::{Claim, Event, Evidence, Finding, Quantity, Test, judge};
use crate::basis::{Basis, Known};
use crate::contract::{Contract, TermState};
use crate::control::{
    Arrangement, Control, ControlRule, CostShare, Criticality, Mode, Service, Share, Standing,
    control, share_by_cost, share_by_count,
};
use crate::dated::When;
use crate::import::Import;
use crate::money::technology::Technology;
use crate::money::{Name, Names, Paid, PaidName, ScopeBasis, ScopeRule, YearBasis, scoped};
use crate::organisation::{Organisation, OrganisationRole, group};
use crate::pence::Pence;
use crate::record::RecordId;
use crate::transition::{StaffMovement, StaffReturned, staff_returned};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Everything the register knows at one entry, by kind.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    pub organisations: BTreeMap<RecordId, Organisation>,
    pub services: BTreeMap<RecordId, Service>,
    pub arrangements: BTreeMap<RecordId, Arrangement>,
    pub contracts: BTreeMap<RecordId, Contract>,
    pub staff_movements: BTreeMap<RecordId, StaffMovement>,
    pub events: BTreeMap<RecordId, Event>,
    pub claims: BTreeMap<RecordId, Claim>,
    pub names: BTreeMap<RecordId, Name>,
    pub scope_rules: BTreeMap<RecordId, ScopeRule>,
    pub imports: BTreeMap<RecordId, Import>,
}

impl Estate {
    /// The authority whose statement this is: the first stated, when there are several.
    pub fn authority(&self) -> Option<(RecordId, &Organisation)> {
        let is_authority = |held: &Organisation| held.roles.contains(&OrganisationRole::Authority);
        self.organisations
            .iter()
            .find(|(_, held)| is_authority(held))
            .map(|(id, held)| (*id, held))
    }

    /// The services that exist on a day, with how each stands, by name.
    fn services_on(&self, day: Date, rule: &ControlRule) -> Vec<(RecordId, &Service, Control)> {
        let arranged: BTreeMap<RecordId, &Arrangement> = self
            .arrangements
            .values()
            .map(|arrangement| (arrangement.service, arrangement))
            .collect();
        let existing = self
            .services
            .iter()
            .filter(|(_, service)| service.exists(day));
        let judged = existing
            .map(|(id, service)| (*id, service, control(arranged.get(id).copied(), day, rule)));
        let mut services: Vec<_> = judged.collect();
        services.sort_by(|a, b| (&a.1.name, a.0).cmp(&(&b.1.name, b.0)));
        services
    }

    /// The days, `at` included, up to which payments must be counted for a statement.
    pub fn days_of_payments(&self, at: Date) -> BTreeSet<Date> {
        let days = self.claims.values().filter_map(|claim| match &claim.test {
            Some(Test::Figure { figure, on, .. }) if figure.starts_with("paid.") => Some(*on),
            _ => None,
        });
        days.chain([at]).collect()
    }

    fn organisation_name(&self, id: RecordId) -> String {
        self.organisations.get(&id).map_or_else(
            || "an organisation erased from the register".into(),
            |held| held.name.clone(),
        )
    }
}

/// The rules a statement is made by.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub control: ControlRule,
    pub technology: Technology,
    pub years: YearBasis,
}

/// What was paid up to each day that a statement needs.
pub type PaidUntil = BTreeMap<Date, Vec<Paid>>;

/// A named figure: a range with its unit, and how it is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    pub name: String,
    pub on: Date,
    pub known: Option<Quantity>,
    pub possible: Option<Quantity>,
    /// How it is counted, in one sentence.
    pub counted: String,
}

/// The figures that [`figure`] can take, each with how it is counted.
pub const FIGURES: &[(&str, &str)] = &[
    (
        "control.by_count",
        "The share of existing services that the authority controls, each counting as one.",
    ),
    (
        "control.by_cost",
        "The share of the yearly cost of services that the authority controls; a service without a stated cost counts between nothing and the dearest stated cost.",
    ),
    (
        "control.critical",
        "The share of critical services that the authority controls.",
    ),
    (
        "control.run_in_house",
        "The share of existing services that the authority runs itself.",
    ),
    ("services.total", "The number of services that exist."),
    (
        "services.with_supplier",
        "The number of services delivered by a supplier or joint venture.",
    ),
    (
        "staff.returned",
        "The people who joined the authority: transfers, ended secondments and others.",
    ),
    (
        "staff.returned.by_transfer",
        "The people who joined the authority under TUPE.",
    ),
    (
        "staff.returned.by_secondment_end",
        "The people whose secondment ended and who came back to the authority.",
    ),
    (
        "paid.total",
        "All payments up to and on the day, in the files that count.",
    ),
    (
        "paid.technology",
        "Payments for technology up to and on the day: confirmed at least, confirmed and proposed at most.",
    ),
];

/// Take one named figure on a day. The pages and the command line use this same function. None when
/// there is no such figure, or payments up to that day were not counted.
pub fn figure(
    estate: &Estate,
    paid: &PaidUntil,
    rules: &Rules,
    name: &str,
    on: Date,
) -> Option<Figure> {
    let (name, counted) = FIGURES.iter().find(|(known, _)| *known == name)?;
    let services = || estate.services_on(on, &rules.control);
    let share = |share: Share| {
        (
            share.known_share().map(Quantity::Share),
            share.possible_share().map(Quantity::Share),
        )
    };
    let exactly = |quantity: Option<Quantity>| (quantity, quantity);
    let staff = || {
        estate
            .authority()
            .map(|(id, _)| staff_returned(estate.staff_movements.values(), id, on))
    };
    let people = |certain: fn(StaffReturned) -> u32| {
        let known = staff().filter(|_| !estate.staff_movements.is_empty());
        let count = |people: u32| Quantity::Count(i64::from(people));
        (
            known.map(|staff| count(certain(staff))),
            known.map(|staff| count(certain(staff) + staff.undated)),
        )
    };
    let (known, possible) = match *name {
        "control.by_count" => share(share_by_count(
            services().iter().map(|(_, _, control)| control.standing),
        )),
        "control.critical" => share(of_criticality(&services(), Some(Criticality::Critical))),
        "control.by_cost" => {
            let cost = by_cost(&services(), on);
            (
                cost.known.map(Quantity::Share),
                cost.possible.map(Quantity::Share),
            )
        }
        "control.run_in_house" => {
            let modes: Vec<Mode> = services()
                .iter()
                .map(|(_, _, control)| control.mode)
                .collect();
            let count =
                |wanted: &[Mode]| modes.iter().filter(|mode| wanted.contains(mode)).count() as i64;
            let known = count(&[Mode::InHouse]);
            share(Share {
                known,
                possible: known + count(&[Mode::Unknown]),
                of: modes.len() as i64,
            })
        }
        "services.total" => {
            let services = services();
            exactly((!services.is_empty()).then_some(Quantity::Count(services.len() as i64)))
        }
        "services.with_supplier" => {
            let services = services();
            let count = |wanted: &[Mode]| {
                let counted = services
                    .iter()
                    .filter(|(_, _, control)| wanted.contains(&control.mode))
                    .count();
                (!services.is_empty()).then_some(Quantity::Count(counted as i64))
            };
            (
                count(&[Mode::Supplier, Mode::JointVenture]),
                count(&[Mode::Supplier, Mode::JointVenture, Mode::Unknown]),
            )
        }
        "staff.returned" => people(StaffReturned::total),
        "staff.returned.by_transfer" => people(|staff| staff.by_transfer),
        "staff.returned.by_secondment_end" => people(|staff| staff.by_secondment_end),
        "paid.total" => {
            let parts = paid.get(&on)?;
            exactly(
                (!parts.is_empty())
                    .then(|| Quantity::Money(parts.iter().map(|part| part.pence).sum())),
            )
        }
        _ => {
            let parts = paid.get(&on)?;
            let names = scoped_names(estate, parts, rules);
            let sum = |basis: &[ScopeBasis]| {
                let counted = names
                    .iter()
                    .filter(|name| basis.contains(&name.scope))
                    .map(|name| name.in_scope)
                    .sum();
                (!parts.is_empty()).then_some(Quantity::Money(counted))
            };
            let confirmed = sum(&[ScopeBasis::Confirmed]);
            let both = sum(&[ScopeBasis::Confirmed, ScopeBasis::Proposed]);
            (confirmed.min(both), confirmed.max(both))
        }
    };
    Some(Figure {
        name: (*name).into(),
        on,
        known,
        possible,
        counted: (*counted).into(),
    })
}

fn scoped_names(estate: &Estate, paid: &[Paid], rules: &Rules) -> Vec<PaidName> {
    let decisions: Vec<ScopeRule> = estate.scope_rules.values().cloned().collect();
    scoped(paid, &decisions, &rules.technology, rules.years)
}

fn of_criticality(
    services: &[(RecordId, &Service, Control)],
    wanted: Option<Criticality>,
) -> Share {
    let wanted = services
        .iter()
        .filter(|(_, service, _)| service.criticality == wanted);
    share_by_count(wanted.map(|(_, _, control)| control.standing))
}

fn by_cost(services: &[(RecordId, &Service, Control)], day: Date) -> CostShare {
    share_by_cost(services.iter().map(|(_, service, control)| {
        (
            control.standing,
            service.yearly_cost.on(day).certain().map(|cost| cost.pence),
        )
    }))
}

/// A share as pages and programs show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShareLine {
    /// 0 to 1; none when there is nothing to share.
    pub known: Option<f64>,
    pub possible: Option<f64>,
    /// The counts behind it.
    pub counts: Share,
}

impl From<Share> for ShareLine {
    fn from(counts: Share) -> ShareLine {
        let fraction = |share: i64| share as f64 / 10_000.0;
        let (known, possible) = (
            counts.known_share().map(fraction),
            counts.possible_share().map(fraction),
        );
        ShareLine {
            known,
            possible,
            counts,
        }
    }
}

/// The share by yearly cost, with what had to be assumed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostShareLine {
    pub known: Option<f64>,
    pub possible: Option<f64>,
    pub stated_pence: Pence,
    pub stated_controlled_pence: Pence,
    pub services_without_cost: u32,
    pub dearest_pence: Pence,
}

/// How many services were delivered how at the end of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeriesPoint {
    /// The last day of the month; the statement's own day for the last point.
    pub on: Date,
    pub in_house: u32,
    pub shared: u32,
    pub joint_venture: u32,
    pub supplier: u32,
    pub unknown: u32,
    pub controlled: Share,
}

/// What the authority controls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ControlLines {
    pub by_count: ShareLine,
    pub by_cost: CostShareLine,
    pub by_criticality: BTreeMap<String, ShareLine>,
    pub run_in_house: u32,
    pub rule: String,
    pub series: Vec<SeriesPoint>,
    /// What changed in the 90 days before.
    pub changed: Vec<ServiceChange>,
}

/// A service on the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceLine {
    pub id: RecordId,
    pub name: String,
    pub reference: Option<String>,
    pub criticality: Option<Criticality>,
    pub mode: Mode,
    pub provider: Option<String>,
    pub contract: Option<String>,
    pub since: Option<When>,
    pub standing: Standing,
    /// Why it is not controlled, or what is not known, in plain words.
    pub because: Vec<String>,
    /// Facets taken from the mode, which nobody stated.
    pub assumed: Vec<String>,
    pub yearly_cost_pence: Option<Pence>,
    pub source: Option<String>,
}

/// A service that stands otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceChange {
    pub service: String,
    pub was: String,
    pub is: String,
}

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
    pub value_pence: Option<Pence>,
    pub currency: Option<String>,
    /// The services that are delivered under it on the day.
    pub services: Vec<String>,
    pub source: Option<String>,
}

/// What a supplier was paid: an organisation, or a printed name that nobody has tied to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SupplierLine {
    pub name: String,
    pub organisation: Option<RecordId>,
    /// The supplier group on the day, where it is not the supplier itself.
    pub group: Option<String>,
    pub names: Vec<String>,
    pub payments: u64,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
    pub scope: ScopeBasis,
    pub why: String,
}

/// What the firms of one group were paid together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupLine {
    pub name: String,
    pub members: Vec<String>,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
}

/// What was paid in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MoneyLines {
    pub payments: u64,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
    /// Of that, what a person confirmed.
    pub confirmed_pence: Pence,
    /// The printed names of which some payments count as technology.
    pub names_in_scope: u64,
    pub names_proposed: u64,
    pub by_year: Vec<YearLine>,
    pub groups: Vec<GroupLine>,
}

/// One year's payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct YearLine {
    pub year: String,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
}

/// A claim and what is found about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimSummary {
    pub id: RecordId,
    pub claim: String,
    pub said_by: String,
    pub said_on: When,
    pub source: String,
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
    pub next_dates: Vec<NextDate>,
    pub basis: Basis,
}

/// Make the statement for a day. `paid` holds the payments up to each of
/// [`Estate::days_of_payments`].
pub fn statement(
    estate: &Estate,
    paid: &PaidUntil,
    rules: &Rules,
    at: Date,
    known: Known,
) -> Statement {
    let on_the_day = estate.services_on(at, &rules.control);
    let payments = paid.get(&at).map(Vec::as_slice).unwrap_or_default();
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
    basis.unknowns = unknowns(&services, &cost, &money, &names);
    Statement {
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

fn service_line(
    estate: &Estate,
    id: RecordId,
    service: &Service,
    control: &Control,
    at: Date,
) -> ServiceLine {
    let because = control.because.iter().map(|facet| {
        let holding = control.holdings[*facet as usize];
        let held = match control.standing {
            Standing::Unknown => "nobody has said",
            _ => holding.holder.word(),
        };
        format!("{}: {held}", facet.word())
    });
    let assumed = control
        .holdings
        .iter()
        .filter(|holding| holding.assumed)
        .map(|holding| holding.facet.word().to_owned());
    ServiceLine {
        id,
        name: service.name.clone(),
        reference: service.reference.clone(),
        criticality: service.criticality,
        mode: control.mode,
        provider: control.provider.map(|id| estate.organisation_name(id)),
        contract: control
            .contract
            .and_then(|id| estate.contracts.get(&id))
            .map(|contract| contract.title.clone()),
        since: control.since,
        standing: control.standing,
        because: because.collect(),
        assumed: if control.mode == Mode::Unknown {
            Vec::new()
        } else {
            assumed.collect()
        },
        yearly_cost_pence: service.yearly_cost.on(at).certain().map(|cost| cost.pence),
        source: service.source.clone(),
    }
}

/// The services that stand otherwise on the later day than on the earlier one, by name: another
/// mode, another standing, begun or ended.
pub fn changed_between(
    estate: &Estate,
    rule: &ControlRule,
    earlier: Date,
    later: Date,
) -> Vec<ServiceChange> {
    compare(
        &estate.services_on(earlier, rule),
        &estate.services_on(later, rule),
    )
}

/// The services that stand otherwise on a day as known now than as known before, by name.
pub fn changed_knowledge(
    before: &Estate,
    now: &Estate,
    rule: &ControlRule,
    day: Date,
) -> Vec<ServiceChange> {
    compare(&before.services_on(day, rule), &now.services_on(day, rule))
}

fn compare(
    before: &[(RecordId, &Service, Control)],
    after: &[(RecordId, &Service, Control)],
) -> Vec<ServiceChange> {
    let words = |control: Option<&Control>| match control {
        None => "no such service".to_owned(),
        Some(control) => {
            let standing = match control.standing {
                Standing::Controlled => "controlled",
                Standing::AssumedControlled => "controlled (assumed)",
                Standing::Unknown => "unknown",
                Standing::AssumedNotControlled => "not controlled (assumed)",
                Standing::NotControlled => "not controlled",
            };
            format!("{}, {standing}", control.mode.word())
        }
    };
    let index =
        |services: &[(RecordId, &Service, Control)]| -> BTreeMap<RecordId, (String, Control)> {
            services
                .iter()
                .map(|(id, service, control)| (*id, (service.name.clone(), control.clone())))
                .collect()
        };
    let (before, after) = (index(before), index(after));
    let ids: BTreeSet<RecordId> = before.keys().chain(after.keys()).copied().collect();
    let changes = ids.into_iter().filter_map(|id| {
        let (was, is) = (before.get(&id), after.get(&id));
        let name = is.or(was).map(|(name, _)| name.clone())?;
        let (was, is) = (
            words(was.map(|(_, control)| control)),
            words(is.map(|(_, control)| control)),
        );
        (was != is).then_some(ServiceChange {
            service: name,
            was,
            is,
        })
    });
    let mut changes: Vec<ServiceChange> = changes.collect();
    changes.sort_by(|a, b| a.service.cmp(&b.service));
    changes
}

fn series(estate: &Estate, rule: &ControlRule, at: Date) -> Vec<SeriesPoint> {
    let starts = estate
        .arrangements
        .values()
        .flat_map(|held| held.mode.iter().filter_map(|(from, _)| from.earliest()));
    let Some(first) = starts.min() else {
        return Vec::new();
    };
    let mut days = Vec::new();
    let mut day = first.last_of_month();
    while day < at {
        days.push(day);
        day = (day + 1.day()).last_of_month();
    }
    days.push(at);
    let point = |on: Date| {
        let services = estate.services_on(on, rule);
        let count = |mode| {
            services
                .iter()
                .filter(|(_, _, control)| control.mode == mode)
                .count() as u32
        };
        SeriesPoint {
            on,
            in_house: count(Mode::InHouse),
            shared: count(Mode::Shared),
            joint_venture: count(Mode::JointVenture),
            supplier: count(Mode::Supplier),
            unknown: count(Mode::Unknown),
            controlled: share_by_count(services.iter().map(|(_, _, control)| control.standing)),
        }
    };
    days.into_iter().map(point).collect()
}

fn contract_lines(
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
    let line = |(id, contract): (&RecordId, &Contract)| {
        let value = contract.value.on(at).certain().or(contract.value.latest());
        ContractSummary {
            id: *id,
            title: contract.title.clone(),
            reference: contract
                .identifiers
                .iter()
                .find(|held| held.scheme == "local")
                .map(|held| held.id.clone()),
            suppliers: contract
                .suppliers
                .iter()
                .map(|id| estate.organisation_name(*id))
                .collect(),
            start: contract.start,
            end: contract.end_on(at),
            state: contract.term_state(at),
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

fn supplier_lines(estate: &Estate, names: &[PaidName], at: Date) -> Vec<SupplierLine> {
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let mut by_organisation: BTreeMap<RecordId, usize> = BTreeMap::new();
    let mut lines: Vec<SupplierLine> = Vec::new();
    for paid in names {
        let organisation = meaning.organisation(&paid.name, at);
        let place = organisation
            .and_then(|id| by_organisation.get(&id).copied())
            .unwrap_or(lines.len());
        if place == lines.len() {
            let top = organisation
                .map(|id| group(&estate.organisations, id, at))
                .filter(|top| Some(*top) != organisation);
            let printed = if paid.name.is_empty() {
                "(no name printed)"
            } else {
                &paid.name
            };
            lines.push(SupplierLine {
                name: organisation
                    .map_or_else(|| printed.to_owned(), |id| estate.organisation_name(id)),
                organisation,
                group: top.map(|id| estate.organisation_name(id)),
                names: Vec::new(),
                payments: 0,
                paid_pence: Pence::ZERO,
                in_scope_pence: Pence::ZERO,
                scope: ScopeBasis::Outside,
                why: String::new(),
            });
            if let Some(id) = organisation {
                by_organisation.insert(id, place);
            }
        }
        let line = &mut lines[place];
        line.names.push(paid.name.clone());
        line.payments += paid.rows;
        line.paid_pence += paid.paid;
        line.in_scope_pence += paid.in_scope;
        // A supplier is confirmed only when all its names are.
        line.scope = match (line.names.len(), line.scope, paid.scope) {
            (1, _, scope) => scope,
            (_, ScopeBasis::Outside, scope) | (_, scope, ScopeBasis::Outside) => scope,
            (_, ScopeBasis::Proposed, _) | (_, _, ScopeBasis::Proposed) => ScopeBasis::Proposed,
            (_, ScopeBasis::Confirmed, ScopeBasis::Confirmed) => ScopeBasis::Confirmed,
        };
        if line.why.is_empty() {
            line.why.clone_from(&paid.why);
        }
    }
    lines.sort_by(|a, b| {
        (b.in_scope_pence, b.paid_pence, &a.name).cmp(&(a.in_scope_pence, a.paid_pence, &b.name))
    });
    lines
}

fn money_lines(
    payments: &[Paid],
    names: &[PaidName],
    suppliers: &[SupplierLine],
    years: YearBasis,
) -> MoneyLines {
    let mut by_year: BTreeMap<i16, (Pence, Pence)> = BTreeMap::new();
    for paid in payments {
        by_year.entry(paid.year).or_default().0 += paid.pence;
    }
    for (year, pence) in names.iter().flat_map(|name| &name.in_scope_by_year) {
        by_year.entry(*year).or_default().1 += *pence;
    }
    let of = |scope| move |name: &&PaidName| name.scope == scope && name.in_scope != Pence::ZERO;
    let mut groups: BTreeMap<&str, Vec<&SupplierLine>> = BTreeMap::new();
    for supplier in suppliers {
        let group = supplier
            .group
            .as_deref()
            .or(supplier.organisation.map(|_| supplier.name.as_str()));
        if let Some(group) = group {
            groups.entry(group).or_default().push(supplier);
        }
    }
    let mut groups: Vec<GroupLine> = groups
        .into_iter()
        .filter(|(_, members)| members.len() > 1)
        .map(|(name, members)| GroupLine {
            name: name.into(),
            members: members.iter().map(|member| member.name.clone()).collect(),
            paid_pence: members.iter().map(|member| member.paid_pence).sum(),
            in_scope_pence: members.iter().map(|member| member.in_scope_pence).sum(),
        })
        .collect();
    groups.sort_by(|a, b| (b.paid_pence, &a.name).cmp(&(a.paid_pence, &b.name)));
    MoneyLines {
        payments: payments.iter().map(|paid| paid.rows).sum(),
        paid_pence: payments.iter().map(|paid| paid.pence).sum(),
        in_scope_pence: names.iter().map(|name| name.in_scope).sum(),
        confirmed_pence: names
            .iter()
            .filter(of(ScopeBasis::Confirmed))
            .map(|name| name.in_scope)
            .sum(),
        names_in_scope: names
            .iter()
            .filter(|name| name.in_scope != Pence::ZERO)
            .count() as u64,
        names_proposed: names.iter().filter(of(ScopeBasis::Proposed)).count() as u64,
        by_year: by_year
            .into_iter()
            .map(|(year, (paid_pence, in_scope_pence))| YearLine {
                year: years.words(year),
                paid_pence,
                in_scope_pence,
            })
            .collect(),
        groups,
    }
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
        finding: judge(claim, evidence, |event| estate.events.get(&event).cloned()),
    };
    let mut lines: Vec<ClaimSummary> = estate.claims.iter().map(line).collect();
    lines.sort_by(|a, b| (a.said_on, &a.claim).cmp(&(b.said_on, &b.claim)));
    lines
}

/// Contract ends and reviews in the two years after the day, soonest first.
fn next_dates(estate: &Estate, at: Date) -> Vec<NextDate> {
    let horizon = at.saturating_add(2.years());
    let soon = |when: When| {
        when.latest().is_some_and(|day| day >= at)
            && when.earliest().is_some_and(|day| day <= horizon)
    };
    let mut dates = BTreeSet::new();
    for contract in estate.contracts.values() {
        if let Some(on) = contract.end_on(at).filter(|end| soon(*end)) {
            dates.insert(NextDate {
                on,
                what: format!("{} ends", contract.title),
            });
        }
        if let Some(on) = contract.review.filter(|review| soon(*review)) {
            dates.insert(NextDate {
                on,
                what: format!("{} is due for review", contract.title),
            });
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
        "name counted as technology by rule alone: a contract manager can confirm (handback scope)",
        "names counted as technology by rule alone: a contract manager can confirm (handback scope)",
    );
    let unnamed = names
        .iter()
        .find(|name| name.name.trim().is_empty())
        .map_or(0, |name| name.rows as usize);
    say(
        unnamed,
        "payment without a supplier's name: finance can say",
        "payments without a supplier's name: finance can say",
    );
    unknowns
}
