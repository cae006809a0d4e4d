use super::*;
use crate::dated::Dated;
use crate::transition::blackout::Closes;
use jiff::civil::date;
use proptest::prelude::*;

fn id(number: u8) -> RecordId {
    RecordId([number; 16])
}

const WAVE: RecordId = RecordId([100; 16]);
const LATER: RecordId = RecordId([101; 16]);
const NETWORK: RecordId = RecordId([1; 16]);
const TELEPHONY: RecordId = RecordId([2; 16]);
const DAY: Date = Date::constant(2019, 5, 1);

#[derive(Default)]
struct Made {
    waves: BTreeMap<RecordId, Wave>,
    blackouts: BTreeMap<RecordId, Blackout>,
    tasks: BTreeMap<RecordId, Task>,
    needs: BTreeMap<RecordId, BTreeSet<RecordId>>,
    ends: BTreeMap<RecordId, (RecordId, When)>,
}

impl Made {
    fn with_wave(cutover: &str) -> Made {
        let mut made = Made::default();
        made.waves.insert(WAVE, wave(&[NETWORK], cutover));
        made
    }

    fn plan(&self) -> Plan<'_> {
        Plan {
            waves: &self.waves,
            blackouts: &self.blackouts,
            tasks: &self.tasks,
            needs: self.needs.iter().map(|(id, needs)| (*id, needs)).collect(),
            ends: self.ends.clone(),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        self.plan().findings(WAVE, DAY)
    }
}

fn wave(services: &[RecordId], cutover: &str) -> Wave {
    let mut wave = Wave {
        services: services.iter().copied().collect(),
        ..Wave::default()
    };
    if let Ok(cutover) = cutover.parse() {
        wave.cutover = Dated::since(When::Unknown, cutover);
    }
    wave
}

#[test]
fn a_cutover_in_a_blackout_is_found() {
    let blackout = |services: &[RecordId]| Blackout {
        name: "Year end".into(),
        what: Closes::YearEnd,
        days: Period::new(date(2016, 3, 25), date(2016, 4, 12)),
        repeats: true,
        services: services.iter().copied().collect(),
        source: None,
    };
    let closed = Period::new(date(2020, 3, 25), date(2020, 4, 12));
    for (cutover, services, expected) in [
        ("2020-04-12", &[][..], Some(false)),
        ("2020-04-12", &[NETWORK], Some(false)),
        ("2020-04-12", &[TELEPHONY], None),
        ("2020-04-13", &[], None),
        ("2020-04", &[], Some(true)),
        ("2020", &[], Some(true)),
    ] {
        let mut made = Made::with_wave(cutover);
        made.blackouts.insert(id(50), blackout(services));
        let expected: Vec<Finding> = expected
            .map(|perhaps| Finding::InBlackout {
                blackout: id(50),
                days: closed,
                services: BTreeSet::from([NETWORK]),
                perhaps,
            })
            .into_iter()
            .collect();
        assert_eq!(made.findings(), expected, "{cutover} {services:?}");
    }
}

#[test]
fn a_cutover_after_the_end_of_the_contract_is_found() {
    for (cutover, end, found) in [
        ("2021-03-31", "2021-03-31", false),
        ("2021-04-01", "2021-03-31", false),
        ("2021-04-02", "2021-03-31", true),
        ("2021-05", "2021-03", true),
        ("2021-03", "2021-03", false),
        ("2021-04-01", "unknown", false),
    ] {
        let mut made = Made::with_wave(cutover);
        let end = end.parse().expect("a date");
        made.ends.insert(NETWORK, (id(60), end));
        let expected = Finding::AfterContractEnd {
            service: NETWORK,
            contract: id(60),
            end,
        };
        let expected: Vec<Finding> = found.then_some(expected).into_iter().collect();
        assert_eq!(made.findings(), expected, "{cutover} {end}");
    }
}

