use super::*;
use jiff::civil::date;

const LATE: &str = "Bills are late";

/// A row with these cells; the others are blank.
fn row(cells: &[(&str, &str)]) -> Vec<String> {
    let given = [("problem", LATE), ("raised on", "2020-02-10")];
    let cell = |heading: &Heading| {
        let mut all = cells.iter().chain(&given);
        let found = all.find(|(name, _)| *name == heading.name);
        found.map_or_else(String::new, |(_, text)| (*text).to_owned())
    };
    Problem::HEADINGS.iter().map(cell).collect()
}

fn read(rows: &[Vec<String>]) -> Result<Problem, Vec<&'static str>> {
    let mut directory = Directory::default();
    directory.id("Another");
    directory.id(LATE);
    record_of(rows, &mut directory)
}

#[test]
fn a_problem_moves_through_its_stages() {
    let rows = [
        row(&[("stage", "heard")]),
        row(&[
            ("stage", "shaped"),
            ("stage from", "2020-03-02"),
            ("reason", "Counted"),
        ]),
        row(&[
            ("stage", "stopped"),
            ("stage from", "2020-05"),
            ("reason", "The law changes in June"),
        ]),
    ];
    let problem = read(&rows).expect("reads");
    for (day, stage, open) in [
        (date(2020, 2, 9), None, false),
        (date(2020, 2, 10), Some(Stage::Heard), true),
        (date(2020, 3, 2), Some(Stage::Shaped), true),
        (date(2020, 5, 15), Some(Stage::Shaped), true),
        (date(2020, 5, 31), Some(Stage::Stopped), false),
    ] {
        assert_eq!(problem.stage_on(day), stage, "{day}");
        assert_eq!(problem.is_open_on(day), open, "{day}");
    }
    let unmoved = read(&[row(&[])]).expect("reads");
    assert_eq!(unmoved.stage_on(date(2020, 2, 9)), None);
    assert_eq!(unmoved.stage_on(date(2020, 2, 10)), Some(Stage::Heard));
}

#[test]
fn every_move_has_a_reason_and_a_later_day() {
    let today = date(2020, 6, 1);
    let problem = read(&[row(&[])]).expect("reads");
    let shaped = problem
        .moved((Stage::Shaped, date(2020, 3, 2)), " Counted ", today)
        .expect("moves");
    let (from, last) = shaped.moves.iter().next_back().expect("a move");
    assert_eq!(from, When::Day(date(2020, 3, 2)));
    assert_eq!(last.reason.as_deref(), Some("Counted"));
    let cannot = |stage, day, reason: &str| shaped.moved((stage, day), reason, today).err();
    assert_eq!(
        cannot(Stage::Trial, date(2020, 4, 1), "  "),
        Some(CannotMove::NoReason)
    );
    assert_eq!(
        cannot(Stage::Shaped, date(2020, 4, 1), "Again"),
        Some(CannotMove::StandsThere("shaped"))
    );
    assert_eq!(
        cannot(Stage::Trial, date(2020, 3, 2), "Soon"),
        Some(CannotMove::NotLater(When::Day(date(2020, 3, 2))))
    );
    assert_eq!(
        cannot(Stage::Trial, date(2020, 6, 2), "Soon"),
        Some(CannotMove::NotYet(date(2020, 6, 2)))
    );
    assert_eq!(
        problem.moved((Stage::Shaped, date(2020, 2, 9)), "Early", today),
        Err(CannotMove::BeforeHeard(When::Day(date(2020, 2, 10))))
    );
    assert_eq!(
        problem.moved((Stage::Heard, date(2020, 2, 11)), "Again", today),
        Err(CannotMove::StandsThere("heard"))
    );
    let closed = shaped
        .moved((Stage::Fixed, date(2020, 4, 1)), "Put right", today)
        .expect("moves");
    let again = closed.moved((Stage::Heard, date(2020, 5, 1)), "It is back", today);
    assert!(again.expect("opens again").is_open_on(today));
}

#[test]
fn the_same_problem_is_told_once() {
    let id = |place| RecordId([place; 16]);
    let problem = read(&[row(&[])]).expect("reads");
    let on = date(2020, 3, 1);
    let merged = problem
        .merged(id(1), (id(2), &problem), on)
        .expect("merges");
    assert!(merged.is_merged_on(on) && !merged.is_merged_on(date(2020, 2, 29)));
    assert!(problem.is_open_on(on) && !merged.is_open_on(on));
    let moved = merged.moved((Stage::Shaped, on), "Counted", on);
    assert_eq!(moved, Err(CannotMove::Merged));
    for (merging, why) in [
        (
            problem.merged(id(1), (id(1), &problem), on),
            CannotMerge::Itself,
        ),
        (
            merged.merged(id(1), (id(3), &problem), on),
            CannotMerge::IsMerged,
        ),
        (
            problem.merged(id(3), (id(1), &merged), on),
            CannotMerge::OtherIsMerged,
        ),
    ] {
        assert_eq!(merging, Err(why));
    }
    // 1 into 2 into 3; 4 and 5 into each other; 6 into one that is not there.
    let into = |place: u8| Problem {
        merged_into: Some(id(place)),
        ..problem.clone()
    };
    let problems: BTreeMap<RecordId, Problem> = [
        (id(1), into(2)),
        (id(2), into(3)),
        (id(3), problem.clone()),
        (id(4), into(5)),
        (id(5), into(4)),
        (id(6), into(9)),
    ]
    .into();
    let told = folded(&problems, on);
    assert_eq!(told, BTreeMap::from([(id(3), vec![id(1), id(2)])]));
}

#[test]
fn what_is_wrong_with_a_problem_is_said() {
    let shaped = [("stage", "shaped"), ("stage from", "2020-03-02")];
    for (cells, faults) in [
        (&[("directorate", "Housing")][..], vec!["directorate"]),
        (&[("services", "Rents; Maps")], vec!["services", "services"]),
        (&[("reach", "-4")], vec!["reach"]),
        (&[("effort", "a week")], vec!["effort"]),
        (&[("deadline", "2020-10")], vec!["deadline because"]),
        (&[("answered on", "2020-03")], vec!["first answer"]),
        (&[("first answer", "Look here")], vec!["answered on"]),
        (
            &[("first answer", "Look here"), ("answered on", "2019")],
            vec!["answered on"],
        ),
        (&[("merged on", "2020-03")], vec!["merged into"]),
        (&[("merged into", LATE)], vec!["merged into"]),
        (&[("reason", "Because")], vec!["reason"]),
        (&shaped, vec!["reason"]),
        (
            &[("stage", "shaped"), ("stage from", "2019"), ("reason", "x")],
            vec!["stage from"],
        ),
    ] {
        assert_eq!(read(&[row(cells)]), Err(faults), "{cells:?}");
    }
    let reasoned = [shaped[0], shaped[1], ("reason", "Counted")];
    let twice = [row(&reasoned), row(&reasoned)];
    assert_eq!(read(&twice), Err(vec!["stage from"]));
    let disagreeing = [row(&[("reach", "4")]), row(&[("reach", "5")])];
    assert_eq!(read(&disagreeing), Err(vec!["reach"]));
}
