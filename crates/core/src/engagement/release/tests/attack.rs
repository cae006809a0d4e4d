//! What somebody could work out who has every release in full.

use super::*;
use crate::engagement::release::layers::tells_lost_time;
use microlp::{ComparisonOp, OptimizationDirection, Problem};
use proptest::prelude::*;

/// An attacker who knows the whole release: reckons with every number of answers in every combination of the three
/// dimensions, and of those who said how much time they lost, that agrees with all that is shown.
struct Attacker<'r> {
    release: &'r Release,
    inner: Vec<(String, String, String)>,
}

impl Attacker<'_> {
    fn new(release: &Release) -> Attacker<'_> {
        let cube = cube();
        let with = |values: &BTreeSet<String>| {
            values
                .iter()
                .cloned()
                .chain([NOT_GIVEN.to_owned()])
                .collect::<Vec<_>>()
        };
        let mut inner = Vec::new();
        for service in with(&cube.services) {
            for directorate in with(&cube.directorates) {
                for place in with(&cube.places) {
                    inner.push((service.clone(), directorate.clone(), place));
                }
            }
        }
        Attacker { release, inner }
    }

    fn holds(cell: &Cell, (service, directorate, place): &(String, String, String)) -> bool {
        let is = |wanted: &Option<String>, value: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        is(&cell.service, service) && is(&cell.directorate, directorate) && is(&cell.place, place)
    }

    /// The least or most that a cell can count, `lost` those who lost time.
    fn bound(&self, cell: &Cell, lost: bool, direction: OptimizationDirection) -> f64 {
        let mut problem = Problem::new(direction);
        let weight =
            |asked: bool, inner| f64::from(u8::from(asked && Attacker::holds(cell, inner)));
        // Nobody believes in more than some thousand answers.
        let variables = |problem: &mut Problem, asked: bool| -> Vec<microlp::Variable> {
            self.inner
                .iter()
                .map(|inner| problem.add_var(weight(asked, inner), (0.0, 5_000.0)))
                .collect()
        };
        let all = variables(&mut problem, !lost);
        let some = variables(&mut problem, lost);
        for (some, all) in some.iter().zip(&all) {
            problem.add_constraint([(*some, 1.0), (*all, -1.0)], ComparisonOp::Le, 0.0);
        }
        for known in &self.release.cells {
            let Some(shown) = &known.shown else { continue };
            let sum = |of: &[microlp::Variable]| -> Vec<(microlp::Variable, f64)> {
                let within = of
                    .iter()
                    .zip(&self.inner)
                    .filter(|(_, inner)| Attacker::holds(known, inner));
                within.map(|(variable, _)| (*variable, 1.0)).collect()
            };
            problem.add_constraint(sum(&all), ComparisonOp::Eq, shown.n as f64);
            if let Some(lost) = shown.lost {
                problem.add_constraint(sum(&some), ComparisonOp::Eq, lost.n as f64);
            }
        }
        let solved = problem.solve().expect("the true table agrees");
        solved.solution().expect("no limit was set").objective()
    }

    fn range(&self, cell: &Cell, lost: bool) -> f64 {
        let bound = |direction| self.bound(cell, lost, direction);
        bound(OptimizationDirection::Maximize) - bound(OptimizationDirection::Minimize)
    }
}

/// The answers of a cell.
fn inside<'a>(cell: &Cell, answers: &'a [Answer]) -> Vec<&'a Answer> {
    let cube = cube();
    let is = |wanted: &Option<String>, value: &Option<String>, declared: &BTreeSet<String>| {
        let value = value.as_ref().filter(|value| declared.contains(*value));
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted == value.map_or(NOT_GIVEN, String::as_str))
    };
    let holds = |answer: &&Answer| {
        is(&cell.service, &answer.service, &cube.services)
            && is(&cell.directorate, &answer.directorate, &cube.directorates)
            && is(&cell.place, &answer.place, &cube.places)
    };
    answers.iter().filter(holds).collect()
}

/// What is left of each shown line when what is shown of it is taken from its total: its cells.
fn left(release: &Release, is_seen: &dyn Fn(&Cell) -> bool) -> Vec<Vec<Cell>> {
    let mut left = Vec::new();
    for whole in release.cells.iter().filter(|cell| is_seen(cell)) {
        let adds = |dimension: usize, cell: &Cell| {
            let values = |cell: &Cell| {
                [
                    cell.service.clone(),
                    cell.directorate.clone(),
                    cell.place.clone(),
                ]
            };
            let (cell, whole) = (values(cell), values(whole));
            (0..3).all(|other| {
                if other == dimension {
                    cell[other].is_some() && whole[other].is_none()
                } else {
                    cell[other] == whole[other]
                }
            })
        };
        for dimension in 0..3 {
            let parts = release.cells.iter().filter(|cell| adds(dimension, cell));
            let hidden: Vec<Cell> = parts.filter(|cell| !is_seen(cell)).cloned().collect();
            if !hidden.is_empty() {
                left.push(hidden);
            }
        }
    }
    left
}

