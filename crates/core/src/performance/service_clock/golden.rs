//! Golden cases: what users of other desks reported as wrong, restated with made-up dates, and the rules
//! that every clock must keep. The source of each is named.

use super::tests::{minutes, run};
use super::{Outcome, Why};

const NINE_TO_FIVE: &str = "
[[hours]]
weekdays = ['09:00-17:00']
[pauses]
user = 'stops'
supplier = 'runs'
other = 'stops'
[[target]]
priority = '1'
resolution = { working_hours = 2 }
[[target]]
priority = '2'
resolution = { working_hours = 8 }
[[target]]
priority = 'days'
resolution = { working_days = 1 }
[[target]]
priority = 'passing'
resolution = { hours = 24 }
";

const ALWAYS: &str = "
[[hours]]
every_day = 'round-the-clock'
[pauses]
user = 'stops'
[[target]]
resolution = { minutes = 5 }
";

struct Case {
    source: &'static str,
    calendar: &'static str,
    log: &'static str,
    /// Working minutes to the resolution.
    working: Option<i64>,
    paused: i64,
    outcome: Outcome,
}

const CASES: &[Case] = &[
    Case {
        source: "GLPI #10594: pending from Friday noon over the weekend to Monday noon takes eight hours off, not 72",
        calendar: NINE_TO_FIVE,
        log: "2024-03-01 09:00 priority 2, 2024-03-01 09:00 opened, 2024-03-01 12:00 user, 2024-03-04 12:00 resumed, 2024-03-04 15:00 resolved",
        working: Some(360),
        paused: 480,
        outcome: Outcome::Met,
    },
    Case {
        source: "GLPI #10594, as a target in days: pending over the weekend, solved on the first working day after",
        calendar: NINE_TO_FIVE,
        log: "2024-03-01 09:00 priority days, 2024-03-01 09:00 opened, 2024-03-01 10:00 user, 2024-03-04 12:00 resumed, 2024-03-04 16:59 resolved",
        working: Some(60 + 299),
        paused: 420 + 180,
        outcome: Outcome::Met,
    },
    Case {
        source: "Days are not hours: eight working hours later is the next afternoon, one working day ends that evening",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 16:50 priority days, 2024-03-04 16:50 opened, 2024-03-05 17:00 resolved",
        working: Some(490),
        paused: 0,
        outcome: Outcome::Met,
    },
    Case {
        source: "The same in eight working hours is missed",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 16:50 priority 2, 2024-03-04 16:50 opened, 2024-03-05 17:00 resolved",
        working: Some(490),
        paused: 0,
        outcome: Outcome::Missed,
    },
    Case {
        source: "The same in 24 hours of passing time is missed by ten minutes",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 16:50 priority passing, 2024-03-04 16:50 opened, 2024-03-05 17:00 resolved",
        working: Some(490),
        paused: 0,
        outcome: Outcome::Missed,
    },
    Case {
        source: "Passing time stands while the ticket waits, outside opening hours too",
        calendar: NINE_TO_FIVE,
        log: "2024-03-01 16:00 priority passing, 2024-03-01 16:00 opened, 2024-03-01 17:00 user, 2024-03-04 09:00 resumed, 2024-03-05 08:00 resolved",
        working: Some(60 + 480),
        paused: 0,
        outcome: Outcome::Met,
    },
    Case {
        source: "GLPI #6902, #15605: the SLA is swapped while pending, and the pause before still counts as one",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 09:00 priority 2, 2024-03-04 09:00 opened, 2024-03-04 10:00 user, 2024-03-04 15:00 priority 1, 2024-03-04 16:00 resumed, 2024-03-04 17:00 resolved",
        working: Some(120),
        paused: 360,
        outcome: Outcome::Met,
    },
    Case {
        source: "GLPI #24481: nothing is violated while the ticket is pending, however long",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 09:00 priority 1, 2024-03-04 09:00 opened, 2024-03-04 10:59 user, 2024-03-28 17:00 end",
        working: None,
        paused: 361 + 18 * 480,
        outcome: Outcome::Running,
    },
    Case {
        source: "GLPI #1912: total time without pending time",
        calendar: ALWAYS,
        log: "2024-03-04 09:00 opened, 2024-03-04 09:02 user, 2024-03-06 09:02 resumed, 2024-03-06 09:05 resolved",
        working: Some(5),
        paused: 2880,
        outcome: Outcome::Met,
    },
    Case {
        source: "GLPI #23359: time as solved before a reopening is not pending time",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 09:00 priority 1, 2024-03-04 09:00 opened, 2024-03-04 10:00 resolved, 2024-03-04 12:00 reopened, 2024-03-04 12:30 resolved",
        working: Some(90),
        paused: 0,
        outcome: Outcome::Met,
    },
    Case {
        source: "GLPI PR 9267: closed and reopened after the target is as solved and reopened",
        calendar: ALWAYS,
        log: "2024-03-04 09:00 opened, 2024-03-04 09:01 resolved, 2024-03-04 09:01 closed, 2024-03-04 10:00 reopened, 2024-03-04 10:02 resolved",
        working: Some(3),
        paused: 0,
        outcome: Outcome::Met,
    },
    Case {
        source: "Frappe Helpdesk #1675: the time to resolution is taken again after each of two pauses",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 09:00 priority 1, 2024-03-04 09:00 opened, 2024-03-04 09:30 user, 2024-03-04 11:30 resumed, 2024-03-04 12:00 other, 2024-03-05 10:00 resumed, 2024-03-05 11:00 resolved",
        working: Some(120),
        paused: 120 + 300 + 60,
        outcome: Outcome::Met,
    },
    Case {
        source: "A pause for the supplier that the rules do not stop for runs on",
        calendar: NINE_TO_FIVE,
        log: "2024-03-04 09:00 priority 1, 2024-03-04 09:00 opened, 2024-03-04 09:30 supplier, 2024-03-04 11:30 resumed, 2024-03-04 12:00 resolved",
        working: Some(180),
        paused: 0,
        outcome: Outcome::Missed,
    },
    Case {
        source: "Bank holidays: over Good Friday and Easter Monday 2024 (GOV.UK) only Thursday and Tuesday count",
        calendar: NINE_TO_FIVE,
        log: "2024-03-28 16:00 priority 1, 2024-03-28 16:00 opened, 2024-04-02 10:00 resolved",
        working: Some(120),
        paused: 0,
        outcome: Outcome::Met,
    },
    Case {
        source: "Clocks go forward on 31 March 2024: 00:30 to 02:30 on the wall is one hour",
        calendar: "[[hours]]\nevery_day = 'round-the-clock'",
        log: "2024-03-31 00:30 opened, 2024-03-31 02:30 resolved",
        working: Some(60),
        paused: 0,
        outcome: Outcome::NoTarget,
    },
    Case {
        source: "Clocks go back on 27 October 2024: 00:30 to 02:30 on the wall is three hours",
        calendar: "[[hours]]\nevery_day = 'round-the-clock'",
        log: "2024-10-27 00:30 opened, 2024-10-27 02:30 resolved",
        working: Some(180),
        paused: 0,
        outcome: Outcome::NoTarget,
    },
    Case {
        source: "Nine is nine on both sides of a clock change",
        calendar: NINE_TO_FIVE,
        log: "2024-10-25 16:00 priority 1, 2024-10-25 16:00 opened, 2024-10-28 10:00 resolved",
        working: Some(120),
        paused: 0,
        outcome: Outcome::Met,
    },
];

