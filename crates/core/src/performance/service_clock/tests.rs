use super::calendar::Hours;
use super::month;
use super::*;
use crate::performance::Counted;
use crate::performance::ticket::{Change, What};
use jiff::civil::{DateTime, date};
use jiff::{Span, tz::TimeZone};
use proptest::prelude::*;

fn london() -> TimeZone {
    calendar::time_zone("Europe/London").expect("a time zone")
}

fn at(text: &str) -> Timestamp {
    let wall: DateTime = text.replace(' ', "T").parse().expect("a date and time");
    london().to_timestamp(wall).expect("a moment")
}

pub(super) fn minutes(seconds: i64) -> i64 {
    assert_eq!(seconds % 60, 0, "{seconds} seconds are no whole minutes");
    seconds / 60
}

fn book(text: &str) -> RuleBook {
    text.parse().expect("a calendar")
}

/// `2024-03-04 09:00 opened, 2024-03-04 10:00 user, …, 2024-03-05 09:00 end`, by the clock in London.
fn ticket(log: &str) -> (Ticket, Option<Timestamp>) {
    let mut end = None;
    let mut changes = Vec::new();
    for line in log.split(", ") {
        let (moment, what) = line.split_at(16);
        let moment = at(moment);
        let what = match what.trim() {
            "opened" => What::Opened,
            "responded" => What::Responded,
            "user" => What::Paused(Waiting::User),
            "supplier" => What::Paused(Waiting::Supplier),
            "other" => What::Paused(Waiting::Other),
            "resumed" => What::Resumed,
            "resolved" => What::Resolved,
            "reopened" => What::Reopened,
            "closed" => What::Closed,
            "end" => {
                end = Some(moment);
                continue;
            }
            other => What::Priority(
                other
                    .strip_prefix("priority ")
                    .expect("a priority")
                    .to_owned(),
            ),
        };
        changes.push(Change { at: moment, what });
    }
    let number = "T1".into();
    (
        Ticket {
            number,
            changes,
            ..Ticket::default()
        },
        end,
    )
}

pub(super) fn run(calendar: &str, log: &str) -> TicketTimes {
    let (book, (ticket, end)) = (book(calendar), ticket(log));
    Clocks::of(&book, std::slice::from_ref(&ticket), end)
        .expect("a time zone")
        .run(&ticket)
}

#[test]
fn what_cannot_be_told_says_why() {
    let plain = "[[hours]]\nfrom = 2024-01-01\nweekdays = ['09:00-17:00']\n[[target]]\nresolution = { working_hours = 1 }";
    for (log, why, outcome) in [
        (
            "2024-03-04 09:00 resolved",
            Some(Why::NotOpened),
            Outcome::CannotTell,
        ),
        (
            "2024-03-04 09:00 resolved, 2024-03-04 10:00 opened",
            Some(Why::BeforeOpened),
            Outcome::CannotTell,
        ),
        (
            "1970-01-01 00:00 opened, 2024-03-04 10:00 resolved",
            Some(Why::ImplausibleDate),
            Outcome::CannotTell,
        ),
        (
            "2023-03-04 09:00 opened, 2024-03-04 10:00 resolved",
            Some(Why::BeforeCalendar(date(2024, 1, 1))),
            Outcome::CannotTell,
        ),
        (
            "2024-03-04 09:00 opened, 2024-03-04 09:30 end",
            Some(Why::NotResolved),
            Outcome::Running,
        ),
        (
            "2024-03-04 09:00 opened, 2024-03-04 10:30 end",
            Some(Why::NotResolved),
            Outcome::Missed,
        ),
        (
            "2024-03-04 09:00 opened, 2024-03-04 09:30 closed",
            Some(Why::ClosedUnresolved),
            Outcome::CannotTell,
        ),
        (
            "2024-03-04 09:00 opened, 2024-03-04 09:10 user, 2024-03-04 09:20 resumed, 2024-03-04 09:30 resolved",
            Some(Why::PauseNotStated(Waiting::User)),
            Outcome::CannotTell,
        ),
        (
            "2024-03-04 09:00 opened, 2024-03-04 18:00 user, 2024-03-05 08:00 resumed, 2024-03-05 09:30 resolved",
            None,
            Outcome::Missed,
        ),
        (
            "2024-03-04 09:00 opened, 2024-03-04 09:30 resolved, 2024-03-04 09:40 reopened, 2024-03-04 09:50 end",
            Some(Why::NotResolved),
            Outcome::Running,
        ),
    ] {
        let times = run(plain, log);
        assert_eq!(times.resolution.why, why, "{log}");
        assert_eq!(times.resolution.working.is_none(), why.is_some(), "{log}");
        assert_eq!(times.resolution.outcome, outcome, "{log}");
    }
}