prop_compose! {
    /// Groups of answers, small ones mostly, and services whose users all feel the same.
    fn groups()(
        parts in prop::collection::vec((0..4usize, 0..3usize, 0..3usize, 1..30usize, any::<u64>()), 2..14),
        moods in prop::collection::vec(0..3u8, 4),
    ) -> Vec<Answer> {
        let (services, directorates) = (["Email", "Laptops", "Payroll", ""], ["Adults", "Housing", ""]);
        let places = ["Depot", "Town Hall", ""];
        let mut answers = Vec::new();
        for (service, directorate, place, n, seed) in parts {
            for number in 0..(n * n).div_ceil(30) {
                let bits = seed.rotate_left(number as u32 * 5);
                let happiness = match moods[service] { 0 => (bits % 11) as u8, 1 => 9, _ => (bits % 7) as u8 };
                let mut answer = answer(services[service], directorates[directorate], places[place], happiness);
                answer.lost_minutes = (bits & 32 > 0).then_some((bits >> 7) as u32 % 200);
                answer.factors = ["slow", "crashes"].into_iter().enumerate()
                    .filter(|(place, _)| bits >> (20 + place) & 1 > 0).map(|(_, factor)| factor.to_owned()).collect();
                answers.push(answer);
            }
        }
        answers
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is shown, nobody can reckon the number of answers of a hidden cell more closely than the threshold.
    #[test]
    fn no_hidden_number_can_be_worked_out(answers in groups()) {
        prop_assume!(answers.len() as u64 >= FIVE);
        let release = closed(&answers, FIVE);
        prop_assert_eq!((release.audit.recoverable_cells, release.audit.exactly_known_cells), (0, 0));
        let attacker = Attacker::new(&release);
        for cell in &release.cells {
            let these = inside(cell, &answers);
            match &cell.shown {
                Some(shown) => {
                    prop_assert!(shown.n >= FIVE && shown.n == these.len() as u64);
                    prop_assert!(!Bands::of(these.iter().copied()).is_one());
                }
                None => prop_assert!(attacker.range(cell, false) > FIVE as f64 - 1e-6, "{cell:?}"),
            }
            let lost = these.iter().filter(|answer| answer.lost_minutes.is_some()).count() as u64;
            match cell.shown.as_ref().and_then(|shown| shown.lost) {
                Some(shown) => prop_assert!(shown.n >= FIVE && shown.n == lost && !tells_lost_time(&these)),
                None if lost < FIVE => prop_assert!(attacker.range(cell, true) > FIVE as f64 - 1e-6, "lost time of {cell:?}"),
                None => {}
            }
        }
    }

    /// Nor does any total, less what is shown of it, give a group of one band, one person's lost time, or a few who
    /// named a factor.
    #[test]
    fn no_subtraction_tells_what_a_group_said(answers in groups()) {
        prop_assume!(answers.len() as u64 >= FIVE);
        let release = closed(&answers, FIVE);
        let of = |cells: &[Cell]| -> Vec<Answer> {
            cells.iter().flat_map(|cell| inside(cell, &answers)).cloned().collect()
        };
        for cells in left(&release, &|cell| cell.shown.is_some()) {
            let these = of(&cells);
            prop_assert!(these.len() as u64 >= FIVE && !Bands::of(&these).is_one(), "{cells:?}");
        }
        for cells in left(&release, &|cell| cell.shown.as_ref().is_some_and(|shown| shown.lost.is_some())) {
            let these = of(&cells);
            let both = cells.iter().all(|cell| cell.service.is_some() && cell.directorate.is_some());
            let said: Vec<&Answer> = these.iter().filter(|answer| answer.lost_minutes.is_some()).collect();
            prop_assert!(both || said.len() as u64 >= FIVE && !tells_lost_time(&said), "{cells:?}");
        }
        for factor in release.impacts.iter().map(|impact| &impact.factor) {
            let seen = |cell: &Cell| cell.shown.as_ref().is_some_and(|shown| shown.factors.get(factor).is_some_and(Option::is_some));
            for cells in left(&release, &seen) {
                let both = cells.iter().all(|cell| cell.service.is_some() && cell.directorate.is_some());
                let these = of(&cells);
                let named = these.iter().filter(|answer| answer.factors.contains(factor)).count();
                prop_assert!(both || named as u64 >= FIVE && named < these.len(), "{factor}: {cells:?}");
            }
        }
    }

    /// The order in which answers come changes nothing.
    #[test]
    fn order_tells_nothing(mut answers in groups()) {
        prop_assume!(answers.len() as u64 >= FIVE);
        let one = closed(&answers, FIVE);
        answers.reverse();
        prop_assert_eq!(one, closed(&answers, FIVE));
    }

    /// Each answer is in one release or still waits, however often files come in: across releases there is nothing to
    /// subtract.
    #[test]
    fn no_answer_is_in_two_releases(answers in groups(), months in prop::collection::vec(1..5i8, 1..9), late in 1..5i8) {
        let mut answers = answers;
        answers.iter_mut().zip(months.iter().cycle()).for_each(|(answer, number)| answer.period = month(*number));
        let all = answers.len() + 3;
        let cube = cube();
        let mut releases: Vec<Release> = Vec::new();
        let mut counted = 0;
        let mut waiting = answers;
        for _ in 0..2 {
            let due = due(std::mem::take(&mut waiting), &releases, FIVE);
            for (period, answers) in &due.periods {
                let closing = Closing { period: *period, question: &Question::Happiness, answers, cube: &cube, invited: None, threshold: FIVE };
                releases.push(close(&closing, &releases).expect("due"));
                counted += answers.len();
                prop_assert_eq!(close(&closing, &releases), Err(CannotClose::Closed(*period)));
            }
            waiting = due.waiting;
            if counted + waiting.len() < all {
                let mut more = several(3, "Email", "Adults");
                more.iter_mut().for_each(|answer| answer.period = month(late));
                waiting.extend(more);
            }
        }
        prop_assert_eq!(counted + waiting.len(), all);
        let days = releases.windows(2).all(|pair| pair[0].period.to < pair[1].period.from);
        prop_assert!(days);
    }
}
