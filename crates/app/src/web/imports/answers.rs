//! What a person answers about files: what they hold, which column is what, which others they replace.

use super::seen::Seen;
use super::work::{Deciding, Waiting};
use crate::web::fields::{FieldFaults, Fields};
use handback_core::dated::Period;
use handback_core::import::{Dataset, Role};
use handback_core::performance::state::Means;
use handback_intake::refused::called;
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What a file may hold, as a form offers it.
const DATASETS: [Dataset; 46] = {
    use Dataset::*;
    [
        Payments,
        Contracts,
        Ocds,
        Tickets,
        Measurements,
        Organisations,
        Services,
        Arrangements,
        StaffMovements,
        Clauses,
        Obligations,
        Requests,
        Variations,
        Charges,
        IndexFigures,
        Volumes,
        Waves,
        Blackouts,
        Tasks,
        Gates,
        ReadinessStatements,
        Assets,
        Licences,
        ThirdPartyContracts,
        DataHoldings,
        Credentials,
        Knowledge,
        Documents,
        Events,
        Claims,
        Recommendations,
        Problems,
        Challenges,
        Trials,
        Benefits,
        Scope,
        Treatments,
        Names,
        PublishedTotals,
        Measures,
        Rebases,
        WorkingCalendars,
        Commitments,
        Actions,
        WorkArounds,
        Updates,
    ]
};

/// The roles that a column of payments can play, in plain words.
const PAYMENT_ROLES: &[(Role, &str)] = &[
    (Role::Other, "nothing we need"),
    (Role::Date, "the date paid"),
    (Role::Amount, "the amount"),
    (Role::Vat, "the VAT"),
    (Role::Gross, "the amount with VAT"),
    (Role::Supplier, "the supplier"),
    (Role::SupplierNumber, "the supplier’s number"),
    (Role::CompanyNumber, "the company number"),
    (Role::Department, "the department"),
    (Role::Service, "the service"),
    (Role::Category, "the category"),
    (Role::Description, "the description"),
    (Role::Transaction, "the transaction’s number"),
    (Role::Personal, "about persons: not kept"),
];

/// The same for a register of contracts.
const CONTRACT_ROLES: &[(Role, &str)] = &[
    (Role::Other, "nothing we need"),
    (Role::Reference, "the reference"),
    (Role::Title, "the title"),
    (Role::Description, "the description"),
    (Role::Supplier, "the supplier"),
    (Role::CompanyNumber, "the company number"),
    (Role::Department, "the department"),
    (Role::Start, "the day it starts"),
    (Role::End, "the day it ends"),
    (Role::Review, "the day of its review"),
    (Role::ExtensionOption, "how it may be extended"),
    (Role::ContractValue, "its whole value"),
    (Role::AnnualValue, "its value in a year"),
    (Role::Process, "how it was bought"),
    (Role::Category, "the category"),
    (Role::Personal, "about persons: not kept"),
];

/// The same for the log or list of a service desk.
const TICKET_ROLES: &[(Role, &str)] = &[
    (Role::Other, "nothing we need"),
    (Role::Ticket, "the ticket’s number"),
    (Role::State, "the state it entered"),
    (Role::At, "when it entered that state"),
    (
        Role::Lifecycle,
        "whether an activity began or was completed",
    ),
    (Role::Opened, "when it was opened"),
    (Role::Responded, "when it was first answered"),
    (Role::Paused, "when it was paused"),
    (Role::Resumed, "when the pause ended"),
    (Role::Resolved, "when it was resolved"),
    (Role::Reopened, "when it was reopened"),
    (Role::Closed, "when it was closed"),
    (Role::Priority, "its priority"),
    (Role::Service, "the service"),
    (Role::Group, "the group that has it"),
    (Role::Channel, "how it was raised"),
    (Role::Satisfaction, "how content the asker was"),
    (Role::Personal, "about persons: not kept"),
];

/// The same for measurements.
const MEASUREMENT_ROLES: &[(Role, &str)] = &[
    (Role::Other, "nothing we need"),
    (Role::Date, "the day or month"),
    (Role::Measure, "the name of the measure"),
    (Role::Value, "the value"),
    (Role::Numerator, "the numerator"),
    (Role::Denominator, "the denominator"),
    (Role::Service, "what the value is of"),
    (Role::Personal, "about persons: not kept"),
];

