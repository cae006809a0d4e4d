use super::*;
use crate::dated::Dated;
use jiff::civil::date;
use std::collections::BTreeSet;

const NETWORK: RecordId = RecordId([1; 16]);
const DAY: Date = Date::constant(2019, 7, 26);

fn when(text: &str) -> Option<When> {
    (!text.is_empty()).then(|| text.parse().expect("a date"))
}

/// A settled item.
fn item(services: &BTreeSet<RecordId>, dimension: Dimension) -> Listed<'_> {
    Listed {
        record: Reference {
            kind: "asset",
            id: RecordId([9; 16]),
        },
        title: "Core switch",
        dimension,
        services,
        routed: true,
        agreement: Agreement::NotNeeded,
        confirmed: when("2019-05"),
        evident: false,
        missing_since: None,
        supplier: None,
        detail: Detail::Plain,
    }
}

/// Hold one rule against items changed in one way each.
fn check(rule: Rule, change: impl Fn(&mut Listed<'_>), expected: Option<Reason>) {
    let services = BTreeSet::from([NETWORK]);
    let mut listed = item(&services, Dimension::Assets);
    change(&mut listed);
    let cutover = when("2019-07-01");
    assert_eq!(
        rule(&listed, &Asked::on(DAY), cutover),
        expected,
        "{listed:?}"
    );
}

#[test]
fn what_left_the_suppliers_list_is_named_from_then_on() {
    let gone = |text: &str| Reason::GoneFromList {
        since: when(text).expect("a date"),
    };
    for (since, expected) in [
        ("", None),
        ("2019-07-27", None),
        ("2019-07-26", Some(gone("2019-07-26"))),
        ("2019-07", Some(gone("2019-07"))),
        ("unknown", Some(gone("unknown"))),
    ] {
        check(
            gone_from_list,
            |item| item.missing_since = when(since),
            expected,
        );
    }
}

#[test]
fn everything_but_knowledge_needs_a_route() {
    check(without_route, |_| {}, None);
    check(
        without_route,
        |item| item.routed = false,
        Some(Reason::RouteNotStated),
    );
    let knowledge = |item: &mut Listed<'_>| {
        item.routed = false;
        item.detail = Detail::Knowledge {
            posts: Vec::new(),
            with_authority: None,
            passed_on: None,
        };
    };
    check(without_route, knowledge, None);
}

#[test]
fn agreement_must_be_given_or_not_needed() {
    for (agreement, expected) in [
        (Agreement::NotNeeded, None),
        (Agreement::Given, None),
        (Agreement::Wanted, Some(Reason::AgreementWanted)),
        (Agreement::Refused, Some(Reason::AgreementRefused)),
        (Agreement::NotStated, Some(Reason::AgreementNotStated)),
    ] {
        check(
            without_agreement,
            |item| item.agreement = agreement,
            expected,
        );
    }
}

#[test]
fn a_confirmation_counts_for_twelve_months() {
    let old = |text: &str| Reason::ConfirmedTooLongAgo {
        on: when(text).expect("a date"),
    };
    for (confirmed, evident, expected) in [
        ("2018-07-26", false, None),
        ("2018-07-25", false, Some(old("2018-07-25"))),
        ("2018-07-25", true, Some(old("2018-07-25"))),
        ("2018", false, Some(old("2018"))),
        ("2018-08", false, None),
        ("2019-07-27", false, Some(Reason::NeverConfirmed)),
        ("2019-07-27", true, None),
        ("unknown", false, Some(Reason::NeverConfirmed)),
        ("", false, Some(Reason::NeverConfirmed)),
        ("", true, None),
    ] {
        let change = |item: &mut Listed<'_>| {
            item.confirmed = when(confirmed);
            item.evident = evident;
        };
        check(unconfirmed, change, expected);
    }
}

#[test]
fn a_key_is_safe_when_it_was_changed_since_the_move() {
    use Keyholder::{Authority, NotStated, Supplier, ThirdParty};
    let others = |holder| Some(Reason::OthersCanLogIn { holder });
    for (holder, rotated, expected) in [
        (Authority, "", None),
        (NotStated, "", Some(Reason::KeyholderNotStated)),
        (Supplier, "", others(Supplier)),
        (ThirdParty, "2019-06-30", others(ThirdParty)),
        (Supplier, "2019-07-01", None),
        (Supplier, "2019-07", others(Supplier)),
        (Supplier, "2019-07-27", others(Supplier)),
    ] {
        let change = |item: &mut Listed<'_>| {
            let rotated = when(rotated);
            item.detail = Detail::Credential { holder, rotated };
        };
        check(others_can_log_in, change, expected);
    }
}

#[test]
fn before_the_move_a_supplier_may_hold_a_key() {
    let services = BTreeSet::from([NETWORK]);
    let mut key = item(&services, Dimension::Access);
    key.detail = Detail::Credential {
        holder: Keyholder::Supplier,
        rotated: None,
    };
    for cutover in [None, when("2019-07-27"), when("2019-07"), when("unknown")] {
        assert_eq!(others_can_log_in(&key, &Asked::on(DAY), cutover), None);
    }
}