#[test]
fn what_a_service_needs_should_not_move_later() {
    for (then, found) in [
        ("2019-08-01", false),
        ("2019-08-02", true),
        ("2019-08", false),
        ("unknown", false),
        ("", false),
    ] {
        let mut made = Made::with_wave("2019-08-01");
        made.waves.insert(LATER, wave(&[TELEPHONY], then));
        made.needs.insert(NETWORK, BTreeSet::from([TELEPHONY]));
        let expected = then.parse().ok().filter(|_| found);
        let expected: Vec<Finding> = expected
            .map(|cutover| Finding::NeedMovesLater {
                service: NETWORK,
                needs: TELEPHONY,
                wave: LATER,
                cutover,
            })
            .into_iter()
            .collect();
        assert_eq!(made.findings(), expected, "{then}");
    }
}

#[test]
fn a_service_moves_once_and_on_a_day() {
    let mut made = Made::with_wave("unknown");
    made.waves
        .insert(LATER, wave(&[NETWORK, TELEPHONY], "2020"));
    let twice = Finding::InTwoWaves {
        service: NETWORK,
        other: LATER,
    };
    assert_eq!(made.findings(), [twice, Finding::CutoverNotStated]);
    assert!(made.plan().findings(id(99), DAY).is_empty());
    let cutovers = made.plan().cutovers(DAY);
    assert_eq!(cutovers[&TELEPHONY], When::Year(2020));
}

fn task(name: &str, number: &str, due: &str, before: &[&str]) -> Task {
    Task {
        name: name.into(),
        number: (!number.is_empty()).then(|| number.into()),
        wave: Some(WAVE),
        due: due.parse().ok(),
        depends_on: before.iter().map(|&words| words.to_owned()).collect(),
        ..Task::default()
    }
}

#[test]
fn tasks_are_late_too_late_in_a_circle_or_not_listed() {
    let mut made = Made::with_wave("2019-08-01");
    let tasks = [
        task("Order lines", "1", "2019-04-30", &[]),
        task("Test", "2", "2019-08-02", &["1", "order LINES"]),
        task("Cut over", "3", "2019-08", &["4"]),
        task("Train", "4", "", &["3"]),
        task("Close", "5", "2019-05-01", &["4", "9"]),
        Task {
            wave: Some(LATER),
            ..task("Elsewhere", "9", "2019-01-01", &[])
        },
    ];
    let numbered = (10..).zip(tasks);
    made.tasks = numbered.map(|(number, task)| (id(number), task)).collect();
    let when = |text: &str| text.parse().expect("a date");
    let expected = [
        Finding::TaskLate {
            task: id(10),
            due: when("2019-04-30"),
        },
        Finding::TaskAfterCutover {
            task: id(11),
            due: when("2019-08-02"),
        },
        Finding::TasksInCircle {
            tasks: BTreeSet::from([id(12), id(13)]),
        },
        Finding::TaskNotListed {
            task: id(14),
            words: "9".into(),
        },
    ];
    assert_eq!(made.findings(), expected);
}

proptest! {
    /// Two tasks are in one circle exactly when each reaches the other.
    #[test]
    fn circles_are_what_reaches_itself(
        edges in proptest::collection::vec((0u8..8, 0u8..8), 0..20),
    ) {
        let mut before: BTreeMap<RecordId, BTreeSet<RecordId>> =
            (0..8).map(|number| (id(number), BTreeSet::new())).collect();
        for (one, other) in edges {
            before.entry(id(one)).or_default().insert(id(other));
        }
        let mut reaches: BTreeMap<RecordId, BTreeSet<RecordId>> = before.clone();
        for _ in 0..8 {
            for (at, reached) in &reaches.clone() {
                for through in reached {
                    let more = reaches[through].clone();
                    reaches.entry(*at).or_default().extend(more);
                }
            }
        }
        let circles = circles(&before);
        for one in before.keys() {
            for other in before.keys() {
                let each = reaches[one].contains(other) && reaches[other].contains(one);
                let together = circles.iter().filter(|it| it.contains(one) && it.contains(other));
                prop_assert_eq!(together.count(), usize::from(each), "{} {}", one, other);
            }
        }
    }
}