/// What the states of a service desk can mean, in plain words.
const MEANINGS: &[(Means, &str)] = &[
    (Means::Opened, "opened"),
    (Means::Working, "the desk works on it"),
    (Means::WaitsForUser, "waits for whoever asked"),
    (Means::WaitsForSupplier, "waits for a supplier"),
    (Means::WaitsForOther, "waits for something else"),
    (Means::Resolved, "resolved"),
    (Means::Reopened, "reopened"),
    (Means::Closed, "closed"),
    (Means::Nothing, "changes nothing"),
];

/// The roles that a column of a dataset can play; none where columns are read by their headings.
fn roles_of(dataset: Dataset) -> Option<&'static [(Role, &'static str)]> {
    match dataset {
        Dataset::Payments => Some(PAYMENT_ROLES),
        Dataset::Contracts => Some(CONTRACT_ROLES),
        Dataset::Tickets => Some(TICKET_ROLES),
        Dataset::Measurements => Some(MEASUREMENT_ROLES),
        _ => None,
    }
}

/// The word by which an address or a form knows a value.
pub fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn meant<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}

/// What a file may hold: word and name.
pub fn datasets() -> Vec<(String, String)> {
    let named = |dataset: &Dataset| (word(dataset), called(*dataset).to_owned());
    DATASETS.iter().map(named).collect()
}