#[test]
fn knowledge_must_be_passed_on() {
    for (passed_on, expected) in [
        (Some(true), None),
        (Some(false), Some(Reason::NotPassedOn)),
        (None, Some(Reason::PassingOnNotStated)),
    ] {
        let change = |item: &mut Listed<'_>| {
            item.detail = Detail::Knowledge {
                posts: vec!["Network manager"],
                with_authority: Some(true),
                passed_on,
            };
        };
        check(not_passed_on, change, expected);
    }
}

fn ready(evidence: &[&str]) -> Said {
    Said {
        ready: true,
        evidence: evidence.iter().map(|&text| text.to_owned()).collect(),
        ..Said::default()
    }
}

#[test]
fn what_a_person_says_counts_with_evidence_and_until_it_expires() {
    let tested = |on: &str| Said {
        tested_on: when(on),
        ..ready(&["report"])
    };
    let expiring = |on: &str| Said {
        expires: when(on),
        ..ready(&["report"])
    };
    let not_ready = Said {
        missing: Some("two posts".into()),
        ..Said::default()
    };
    let date = |text: &str| when(text).expect("a date");
    let (people, recovery) = (Dimension::People, Dimension::RecoveryTested);
    for (said, dimension, expected) in [
        (ready(&["report"]), people, Reason::SaidReady { by: None }),
        (
            ready(&[]),
            people,
            Reason::SaidReadyWithoutEvidence { by: None },
        ),
        (
            not_ready,
            people,
            Reason::SaidNotReady {
                missing: Some("two posts".into()),
                by: None,
            },
        ),
        (
            expiring("2019-07-26"),
            people,
            Reason::SaidReady { by: None },
        ),
        (
            expiring("2019-07-25"),
            people,
            Reason::SayingExpired {
                on: date("2019-07-25"),
            },
        ),
        (ready(&["report"]), recovery, Reason::RestoreNotDated),
        (tested("2019-07-27"), recovery, Reason::RestoreNotDated),
        (
            tested("2018-07-26"),
            recovery,
            Reason::SaidReady { by: None },
        ),
        (
            tested("2018-07-25"),
            recovery,
            Reason::RestoreTooLongAgo {
                on: date("2018-07-25"),
            },
        ),
    ] {
        assert_eq!(told_by(&said, dimension, &Asked::on(DAY)), expected);
    }
}

#[test]
fn a_register_and_a_statement_together() {
    use Readiness::{NotReady, Ready, Unknown};
    for (listed, told, expected) in [
        (None, None, (Unknown, false)),
        (None, Some(Ready), (Ready, false)),
        (None, Some(NotReady), (NotReady, false)),
        (None, Some(Unknown), (Unknown, false)),
        (Some(Ready), None, (Ready, false)),
        (Some(Ready), Some(Ready), (Ready, false)),
        (Some(Ready), Some(NotReady), (NotReady, true)),
        (Some(Ready), Some(Unknown), (Ready, false)),
        (Some(Unknown), None, (Unknown, false)),
        (Some(Unknown), Some(Ready), (Unknown, false)),
        (Some(Unknown), Some(NotReady), (NotReady, false)),
        (Some(NotReady), Some(Ready), (NotReady, true)),
        (Some(NotReady), Some(NotReady), (NotReady, false)),
        (Some(NotReady), Some(Unknown), (NotReady, false)),
    ] {
        assert_eq!(together(listed, told), expected, "{listed:?} {told:?}");
    }
}

#[test]
fn nothing_listed_is_unknown_and_never_ready() {
    let services = BTreeSet::from([NETWORK]);
    let settled = item(&services, Dimension::Assets);
    let unsettled = Listed {
        routed: false,
        agreement: Agreement::Wanted,
        title: "Old licence",
        ..item(&services, Dimension::Licences)
    };
    let people = ReadinessStatement {
        service: NETWORK,
        dimension: Dimension::Licences,
        said: Dated::since(When::Day(date(2019, 7, 1)), ready(&["letter"])),
    };
    let statements = BTreeMap::from([(RecordId([7; 16]), people)]);
    let asked = Asked::on(DAY);
    let other = RecordId([2; 16]);
    let judged = readiness(
        &[(NETWORK, None), (other, None)],
        &[unsettled, settled],
        &statements,
        &asked,
    );
    let [network, other] = &judged[..] else {
        panic!("two services were asked about")
    };
    let assets = &network.dimensions[Dimension::Assets as usize];
    assert_eq!(
        (assets.readiness, assets.items, assets.settled),
        (Readiness::Ready, 1, 1)
    );
    let licences = &network.dimensions[Dimension::Licences as usize];
    assert_eq!(licences.readiness, Readiness::NotReady);
    assert!(licences.contradicted);
    let reasons: Vec<&Reason> = licences.named.iter().map(|named| &named.reason).collect();
    assert_eq!(
        reasons,
        [
            &Reason::SaidReady { by: None },
            &Reason::RouteNotStated,
            &Reason::AgreementWanted
        ]
    );
    assert_eq!(network.overall(), Readiness::NotReady);
    for dimension in &other.dimensions {
        assert_eq!(dimension.readiness, Readiness::Unknown);
        assert_eq!(dimension.named[0].reason, Reason::NothingListed);
    }
}