#[test]
fn golden_cases() {
    for case in CASES {
        let times = run(case.calendar, case.log);
        let spent = times.spent.expect("every case is opened");
        assert_eq!(
            times.resolution.working.map(minutes),
            case.working,
            "{}",
            case.source
        );
        assert_eq!(minutes(spent.paused), case.paused, "{}", case.source);
        assert_eq!(times.resolution.outcome, case.outcome, "{}", case.source);
    }
}

/// FreeScout #2074: how many first replies came within the time promised needs the time of the first reply
/// on record; without it there is no guess.
#[test]
fn a_first_response_is_counted_where_it_is_on_record() {
    let calendar =
        "[[hours]]\nweekdays = ['09:00-17:00']\n[[target]]\nfirst_response = { hours = 24 }";
    let times = run(
        calendar,
        "2024-03-04 16:00 opened, 2024-03-05 09:30 responded, 2024-03-06 12:00 responded, 2024-03-06 13:00 resolved",
    );
    assert_eq!(times.first_response.working.map(minutes), Some(90));
    assert_eq!(times.first_response.outcome, Outcome::Met);
    let silent = run(
        calendar,
        "2024-03-04 16:00 opened, 2024-03-05 09:30 resolved",
    );
    assert_eq!(silent.first_response.why, Some(Why::NotResponded));
    assert_eq!(silent.first_response.outcome, Outcome::CannotTell);
}