/// Roles: word and name.
fn roles(roles: &[(Role, &'static str)]) -> Vec<(String, &'static str)> {
    let named = |(role, name): &(Role, &'static str)| (word(role), *name);
    roles.iter().map(named).collect()
}

/// The roles of each dataset whose columns play roles, by its word.
pub fn all_roles() -> BTreeMap<String, Vec<(String, &'static str)>> {
    let of = |dataset: &Dataset| Some((word(dataset), roles(roles_of(*dataset)?)));
    DATASETS.iter().filter_map(of).collect()
}

/// What states can mean: word and name.
pub fn meanings() -> Vec<(String, &'static str)> {
    let named = |(means, name): &(Means, &'static str)| (word(means), *name);
    MEANINGS.iter().map(named).collect()
}

/// What a role of a dataset is called; none where columns are read by their headings.
pub fn role_called(dataset: Dataset, role: Role) -> Option<&'static str> {
    let mut roles = roles_of(dataset)?.iter();
    let found = roles.find(|(known, _)| *known == role);
    Some(found.map_or("nothing we need", |(_, name)| name))
}

pub fn dataset(word: Option<&str>) -> Option<Dataset> {
    meant(word?)
}

/// A period as typed; a fault of its field when it is none.
pub fn period(typed: Option<&str>, field: &str, faults: &mut FieldFaults) -> Option<Period> {
    let period = typed?.parse::<Period>();
    if period.is_err() {
        let message =
            "The period must look like 2019-08, 2019-Q2, 2019/20 or 2019-08-01..2019-08-31";
        faults.add(field, message);
    }
    period.ok()
}

/// A day as typed; a fault of its field when it is none.
fn day(typed: Option<&str>, field: &str, faults: &mut FieldFaults) -> Option<Date> {
    let day = typed?.parse();
    if day.is_err() {
        faults.add(field, "The day must look like 2019-06-30");
    }
    day.ok()
}

/// Note what a person answered about one file.
pub fn about_file(
    form: &Fields,
    place: usize,
    file: &mut Waiting,
    seen: Option<&Seen>,
    faults: &mut FieldFaults,
) {
    let name = |name: &str| format!("{name}-{place}");
    let typed = |field: &str| form.get(&name(field));
    if form.has(&name("dataset")) {
        file.dataset = dataset(typed("dataset"));
    }
    if form.has(&name("period")) {
        file.period = period(typed("period"), &name("period"), faults);
    }
    for (field, kept) in [
        ("publisher", &mut file.publisher),
        ("ledger", &mut file.ledger),
    ] {
        if form.has(&name(field)) {
            *kept = typed(field).map(str::to_owned);
        }
    }
    if form.has(&name("listed-on")) {
        file.contract = typed("contract").map(str::to_owned);
        file.listed_on = day(typed("listed-on"), &name("listed-on"), faults);
        file.whole_list = form.has(&name("whole-list"));
    }
    let Some(seen) = seen else { return };
    file.overlap = typed("overlap").and_then(meant).unwrap_or(Deciding::Later);
    file.overlaps = seen.overlaps.iter().map(|other| other.id).collect();
    file.skip = seen.refused.is_some() || seen.already || form.has(&name("skip"));
    for (index, column) in seen.columns.iter().enumerate() {
        let chosen = form.get(&format!("role-{index}-{place}")).and_then(meant);
        if let Some(role) = chosen.filter(|role: &Role| *role != column.role) {
            file.columns.retain(|(_, header)| *header != column.header);
            file.columns.push((role, column.header.clone()));
        }
    }
    for (index, state) in seen.states.iter().enumerate() {
        let chosen = form.get(&format!("state-{index}-{place}")).and_then(meant);
        if let Some(means) = chosen.filter(|means| Some(*means) != state.means) {
            file.states.retain(|(printed, _)| *printed != state.printed);
            file.states.push((state.printed.clone(), means));
        }
    }
    if !file.columns.is_empty() {
        // Named columns are read as payments unless something else is said.
        file.dataset = file.dataset.or(seen.dataset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::imports::seen::SeenColumn;
    use handback_core::import::StateReading;

    fn seen() -> Seen {
        let column = |header: &str, role| SeenColumn {
            header: header.into(),
            role,
            confidence: 90,
            why: String::new(),
            samples: Vec::new(),
        };
        Seen {
            dataset: Some(Dataset::Payments),
            columns: vec![
                column("Vendor", Role::Other),
                column("Paid to", Role::Supplier),
            ],
            ..Seen::default()
        }
    }

    #[test]
    fn only_what_differs_from_what_was_seen_is_a_correction() {
        let form = Fields::parse(b"role-0-0=supplier&role-1-0=supplier&period-0=2019-08");
        let (mut file, mut faults) = (Waiting::default(), FieldFaults::default());
        about_file(&form, 0, &mut file, Some(&seen()), &mut faults);
        assert_eq!(file.columns, [(Role::Supplier, "Vendor".to_owned())]);
        assert_eq!(file.dataset, Some(Dataset::Payments));
        assert!(file.period.is_some() && faults.is_empty());
        // What is emptied is no longer wished.
        let form = Fields::parse(b"period-0=&overlap-0=adds&skip-0=yes");
        about_file(&form, 0, &mut file, Some(&seen()), &mut faults);
        assert_eq!((file.period, file.overlap), (None, Deciding::Adds));
        assert!(file.skip);
    }

    #[test]
    fn a_word_for_a_state_is_told_where_it_was_not_known() {
        let state = |printed: &str, means| StateReading {
            printed: printed.into(),
            means,
        };
        let seen = Seen {
            states: vec![
                state("New", Some(Means::Opened)),
                state("Parked", None),
                state("Odd", None),
            ],
            ..Seen::default()
        };
        let form = Fields::parse(b"state-0-0=opened&state-1-0=waits-for-user&state-2-0=");
        let (mut file, mut faults) = (Waiting::default(), FieldFaults::default());
        about_file(&form, 0, &mut file, Some(&seen), &mut faults);
        assert_eq!(file.states, [("Parked".to_owned(), Means::WaitsForUser)]);
    }

    #[test]
    fn a_list_is_of_a_contract_and_a_day() {
        let (mut file, mut faults) = (Waiting::default(), FieldFaults::default());
        let mut answer = |form: &[u8]| {
            about_file(&Fields::parse(form), 0, &mut file, None, &mut faults);
            let listed = file.listed_on.map(|day| day.to_string());
            (
                listed,
                file.contract.clone(),
                file.whole_list,
                faults.is_empty(),
            )
        };
        let day = || Some("2019-06-30".to_owned());
        let whole = answer(b"listed-on-0=2019-06-30&contract-0=C-001&whole-list-0=yes");
        assert_eq!(whole, (day(), Some("C-001".into()), true, true));
        // What another form does not ask stays.
        assert_eq!(
            answer(b"period-0="),
            (day(), Some("C-001".into()), true, true)
        );
        assert_eq!(answer(b"listed-on-0=June"), (None, None, false, false));
    }

    #[test]
    fn a_period_that_is_none_is_a_fault_of_its_field() {
        let mut faults = FieldFaults::default();
        let form = Fields::parse(b"period-3=last+August");
        about_file(
            &form,
            3,
            &mut Waiting::default(),
            Some(&seen()),
            &mut faults,
        );
        assert!(faults.by_field().contains_key("period-3"));
    }
}