#[test]
fn the_last_resolution_counts_and_the_first_is_kept() {
    let times = run(
        "[[hours]]\nweekdays = ['09:00-17:00']",
        "2024-03-04 09:00 opened, 2024-03-04 10:00 resolved, 2024-03-05 09:00 reopened, 2024-03-05 09:30 resolved, 2024-03-06 09:00 resolved",
    );
    assert_eq!(times.first_resolution, Some((at("2024-03-04 10:00"), 3600)));
    assert_eq!(
        (times.resolution.at, times.resolution.working),
        (Some(at("2024-03-05 09:30")), Some(5400))
    );
    assert_eq!(times.reopened, 1);
    let spent = times.spent.expect("it was opened");
    assert_eq!(minutes(spent.resolved), 23 * 60 + 23 * 60 + 30);
}

#[test]
fn rules_say_whether_closing_resolves_and_resolving_answers() {
    let calendar =
        "closing_resolves = true\nresolving_responds = true\n[[hours]]\nweekdays = ['09:00-17:00']";
    let times = run(calendar, "2024-03-04 09:00 opened, 2024-03-04 10:00 closed");
    assert_eq!(times.resolution.working, Some(3600));
    assert_eq!(times.first_response.working, Some(3600));
}

#[test]
fn a_calendar_changes_from_a_date_and_closes_for_its_own_reasons() {
    let calendar = "
[[hours]]
weekdays = ['09:00-12:00', '13:00-17:00']
saturday = '10:00-12:00'
[[hours]]
from = 2024-03-06
every_day = 'round-the-clock'
[[closed]]
from = 2024-03-05
reason = 'A made-up open day'
";
    // Saturday two hours, Monday seven, Tuesday closed, Wednesday whole.
    let times = run(
        calendar,
        "2024-03-02 00:00 opened, 2024-03-07 00:00 resolved",
    );
    assert_eq!(times.resolution.working, Some((2 + 7 + 24) * 3600));
}

#[test]
fn each_nation_keeps_its_own_bank_holidays() {
    for (nation, hours) in [
        ("england-and-wales", 8),
        ("scotland", 0),
        ("northern-ireland", 8),
        ("none", 8),
    ] {
        let calendar = format!("nation = '{nation}'\n[[hours]]\nweekdays = ['09:00-17:00']");
        let times = run(
            &calendar,
            "2024-01-02 08:00 opened, 2024-01-02 20:00 resolved",
        );
        assert_eq!(times.resolution.working, Some(hours * 3600), "{nation}");
    }
}

