//! Cases from public bug threads of contract registers, restated with the last day inclusive. The
//! day that the thread itself gives stands beside ours: those threads count ends as the day after.

use super::Clock;
use crate::contract::Terms;
use jiff::civil::Date;

/// One thread's case.
struct Case {
    /// The thread: <https://github.com/glpi-project/glpi/issues/> and the number.
    thread: u32,
    terms: &'static str,
    asked: &'static str,
    term_end: &'static str,
    next_renewal: Option<&'static str>,
    last_notice: Option<&'static str>,
    warning: Option<&'static str>,
    /// What the thread gives, for the end and for the notice or the warning.
    source: [&'static str; 2],
}

const AUTOMATIC_A_YEAR: &str = "renewal = { kind = \"automatic\", every = { months = 12 } }\n";

const CASES: &[Case] = &[
    // Asked in the first term: it ends 36 months after it began.
    Case {
        thread: 15893,
        terms: "start = 2020-08-01\ninitial_term = { months = 36 }
            renewal = { kind = \"automatic\", every = { months = 12 } }
            notice = [{ route = \"end-at-term\", at_least = { months = 3 } }]",
        asked: "2023-01-10",
        term_end: "2023-07-31",
        next_renewal: Some("2023-08-01"),
        last_notice: Some("2023-04-30"),
        warning: None,
        source: ["2023-08-01", "2023-05-01"],
    },
    // The same after its first renewal: another 12 months, not another 36.
    Case {
        thread: 15893,
        terms: "start = 2020-08-01\ninitial_term = { months = 36 }
            renewal = { kind = \"automatic\", every = { months = 12 } }
            notice = [{ route = \"end-at-term\", at_least = { months = 3 } }]",
        asked: "2023-08-01",
        term_end: "2024-07-31",
        next_renewal: Some("2024-08-01"),
        last_notice: Some("2024-04-30"),
        warning: None,
        source: ["2024-08-01", "2024-05-01"],
    },
    // Renewed once; the last day of notice was shown for the first term still (2025-06-28).
    Case {
        thread: 23084,
        terms: "start = 2024-08-28\ninitial_term = { months = 12 }
            renewal = { kind = \"automatic\", every = { months = 12 } }
            notice = [{ route = \"end-at-term\", at_least = { months = 2 } }]",
        asked: "2026-02-11",
        term_end: "2026-08-27",
        next_renewal: Some("2026-08-28"),
        last_notice: Some("2026-06-27"),
        warning: None,
        source: ["2026-08-28", "2026-06-28"],
    },
    // Somebody wants to be warned 21 days before the last day of notice.
    Case {
        thread: 6004,
        terms:
            "start = 2018-09-27\ninitial_term = { months = 36 }
            notice = [{ route = \"end-at-term\", at_least = { months = 3 }, warn = { days = 21 } }]",
        asked: "2021-06-01",
        term_end: "2021-09-26",
        next_renewal: None,
        last_notice: Some("2021-06-26"),
        warning: Some("2021-06-05"),
        source: ["2021-09-27", "2021-06-06"],
    },
    // 60 months and then 12 each time: the first renewal ends after 72 months, not after 120.
    Case {
        thread: 14703,
        terms: "start = 2015-01-01\ninitial_term = { months = 60 }
            renewal = { kind = \"automatic\", every = { months = 12 } }
            notice = [{ route = \"end-at-term\", at_least = { months = 3 } }]",
        asked: "2020-06-01",
        term_end: "2020-12-31",
        next_renewal: Some("2021-01-01"),
        last_notice: Some("2020-09-30"),
        warning: None,
        source: ["2021-01-01", "2020-10-01"],
    },
    Case {
        thread: 17725,
        terms: "start = 2015-01-01\ninitial_term = { months = 60 }
            renewal = { kind = \"automatic\", every = { months = 12 } }",
        asked: "2021-01-01",
        term_end: "2021-12-31",
        next_renewal: Some("2022-01-01"),
        last_notice: None,
        warning: None,
        source: ["2022-01-01", ""],
    },
    // One month from 1 January is over on 31 January.
    Case {
        thread: 505,
        terms: "start = 2016-01-01\ninitial_term = { months = 1 }",
        asked: "2016-01-31",
        term_end: "2016-01-31",
        next_renewal: None,
        last_notice: None,
        warning: None,
        source: ["2016-01-31", ""],
    },
    // The end is known as a day and not as a length.
    Case {
        thread: 12619,
        terms: "start = 2021-02-15\nend = 2022-12-31
            notice = [{ route = \"end-at-term\", at_least = { months = 1 } }]",
        asked: "2022-05-01",
        term_end: "2022-12-31",
        next_renewal: None,
        last_notice: Some("2022-11-30"),
        warning: None,
        source: ["2022-12-31", ""],
    },
    // Never renewed, and its notice is past: neither moves on.
    Case {
        thread: 18954,
        terms: "start = 2023-04-01\ninitial_term = { months = 24 }
            notice = [{ route = \"end-at-term\", at_least = { months = 3 } }]",
        asked: "2025-02-10",
        term_end: "2025-03-31",
        next_renewal: None,
        last_notice: Some("2024-12-31"),
        warning: None,
        source: ["2025-04-01", "2025-01-01"],
    },
    // A contract that ended and does not renew stays where it ended.
    Case {
        thread: 6164,
        terms: "start = 2016-01-01\ninitial_term = { months = 12 }
            notice = [{ route = \"end-at-term\", at_least = { months = 1 } }]",
        asked: "2019-07-01",
        term_end: "2016-12-31",
        next_renewal: None,
        last_notice: Some("2016-11-30"),
        warning: None,
        source: ["2017-01-01", "2016-12-01"],
    },
    // Notice counts back from the end of the term, not forth from its beginning.
    Case {
        thread: 2596,
        terms: "start = 2017-01-01\ninitial_term = { months = 12 }
            renewal = { kind = \"automatic\", every = { months = 12 } }
            notice = [{ route = \"end-at-term\", at_least = { months = 2 } }]",
        asked: "2017-08-01",
        term_end: "2017-12-31",
        next_renewal: Some("2018-01-01"),
        last_notice: Some("2017-10-31"),
        warning: None,
        source: ["2018-01-01", "2017-11-01"],
    },
];

fn day(text: &str) -> Date {
    text.parse().expect("a day in a test")
}

#[test]
fn threads_about_wrong_clocks_are_right_here() {
    for case in CASES {
        let terms: Terms = case.terms.parse().expect("terms in a test");
        let clock = Clock::of(&terms, day(case.asked));
        let thread = case.thread;
        assert_eq!(clock.term_end, Some(day(case.term_end)), "{thread}");
        assert_eq!(clock.next_renewal, case.next_renewal.map(day), "{thread}");
        let notice = clock.last_notice.first().and_then(|last| last.date);
        assert_eq!(notice, case.last_notice.map(day), "{thread}");
        let warned = clock
            .due
            .iter()
            .find(|due| matches!(due.what, super::What::Warning(_)));
        assert_eq!(
            warned.and_then(|due| due.date),
            case.warning.map(day),
            "{thread}"
        );
        // A day that only counts ends differently is at most a day away.
        let [end, notice_or_warning] = case.source;
        let near = |ours: Option<&str>, theirs: &str| {
            let ours = day(ours.expect("a day of ours"));
            let days = (day(theirs) - ours).get_days();
            assert!((0..=1).contains(&days), "{thread}: {ours} beside {theirs}");
        };
        near(Some(case.term_end), end);
        if !notice_or_warning.is_empty() {
            near(case.warning.or(case.last_notice), notice_or_warning);
        }
    }
}

#[test]
fn a_year_at_a_time_never_leaves_its_day() {
    let text = format!("start = 2020-03-01\ninitial_term = {{ months = 12 }}\n{AUTOMATIC_A_YEAR}");
    let terms: Terms = text.parse().expect("terms in a test");
    for (asked, end) in [
        ("2021-02-28", "2021-02-28"),
        ("2021-03-01", "2022-02-28"),
        ("2024-02-29", "2024-02-29"),
        ("2027-12-01", "2028-02-29"),
    ] {
        assert_eq!(
            Clock::of(&terms, day(asked)).term_end,
            Some(day(end)),
            "{asked}"
        );
    }
}
