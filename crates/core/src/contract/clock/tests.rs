use super::*;
use crate::contract::terms::LeadKind;
use jiff::civil::date;
use proptest::prelude::*;

fn terms(text: &str) -> Terms {
    text.parse().expect("terms in a test")
}

const MINIMAL: &str = "start = 2020-08-01
initial_term = { months = 36 }
renewal = { kind = \"automatic\", every = { months = 12 }, at_most = 3 }
[[notice]]
route = \"end-at-term\"
at_least = { months = 3 }
clause = \"31.2\"
";

fn with(more: &str) -> Terms {
    terms(&format!("{more}\n{MINIMAL}"))
}

fn tables(more: &str) -> Terms {
    terms(&format!("{MINIMAL}\n{more}"))
}

#[test]
fn renewals_stop_when_no_more_are_allowed() {
    let terms = terms(MINIMAL);
    for (asked, end, renews) in [
        (date(2020, 1, 1), date(2023, 7, 31), true),
        (date(2023, 7, 31), date(2023, 7, 31), true),
        (date(2023, 8, 1), date(2024, 7, 31), true),
        (date(2025, 12, 1), date(2026, 7, 31), false),
        (date(2040, 1, 1), date(2026, 7, 31), false),
    ] {
        let clock = Clock::of(&terms, asked);
        assert_eq!(clock.term_end, Some(end), "{asked}");
        assert_eq!(clock.next_renewal.is_some(), renews, "{asked}");
        assert_eq!(clock.ended, asked > end, "{asked}");
        assert_eq!(clock.longest_end, Some(date(2026, 7, 31)));
    }
}

#[test]
fn the_last_safe_day_of_plain_terms_is_the_last_day_of_notice() {
    let clock = Clock::of(&terms(MINIMAL), date(2023, 1, 1));
    let safe = clock.last_safe_day.expect("a notice is stated");
    assert_eq!(safe.date, date(2023, 4, 30));
    assert_eq!(
        safe.steps,
        [Step {
            what: Takes::Notice("end-at-term".into()),
            from: date(2023, 4, 30),
            to: date(2023, 7, 31),
            clause: Some("31.2".into()),
        }]
    );
    assert!(!safe.lapsed);
    assert_eq!(safe.next_chance, Some(date(2024, 4, 30)));
}

#[test]
fn an_extension_happens_only_when_somebody_takes_it_up() {
    let optional = |taken| {
        terms(&format!(
            "start = 2019-01-01\ninitial_term = {{ years = 3 }}\n\
             renewal = {{ kind = \"option\", every = {{ years = 1 }}, at_most = 2, taken = {taken} }}"
        ))
    };
    for (taken, end, until) in [
        (0, date(2021, 12, 31), Some(date(2022, 12, 31))),
        (1, date(2022, 12, 31), Some(date(2023, 12, 31))),
        (2, date(2023, 12, 31), None),
    ] {
        let clock = Clock::of(&optional(taken), date(2025, 1, 1));
        assert_eq!(clock.term_end, Some(end));
        assert_eq!(clock.next_renewal, None);
        assert_eq!(clock.extension_until, until);
        assert_eq!(clock.longest_end, Some(date(2023, 12, 31)));
    }
}

#[test]
fn notice_in_time_ends_the_contract_and_late_notice_a_term_later() {
    for (on, end) in [
        (date(2023, 4, 30), date(2023, 7, 31)),
        (date(2023, 5, 1), date(2024, 7, 31)),
    ] {
        let terms = with(&format!(
            "served = {{ on = {on}, route = \"end-at-term\" }}"
        ));
        let clock = Clock::of(&terms, date(2030, 1, 1));
        assert_eq!(clock.term_end, Some(end), "given on {on}");
        assert_eq!(clock.next_renewal, None);
    }
    let terms = with("served = { on = 2023-04-30, route = \"end-at-term\" }");
    let before = Clock::of(&terms, date(2023, 4, 29));
    assert_eq!(
        before.next_renewal,
        Some(date(2023, 8, 1)),
        "nobody has given it yet"
    );
}

#[test]
fn what_notice_on_a_day_would_do() {
    let terms = tables(
        "[[notice]]\nroute = \"no-fault\"\nat_least = { days = 90 }\ncost = 250000\n\
         [[notice]]\nroute = \"break\"\non = 2022-03-31\nat_least = { months = 6 }\nat_most = { months = 12 }\n\
         [[notice]]\nroute = \"fault\"\n",
    );
    let effects = |asked| {
        let clock = Clock::of(&terms, asked);
        let effects = clock.if_served.iter().map(|served| served.takes_effect);
        effects.collect::<Vec<_>>()
    };
    use Takings::{Effect, EffectATermLater, NoEffect, NotBefore, TooLate, Unknown};
    assert_eq!(
        effects(date(2021, 1, 1)),
        [
            Effect(date(2023, 7, 31)),
            Effect(date(2021, 4, 1)),
            NotBefore(date(2021, 3, 31)),
            Unknown
        ]
    );
    assert_eq!(effects(date(2021, 3, 31))[2], Effect(date(2022, 3, 31)));
    assert_eq!(
        effects(date(2021, 10, 1))[2],
        TooLate(Some(date(2021, 9, 30)))
    );
    assert_eq!(
        effects(date(2023, 6, 1))[0],
        EffectATermLater(date(2024, 7, 31))
    );
    assert_eq!(effects(date(2026, 6, 1))[0], NoEffect(date(2026, 7, 31)));
    assert_eq!(effects(date(2026, 8, 1))[1], NoEffect(date(2026, 7, 31)));
}

#[test]
fn steps_follow_one_another_back_from_the_end() {
    let terms = tables(
        "[[lead]]\nwhat = \"approval\"\ntakes = { weeks = 6 }\nclause = \"Constitution 4.2\"\n\
         [[lead]]\nwhat = \"procurement\"\ntakes = { months = 9 }\n\
         [[lead]]\nwhat = \"transition\"\ntakes = { months = 4 }\n\
         [[blackout]]\nwhat = \"Summer billing\"\nfrom = 2023-07-15\nto = 2023-08-10\n",
    );
    let safe = Clock::of(&terms, date(2022, 1, 1))
        .last_safe_day
        .expect("known");
    let steps: Vec<(Date, Date)> = safe.steps.iter().map(|step| (step.from, step.to)).collect();
    assert_eq!(
        steps,
        [
            (date(2023, 7, 14), date(2023, 8, 1)),
            (date(2023, 3, 14), date(2023, 7, 14)),
            (date(2022, 6, 14), date(2023, 3, 14)),
            (date(2022, 5, 3), date(2022, 6, 14)),
        ]
    );
    assert_eq!(safe.date, date(2022, 5, 3));
    assert_eq!(safe.others.len(), 1, "notice leaves more time");
    assert_eq!(safe.others[0].date, date(2023, 3, 19));
}

#[test]
fn what_is_not_known_is_said() {
    let terms = tables("[[lead]]\nwhat = \"transition\"\ntakes = \"unknown\"\n");
    let safe = Clock::of(&terms, date(2022, 1, 1))
        .last_safe_day
        .expect("notice is known");
    assert_eq!(safe.missing, [LeadKind::Transition]);
    let nothing = Clock::of(&self::terms("start = 2020-01-01"), date(2022, 1, 1));
    assert_eq!((nothing.term_end, nothing.last_safe_day), (None, None));
    let unread = self::terms(
        "start = 2020-01-01\nend = 2024-12-31\n[[notice]]\nroute = \"end-at-term\"\nat_least = \"unknown\"",
    );
    assert_eq!(
        Clock::of(&unread, date(2022, 1, 1)).last_notice[0].date,
        None
    );
}

#[test]
fn people_who_move_have_four_weeks_at_least() {
    for (takes, from) in [
        ("{ days = 20 }", date(2023, 7, 4)),
        ("{ days = 45 }", date(2023, 6, 17)),
    ] {
        let terms = terms(&format!(
            "start = 2020-08-01\ninitial_term = {{ months = 36 }}\nstaff_transfer = true\n\
             [[lead]]\nwhat = \"consultation\"\ntakes = {takes}\n"
        ));
        let safe = Clock::of(&terms, date(2022, 1, 1))
            .last_safe_day
            .expect("staff move");
        assert_eq!(safe.date, from, "{takes}");
    }
}

fn due_days(clock: &Clock, what: &What) -> Vec<Option<Date>> {
    let due = clock.due.iter().filter(|due| due.what == *what);
    due.map(|due| due.date).collect()
}

#[test]
fn duties_are_counted_from_what_they_name() {
    let terms = tables(
        "[[duty]]\nwhat = \"Exit plan\"\nof = \"start\"\nafter = { months = 3 }\nclause = \"Sch 25 para 4.1\"\n\
         [[duty]]\nwhat = \"Exit plan, yearly\"\nof = \"start\"\nafter = { months = 15 }\nevery = { months = 12 }\n\
         [[duty]]\nwhat = \"Provisional staff list\"\nof = \"exit\"\nafter = { working_days = 20 }\n\
         [[duty]]\nwhat = \"Final staff list\"\nof = \"transfer\"\nbefore = { working_days = 30 }\n\
         [[duty]]\nwhat = \"After notice\"\nof = \"notice\"\nafter = { days = 5 }\n\
         [assistance]\nbefore_end = { months = 4 }\nafter_notice = { months = 1 }\nlasts = { months = 12 }\n",
    );
    let clock = Clock::of(&terms, date(2022, 1, 1));
    let duty = |what: &str| due_days(&clock, &What::Duty(what.into()));
    assert_eq!(duty("Exit plan"), [Some(date(2020, 11, 1))]);
    assert_eq!(
        duty("Exit plan, yearly"),
        [Some(date(2021, 11, 1)), Some(date(2022, 11, 1))]
    );
    assert_eq!(duty("Provisional staff list"), [Some(date(2022, 8, 26))]);
    assert_eq!(duty("Final staff list"), [Some(date(2023, 6, 20))]);
    assert_eq!(duty("After notice"), [None]);
    assert_eq!(
        due_days(&clock, &What::Assistance),
        [Some(date(2023, 3, 31))]
    );
    assert_eq!(
        due_days(&clock, &What::AssistanceEnds),
        [Some(date(2024, 7, 31))]
    );
    let lapsed = |what: &str| {
        let what = What::Duty(what.into());
        clock.due.iter().any(|due| due.what == what && due.lapsed)
    };
    assert!(lapsed("Exit plan"));
    assert!(!lapsed("Final staff list"));
}

#[test]
fn the_acts_notices_are_due_by_regime() {
    let asked = date(2026, 6, 1);
    let clock = |text: &str| Clock::of(&terms(text), asked);
    let old = clock("start = 2020-01-01\nend = 2027-03-31");
    assert_eq!(
        due_days(&old, &What::Ending),
        [],
        "the old law asks for none"
    );
    let new = clock(
        "start = 2025-04-01\nsigned = 2025-03-10\nend = 2027-03-31\nvalue = 6000000\n\
         regime = \"procurement-act2023\"",
    );
    assert_eq!(
        due_days(&new, &What::ContractDetails),
        [Some(date(2025, 4, 8))]
    );
    assert_eq!(
        due_days(&new, &What::ContractCopy),
        [Some(date(2025, 6, 7))]
    );
    assert_eq!(
        due_days(&new, &What::Performance),
        [Some(date(2026, 3, 31)), Some(date(2027, 3, 31))]
    );
    assert_eq!(due_days(&new, &What::Ending), [Some(date(2027, 4, 29))]);
    assert_eq!(due_days(&new, &What::Change), [None]);
    assert!(
        new.due
            .iter()
            .filter(|due| due.what == What::Ending)
            .all(|due| !due.perhaps)
    );
    let unknown = clock("start = 2025-04-01\nend = 2027-03-31");
    assert!(
        unknown
            .due
            .iter()
            .any(|due| due.what == What::Ending && due.perhaps)
    );
    let light = clock(
        "start = 2025-04-01\nsigned = 2025-03-10\nend = 2027-03-31\nvalue = 6000000\n\
         regime = \"procurement-act2023\"\nlight_touch = true",
    );
    assert_eq!(
        due_days(&light, &What::ContractDetails),
        [Some(date(2025, 7, 7))]
    );
    assert_eq!(due_days(&light, &What::Performance), []);
}

#[test]
fn nothing_may_be_changed_once_assistance_was_asked_for() {
    let asked_for = |day: &str| {
        tables(&format!(
            "[assistance]\nlasts = {{ months = 12 }}\nfreezes = true\nfreeze_clause = \"Sch 25 para 6\"\n{day}"
        ))
    };
    let freeze = |terms: &Terms| Clock::of(terms, date(2023, 5, 1)).freeze;
    assert_eq!(freeze(&asked_for("")), None);
    assert_eq!(
        freeze(&asked_for("asked_for = 2023-03-01")),
        Some(Freeze {
            from: date(2023, 3, 1),
            to: Some(date(2024, 7, 31)),
            clause: Some("Sch 25 para 6".into()),
        })
    );
}

proptest! {
    /// Over leap years and month ends: terms follow without a gap, notice is in time for the term
    /// in force, and the steps join.
    #[test]
    fn clocks_are_in_order(
        offset in 0i32..12_000,
        first in 1u32..80,
        every in 1u32..40,
        at_most in proptest::option::of(0u32..6),
        notice in 0u32..14,
        approval in 0u32..60,
        later in 0i32..9_000,
    ) {
        let start = date(1998, 1, 1).saturating_add(offset.days());
        let at_most = at_most.map(|most| format!(", at_most = {most}")).unwrap_or_default();
        let terms = terms(&format!(
            "start = {start}\ninitial_term = {{ months = {first} }}\n\
             renewal = {{ kind = \"automatic\", every = {{ months = {every} }}{at_most} }}\n\
             notice = [{{ route = \"end-at-term\", at_least = {{ months = {notice} }} }}]\n\
             lead = [{{ what = \"approval\", takes = {{ working_days = {approval} }} }}]\n"
        ));
        let asked = start.saturating_add(later.days());
        let clock = Clock::of(&terms, asked);
        let end = clock.term_end.expect("known");
        prop_assert!(end >= asked || clock.next_renewal.is_none());
        prop_assert_eq!(clock.ended, end < asked);
        if let Some(next) = clock.next_renewal {
            prop_assert_eq!(next, end.saturating_add(1.day()));
            let renewed = Clock::of(&terms, next);
            prop_assert_eq!(renewed.renewals, clock.renewals + 1);
            prop_assert!(renewed.term_end.expect("known") >= next);
            // Notice a day late lets it go on.
            let last = clock.last_notice[0].date.expect("known");
            let served = |on: Date| Terms {
                served: Some(crate::contract::terms::Served { on, route: "end-at-term".into() }),
                ..terms.clone()
            };
            if last >= start {
                prop_assert_eq!(Term::of(&served(last), Date::MAX).end, Some(end));
                let late = Term::of(&served(last.saturating_add(1.day())), Date::MAX).end;
                prop_assert!(late > Some(end));
            }
        }
        let safe = clock.last_safe_day.expect("notice is stated");
        prop_assert_eq!(safe.steps.last().map(|step| step.from), Some(safe.date));
        for pair in safe.steps.windows(2) {
            prop_assert_eq!(pair[0].from, pair[1].to);
        }
        prop_assert!(safe.others.iter().all(|other| other.date >= safe.date));
    }
}