#[test]
fn the_target_is_that_of_the_day_of_opening_and_of_the_last_priority() {
    let calendar = "
[[hours]]
weekdays = ['09:00-17:00']
[pauses]
user = 'stops'
[[target]]
resolution = { working_hours = 100 }
[[target]]
priority = 'High'
resolution = { working_hours = 2 }
[[target]]
priority = 'High'
from = 2024-03-05
resolution = { working_hours = 1 }
";
    for (log, outcome) in [
        // Opened before the target changes, and paused while it does.
        (
            "2024-03-04 09:00 priority high, 2024-03-04 09:00 opened, 2024-03-04 10:00 user, 2024-03-06 09:00 resumed, 2024-03-06 10:00 resolved",
            Outcome::Met,
        ),
        (
            "2024-03-05 09:00 priority high, 2024-03-05 09:00 opened, 2024-03-05 11:00 resolved",
            Outcome::Missed,
        ),
        (
            "2024-03-05 09:00 priority low, 2024-03-05 09:00 opened, 2024-03-05 11:00 resolved",
            Outcome::Met,
        ),
        (
            "2024-03-05 09:00 opened, 2024-03-05 11:00 resolved, 2024-03-05 12:00 priority high",
            Outcome::Met,
        ),
    ] {
        assert_eq!(run(calendar, log).resolution.outcome, outcome, "{log}");
    }
}

#[test]
fn a_service_of_its_own_has_its_own_hours() {
    let book = book(
        "
[[hours]]
weekdays = ['09:00-17:00']
[pauses]
user = 'stops'
[[service]]
names = ['Payroll']
[[service.hours]]
every_day = 'round-the-clock'
",
    );
    let (mut ticket, _) = ticket("2024-03-02 09:00 opened, 2024-03-02 10:00 resolved");
    for (service, seconds) in [(None, 0), (Some("payroll "), 3600), (Some("Network"), 0)] {
        ticket.service = service.map(str::to_owned);
        let clocks = Clocks::of(&book, std::slice::from_ref(&ticket), None).expect("a time zone");
        assert_eq!(
            clocks.run(&ticket).resolution.working,
            Some(seconds),
            "{service:?}"
        );
    }
    assert_eq!(book.services[0].1.pauses, book.others.pauses);
}

#[test]
fn a_wrong_calendar_is_refused_by_line_and_value() {
    for (text, line, says) in [
        ("", 1, "no hours are stated"),
        (
            "zone = 'Mars'\n[[hours]]\nweekdays = '09:00-17:00'",
            1,
            "\"Mars\" is no time zone",
        ),
        (
            "\nnation = 'wales'\n[[hours]]\nweekdays = '09:00-17:00'",
            2,
            "\"wales\"",
        ),
        (
            "[[hours]]\nweekdays = '9 to 5'",
            2,
            "\"9 to 5\" is no stretch of hours",
        ),
        (
            "[[hours]]\nweekdays = '22:00-06:00'",
            2,
            "write hours over midnight as two",
        ),
        (
            "[[hours]]\nweekdays = ['09:00-12:00', '11:00-17:00']",
            2,
            "overlap",
        ),
        ("[[hours]]\nsunday = 'closed'", 1, "never open"),
        (
            "[[hours]]\nweekdays = '09:00-17:00'\n[[hours]]\nweekdays = '09:00-17:00'",
            3,
            "begin later",
        ),
        (
            "[[hours]]\nweekday = '09:00-17:00'",
            2,
            "unknown field `weekday`",
        ),
        (
            "[[hours]]\nweekdays = '09:00-17:00'\n[[closed]]\nfrom = 2024-02-02\nto = 2024-02-01\nreason = 'x'",
            3,
            "swap the two",
        ),
        (
            "[[hours]]\nweekdays = '09:00-17:00'\n[pauses]\nuser = 'stop'",
            4,
            "unknown variant `stop`",
        ),
        (
            "[[hours]]\nweekdays = '09:00-17:00'\n[[target]]\npriority = '1'",
            3,
            "promises nothing",
        ),
        (
            "[[hours]]\nweekdays = '09:00-17:00'\n[[service]]\ntitle = 'x'",
            3,
            "which services",
        ),
    ] {
        let error = text.parse::<RuleBook>().expect_err(text);
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.what.contains(says), "{text}: {error}");
    }
}

#[test]
fn months_count_what_was_promised_and_kept() {
    let book = book(
        "[[hours]]\nweekdays = ['09:00-17:00']\n[[target]]\nresolution = { working_hours = 1 }",
    );
    let tickets: Vec<Ticket> = [
        "2024-01-31 23:30 opened, 2024-02-01 09:30 resolved",
        "2024-02-01 09:00 opened, 2024-02-01 11:00 resolved, 2024-03-01 09:00 reopened, 2024-03-01 10:00 resolved",
        "2024-02-05 09:00 opened, 2024-02-05 09:30 responded, 2024-02-05 10:00 resolved",
        "2024-02-06 09:00 opened",
        "2024-04-02 09:00 opened",
    ]
    .iter()
    .map(|log| ticket(log).0)
    .collect();
    let clocks = Clocks::of(&book, &tickets, None).expect("a time zone");
    let times: Vec<TicketTimes> = tickets.iter().map(|ticket| clocks.run(ticket)).collect();
    let months = month::months(&times, &london(), clocks.as_of())
        .remove(&None)
        .expect("tickets without a service");
    let of = |measure| {
        let series = month::series(&months, measure);
        series
            .iter()
            .map(|counted| (counted.point.value, counted.n))
            .collect::<Vec<_>>()
    };
    // April is cut short by the end of the log.
    assert_eq!(
        months.iter().map(|month| month.month).collect::<Vec<_>>(),
        [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]
    );
    assert_eq!(of(Counted::Opened), [(1.0, 1), (3.0, 3), (0.0, 0)]);
    assert_eq!(of(Counted::Resolved), [(0.0, 0), (2.0, 2), (1.0, 1)]);
    assert_eq!(of(Counted::ResolvedInTime), [(100.0, 2), (0.0, 1)]);
    assert_eq!(of(Counted::MedianToResolve), [(45.0, 2), (180.0, 1)]);
    assert_eq!(of(Counted::NineInTenToResolve), [(57.0, 2), (180.0, 1)]);
    assert_eq!(of(Counted::MedianToAnswer), [(30.0, 1)]);
    assert_eq!(of(Counted::Reopened), [(0.0, 0), (0.0, 0), (1.0, 1)]);
    assert_eq!(of(Counted::ShareReopened), [(0.0, 3), (100.0, 1)]);
    assert_eq!(of(Counted::Open), [(1.0, 1), (1.0, 1), (1.0, 1)]);
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let day = prop_oneof![
        Just(vec![]),
        Just(vec![calendar::ALL_DAY]),
        (0u16..700, 1u16..400, 1u16..60, 1u16..280).prop_map(|(from, long, gap, longer)| {
            let first = calendar::Stretch {
                from,
                to: from + long,
            };
            let second = calendar::Stretch {
                from: first.to + gap,
                to: first.to + gap + longer,
            };
            vec![first, second]
        }),
    ];
    (prop::array::uniform7(day), any::<bool>()).prop_map(|(days, closes)| Calendar {
        zone: "Europe/London".into(),
        nation: Some(crate::calendar::Nation::EnglandAndWales),
        hours: vec![Hours {
            from: None,
            days,
            bank_holidays: closes.then(Vec::new),
        }],
        closures: Vec::new(),
    })
}

fn any_log() -> impl Strategy<Value = Vec<Change>> {
    let what = prop_oneof![
        Just(What::Responded),
        Just(What::Paused(Waiting::User)),
        Just(What::Paused(Waiting::Supplier)),
        Just(What::Paused(Waiting::Other)),
        Just(What::Resumed),
        Just(What::Resolved),
        Just(What::Reopened),
        Just(What::Closed),
        Just(What::Priority("1".into())),
    ];
    (
        0i64..40_000_000,
        prop::collection::vec((0i64..400_000, what), 0..12),
    )
        .prop_map(|(start, steps)| {
            // From January 2023, so that clock changes and bank holidays lie within.
            let mut moment = at("2023-01-01 00:00").as_second() + start;
            let mut changes = vec![Change {
                at: Timestamp::from_second(moment).expect("a moment"),
                what: What::Opened,
            }];
            for (step, what) in steps {
                moment += step;
                changes.push(Change {
                    at: Timestamp::from_second(moment).expect("a moment"),
                    what,
                });
            }
            changes
        })
}

fn rules_of(calendar: Calendar) -> RuleBook {
    let pauses = Pauses {
        user: Some(true),
        supplier: Some(false),
        other: Some(true),
    };
    let others = Rules {
        title: None,
        calendar,
        pauses,
        closing_resolves: false,
        resolving_responds: false,
        targets: Vec::new(),
    };
    RuleBook {
        others,
        services: Vec::new(),
    }
}

proptest! {
    /// Every second is of one sort, and every sort is counted second by second as the calendar says.
    #[test]
    fn elapsed_is_working_and_paused_and_closed(calendar in any_calendar(), changes in any_log(), more in 0i64..500_000) {
        let opened = changes[0].at;
        let last = changes.last().expect("an opening").at;
        let end = last + Span::new().seconds(more);
        let ticket = Ticket { changes, ..Ticket::default() };
        let book = rules_of(calendar);
        let clocks = Clocks::of(&book, std::slice::from_ref(&ticket), Some(end)).expect("a time zone");
        let times = clocks.run(&ticket);
        let spent = times.spent.expect("it was opened");
        for part in [spent.working, spent.paused, spent.closed, spent.resolved, spent.waited] {
            prop_assert!(part >= 0);
        }
        prop_assert!(spent.paused <= spent.waited && spent.waited <= spent.paused + spent.closed);
        let until = if times.resolution.at.is_some() || times.resolution.why == Some(Why::ClosedUnresolved) { last } else { end };
        prop_assert_eq!(spent.elapsed() + spent.resolved, until.as_second() - opened.as_second());
        let whole = spent.working + spent.paused;
        let open = clocks.openings[0].between(opened.as_second(), until.as_second());
        prop_assert!(whole <= open);
        if times.resolutions.is_empty() && times.reopened == 0 && times.stops.is_empty() {
            prop_assert_eq!(whole, open);
        }
    }

    /// The sum from a table is the sum of minutes at each of which the day's hours are asked.
    #[test]
    fn openings_are_the_hours_of_each_day(calendar in any_calendar(), start in 0i64..600, long in 0i64..5_000) {
        // About the spring change of 2023; then about the autumn change.
        for begin in ["2023-03-24 12:00", "2023-10-27 12:00"] {
            let from = at(begin).as_second() + start * 60;
            let to = from + long * 60;
            let openings = Openings::over(&calendar, london(), date(2023, 3, 1), date(2023, 12, 1));
            let counted = (from / 60..to / 60).filter(|minute| {
                let wall = london().to_datetime(Timestamp::from_second(minute * 60).expect("a moment"));
                let of_day = u16::from(wall.hour() as u8) * 60 + u16::from(wall.minute() as u8);
                let stretches = calendar.open_on(wall.date()).expect("hours are stated");
                stretches.iter().any(|stretch| (stretch.from..stretch.to).contains(&of_day))
            });
            let counted = counted.count() as i64;
            // A stretch that begins or ends in the hour that the clock changes may differ by that hour.
            let apart = (openings.between(from, to) - counted * 60).abs();
            let near_change = calendar.open_on(date(2023, 3, 26)).expect("hours").iter().any(|s| (60..=120).contains(&s.from) || (60..=120).contains(&s.to));
            prop_assert!(apart == 0 || (near_change && apart <= 3600), "{apart} seconds apart");
        }
    }

    /// Cutting a stretch of time in two changes no sum.
    #[test]
    fn working_time_adds_up(calendar in any_calendar(), a in 0i64..9_000_000, b in 0i64..9_000_000, c in 0i64..9_000_000) {
        let openings = Openings::over(&calendar, london(), date(2023, 1, 1), date(2023, 6, 1));
        let mut moments = [a, b, c].map(|offset| at("2023-01-01 00:00").as_second() + offset);
        moments.sort_unstable();
        let [first, middle, last] = moments;
        prop_assert_eq!(openings.between(first, last), openings.between(first, middle) + openings.between(middle, last));
    }
}
