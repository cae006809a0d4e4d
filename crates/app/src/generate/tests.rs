//! The examples read as the documented tables, and say what their descriptions promise.

use super::answered::{self, RETURN, ROUNDS, answered};
use super::layout::Payment;
use super::ledger::{self, Ledger};
use super::measured::{MONTHS_AFTER, MONTHS_BEFORE, REDEFINED, Truth, measured};
use super::published::{Oddity, oddity};
use super::{Shape, write};
use handback_core::assurance::{
    Claim, Event, Evidence, Quantity, Recommendation, RecommendationState, Verdict, judge,
};
use handback_core::contract::exit::{
    Asset, Credential, DataHolding, Document, Item, Knowledge, Licence, ThirdPartyContract,
};
use handback_core::contract::{Charge, IndexFigure, Obligation, Request, Variation, Volume};
use handback_core::control::{
    Arrangement, Control, ControlRule, Mode, Service, Share, Standing, control, share_by_cost,
    share_by_count,
};
use handback_core::dated::When;
use handback_core::engagement::action;
use handback_core::engagement::commitment::{Commitment, Standing as Stands};
use handback_core::engagement::innovation::{Evidence as Log, innovation, main_return};
use handback_core::engagement::problem::asked::{Purchases, Reads};
use handback_core::engagement::problem::rank::{Weights, ranked};
use handback_core::engagement::problem::similar::Library;
use handback_core::engagement::problem::{Began, folded};
use handback_core::engagement::question::Question;
use handback_core::engagement::release::{Closing, Cube, close, due};
use handback_core::engagement::suppression::USUAL;
use handback_core::engagement::trust::{Heard, Of, quarters, trust};
use handback_core::engagement::update::Update;
use handback_core::engagement::work_around::WorkAround;
use handback_core::engagement::{Benefit, Challenge, Problem, Trial};
use handback_core::kinds;
use handback_core::money::published::PublishedTotal;
use handback_core::money::technology::Technology;
use handback_core::money::{Name, Paid, ScopeRule, Treatment, YearBasis, scoped};
use handback_core::organisation::Organisation;
use handback_core::pence::Pence;
use handback_core::performance::verdict::{Effort, Word};
use handback_core::performance::{Asked, Better, Measure, Point, Rebase, WorkingCalendar};
use handback_core::record::{KindName, RecordId};
use handback_core::table::{Cell, Find, Form, Heading, Row, Tabled};

use handback_core::transition::{
    Blackout, Gate, ReadinessStatement, StaffMovement, Task, Wave, staff_returned,
};
use handback_intake::recognise::Hints;
use handback_intake::responses::read_all;
use handback_intake::source::Memory;
use jiff::civil::{Date, date};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::rc::Rc;

type Files = BTreeMap<String, Vec<u8>>;

/// Everything that is written for a shape.
fn written(shape: Shape) -> Files {
    collected(|_, create| write(&shape, create))
}

/// What is written by a function for the usual shape.
fn collected(write: impl Fn(&Shape, &mut super::Create<'_>) -> io::Result<()>) -> Files {
    struct Into(Rc<RefCell<Files>>, String);
    impl Write for Into {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut files = self.0.borrow_mut();
            files.entry(self.1.clone()).or_default().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let files = Rc::new(RefCell::new(Files::new()));
    let mut create = |name: &str| -> io::Result<Box<dyn Write>> {
        Ok(Box::new(Into(files.clone(), name.to_owned())))
    };
    write(&Shape::default(), &mut create).expect("memory takes all writes");
    files.take()
}

fn example() -> Files {
    written(Shape::default())
}

/// The files of the reference case.
fn birmingham() -> Files {
    macro_rules! files {
        ($($name:literal),*) => {
            [$(($name, include_str!(concat!("../../../../examples/birmingham/", $name)))),*]
        };
    }
    files![
        "organisations.csv",
        "services.csv",
        "contracts.csv",
        "arrangements.csv",
        "staff-movements.csv",
        "events.csv",
        "claims.csv"
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into()
}

/// The lines of a CSV file as text, whatever their lengths.
fn lines(file: &[u8]) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file)
        .byte_records()
        .map(|line| {
            let line = line.expect("quotes are closed");
            let text = |cell| String::from_utf8_lossy(cell).trim().to_owned();
            line.iter().map(text).collect()
        })
        .collect()
}

/// The records of an example, found by what people call them.
struct Register {
    called: BTreeMap<(KindName, String), RecordId>,
    services: BTreeMap<RecordId, Service>,
    arrangements: Vec<Arrangement>,
    movements: Vec<StaffMovement>,
    events: BTreeMap<RecordId, Event>,
    claims: Vec<Claim>,
    recommendations: Vec<Recommendation>,
    variations: BTreeMap<RecordId, Variation>,
    problems: BTreeMap<RecordId, Problem>,
    challenges: BTreeMap<RecordId, Challenge>,
    trials: BTreeMap<RecordId, Trial>,
    benefits: BTreeMap<RecordId, Benefit>,
    scope: Vec<ScopeRule>,
    commitments: Vec<Commitment>,
    actions: Vec<action::Action>,
    work_arounds: Vec<WorkAround>,
    updates: Vec<Update>,
}

const AUTHORITY: RecordId = RecordId([0; 16]);

impl Register {
    /// Take an example's files in, in their order; panics on the first fault.
    fn of(files: &Files) -> Register {
        let mut register = Register {
            called: BTreeMap::new(),
            services: BTreeMap::new(),
            arrangements: Vec::new(),
            movements: Vec::new(),
            events: BTreeMap::new(),
            claims: Vec::new(),
            recommendations: Vec::new(),
            variations: BTreeMap::new(),
            problems: BTreeMap::new(),
            challenges: BTreeMap::new(),
            trials: BTreeMap::new(),
            benefits: BTreeMap::new(),
            scope: Vec::new(),
            commitments: Vec::new(),
            actions: Vec::new(),
            work_arounds: Vec::new(),
            updates: Vec::new(),
        };
        register.take::<Organisation>(files, "organisations.csv");
        register.services = register.take::<Service>(files, "services.csv");
        for contract in &lines(&files["contracts.csv"])[1..] {
            register.call("contract", &contract[0]);
            register.call("contract", &contract[1]);
        }
        register.arrangements = values(register.take(files, "arrangements.csv"));
        register.movements = values(register.take(files, "staff-movements.csv"));
        register.events = register.take(files, "events.csv");
        register.claims = values(register.take(files, "claims.csv"));
        if files.contains_key("scope.csv") {
            register.take::<Obligation>(files, "obligations.csv");
            register.take::<Request>(files, "requests.csv");
            register.variations = register.take(files, "variations.csv");
            register.take::<Charge>(files, "charges.csv");
            register.take::<IndexFigure>(files, "index-figures.csv");
            register.take::<Volume>(files, "volumes.csv");
            register.take::<Treatment>(files, "treatments.csv");
            register.take::<Wave>(files, "waves.csv");
            register.take::<Blackout>(files, "blackouts.csv");
            register.take::<Task>(files, "tasks.csv");
            register.take::<Gate>(files, "gates.csv");
            register.take::<ReadinessStatement>(files, "readiness-statements.csv");
            register.take::<Item<Asset>>(files, "assets.csv");
            register.take::<Item<Licence>>(files, "licences.csv");
            register.take::<Item<ThirdPartyContract>>(files, "third-party-contracts.csv");
            register.take::<Item<DataHolding>>(files, "data-holdings.csv");
            register.take::<Item<Credential>>(files, "credentials.csv");
            register.take::<Item<Knowledge>>(files, "knowledge.csv");
            register.take::<Item<Document>>(files, "documents.csv");
            register.take::<Measure>(files, "measures.csv");
            register.take::<Rebase>(files, "rebases.csv");
            register.take::<WorkingCalendar>(files, "working-calendars.csv");
            register.recommendations = values(register.take(files, "recommendations.csv"));
            register.problems = register.take(files, "problems.csv");
            register.challenges = register.take(files, "challenges.csv");
            register.trials = register.take(files, "trials.csv");
            register.benefits = register.take(files, "benefits.csv");
            register.take::<PublishedTotal>(files, "published-totals.csv");
            register.commitments = values(register.take(files, "commitments.csv"));
            register.actions = values(register.take(files, "actions.csv"));
            register.work_arounds = values(register.take(files, "work-arounds.csv"));
            register.updates = values(register.take(files, "updates.csv"));
            register.take::<Name>(files, "names.csv");
            register.scope = values(register.take(files, "scope.csv"));
        }
        register
    }

    fn take<K: Tabled>(&mut self, files: &Files, name: &str) -> BTreeMap<RecordId, K> {
        let lines = lines(&files[name]);
        let headings: Vec<&str> = K::HEADINGS.iter().map(|heading| heading.name).collect();
        assert_eq!(lines[0], headings, "{name}");
        let rows: Vec<Row> = (lines[1..].iter().zip(2..))
            .map(|(cells, line)| row(K::HEADINGS, cells, line, name))
            .collect();
        let mut records: Vec<(String, Vec<&Row>)> = Vec::new();
        for row in &rows {
            let key = K::key(row);
            match records.iter_mut().find(|(known, _)| *known == key) {
                Some((_, rows)) => rows.push(row),
                None => records.push((key, vec![row])),
            }
        }
        let stated = records.into_iter().map(|(key, rows)| {
            let record = K::from_rows(&rows, self).unwrap_or_else(|faults| {
                panic!("{name}: {faults:?}");
            });
            let id = self.call(K::NAME, &key);
            let title = record.title().to_lowercase();
            self.called.entry((K::NAME, title)).or_insert(id);
            if let Some(reference) = rows[0].text("reference") {
                self.called.insert((K::NAME, reference.to_lowercase()), id);
            }
            (id, record)
        });
        stated.collect()
    }

    fn call(&mut self, kind: KindName, words: &str) -> RecordId {
        let next = RecordId((self.called.len() as u128 + 1).to_be_bytes());
        *self
            .called
            .entry((kind, words.to_lowercase()))
            .or_insert(next)
    }

    fn control(&self, id: RecordId, day: Date) -> Control {
        let mut arrangements = self.arrangements.iter();
        let arrangement = arrangements.find(|arrangement| arrangement.service == id);
        control(arrangement, day, &ControlRule::default())
    }

    fn standings(&self, day: Date) -> BTreeMap<&str, Standing> {
        let services = self.services.iter().filter(|(_, held)| held.exists(day));
        services
            .map(|(id, held)| (held.name.as_str(), self.control(*id, day).standing))
            .collect()
    }

    /// The figures that the claims of the examples name, except what was paid.
    fn evidence(&self, figure: &str, day: Date) -> Option<Evidence> {
        let range = |known, possible| Some(Evidence { known, possible });
        let exact = |quantity| range(Some(quantity), Some(quantity));
        let staff = staff_returned(&self.movements, AUTHORITY, day);
        let share = share_by_count(self.standings(day).into_values());
        match figure {
            "control.by_count" => range(
                share.known_share().map(Quantity::Share),
                share.possible_share().map(Quantity::Share),
            ),
            "control.by_cost" => {
                let share = share_by_cost(self.services.iter().map(|(id, service)| {
                    let cost = service.yearly_cost.on(day).certain();
                    (self.control(*id, day).standing, cost.map(|cost| cost.pence))
                }));
                range(
                    share.known.map(Quantity::Share),
                    share.possible.map(Quantity::Share),
                )
            }
            "staff.returned" => exact(Quantity::Count(staff.total().into())),
            "staff.returned.by_transfer" => exact(Quantity::Count(staff.by_transfer.into())),
            "services.with_supplier" => {
                let mut modes = self.services.keys().map(|id| self.control(*id, day).mode);
                let supplied = modes.by_ref().filter(|mode| *mode == Mode::Supplier);
                exact(Quantity::Count(supplied.count() as i64))
            }
            _ => None,
        }
    }

    /// What is found of the claim that begins with these words.
    fn verdict(&self, beginning: &str) -> Verdict {
        let mut claims = self.claims.iter();
        let claim = claims.find(|claim| claim.text.starts_with(beginning));
        let claim = claim.unwrap_or_else(|| panic!("no claim begins with {beginning:?}"));
        let event = |id| self.events.get(&id).cloned();
        let saved = |_, _| Err("payments are not in these tests".to_owned());
        judge(
            claim,
            |figure, day| self.evidence(figure, day),
            event,
            saved,
        )
        .verdict
    }
}

fn values<K>(records: BTreeMap<RecordId, K>) -> Vec<K> {
    records.into_values().collect()
}

impl Find for Register {
    fn find(&self, kind: KindName, words: &str) -> Option<RecordId> {
        self.called.get(&(kind, words.to_lowercase())).copied()
    }
    fn organisation(&mut self, words: &str) -> RecordId {
        self.call("organisation", words)
    }
    fn authority(&self) -> RecordId {
        AUTHORITY
    }
}

fn row(headings: &'static [Heading], cells: &[String], line: u64, file: &str) -> Row {
    let cell = |(heading, text): (&Heading, &String)| {
        let place = || format!("{file} line {line}, {}: {text:?}", heading.name);
        if text.is_empty() {
            assert!(!heading.needed, "{}", place());
            return Cell::Blank;
        }
        match heading.form {
            Form::Text => Cell::Text(text.clone()),
            Form::When => Cell::When(text.parse().unwrap_or_else(|_| panic!("{}", place()))),
            Form::Pence => {
                Cell::Pence(Pence::parse(text).unwrap_or_else(|_| panic!("{}", place())))
            }
            Form::Count => Cell::Count(text.parse().unwrap_or_else(|_| panic!("{}", place()))),
            Form::Choice(words) => {
                let word = words.iter().find(|word| *word == text);
                Cell::Choice(word.unwrap_or_else(|| panic!("{}", place())))
            }
            Form::List => Cell::List(handback_core::table::listed(text)),
        }
    };
    let cells = headings.iter().zip(cells).map(cell).collect();
    Row {
        line,
        headings,
        cells,
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_other_payments() {
    let shape = Shape {
        services: Some(60),
        ..Shape::default()
    };
    assert_eq!(written(shape), written(shape));
    let other = written(Shape { seed: 7, ..shape });
    let month = "payments/2018-04.csv";
    assert_ne!(written(shape)[month], other[month]);
    assert_eq!(example()["claims.csv"], other["claims.csv"]);
}

#[test]
fn every_documented_table_is_in_the_example() {
    let files = example();
    for table in kinds::TABLES {
        let headings: Vec<&str> = table.headings.iter().map(|heading| heading.name).collect();
        let mut tables = files.values().map(|file| lines(file).swap_remove(0));
        assert!(tables.any(|first| first == headings), "{}", table.kind);
    }
}

#[test]
fn a_panel_recommends_and_sees_what_became_of_it() {
    let recommendations = Register::of(&example()).recommendations;
    assert_eq!(recommendations.len(), 8);
    let on = |day| {
        let states = recommendations.iter().map(|held| held.state.on(day));
        states
            .filter_map(|state| state.certain().copied())
            .collect::<Vec<_>>()
    };
    let count = |states: &[RecommendationState], state| {
        states.iter().filter(|held| **held == state).count()
    };
    let first = on(date(2018, 3, 12));
    assert_eq!(count(&first, RecommendationState::Open), 4);
    let last = on(date(2021, 3, 31));
    let counts = RecommendationState::ALL.map(|state| count(&last, state));
    assert_eq!(counts, [1, 1, 2, 3, 1], "{last:?}");
}

/// How the promises of the example stand that were due before the core came back and after: kept, kept late, missed,
/// withdrawn, late with nobody saying why, not due yet. This is the truth that was put in.
const PROMISED: [(bool, [usize; 6]); 2] =
    [(false, [8, 3, 9, 1, 3, 0]), (true, [21, 1, 2, 1, 1, 2])];

#[test]
fn promises_are_kept_more_often_once_the_core_is_back() {
    let register = Register::of(&example());
    let (day, back) = (date(2021, 3, 26), date(2019, 7, 1));
    let count = |is_after: bool| {
        let mut standings: BTreeMap<Stands, usize> = BTreeMap::new();
        for held in &register.commitments {
            let due = held.due.and_then(|due| due.earliest());
            if due.is_some_and(|due| (due >= back) == is_after) {
                *standings.entry(held.standing(day)).or_default() += 1;
            }
        }
        [
            Stands::Kept,
            Stands::KeptLate,
            Stands::Missed,
            Stands::Withdrawn,
            Stands::LateUnsaid,
            Stands::Open,
        ]
        .map(|standing| standings.get(&standing).copied().unwrap_or_default())
    };
    for (is_after, truth) in PROMISED {
        assert_eq!(count(is_after), truth, "after: {is_after}");
    }
    // The judgement by quarters adds up to the same.
    let kept = |is_after: bool| {
        let quarters = quarters(&register.commitments, day).into_iter();
        quarters
            .filter(|quarter| (quarter.from >= back) == is_after)
            .map(|quarter| {
                let of = Of {
                    directorate: None,
                    quarter,
                    day,
                };
                let heard = Heard::default();
                trust(&register.commitments, &register.work_arounds, &heard, of).kept
            })
            .fold((0, 0, 0), |sum, kept| {
                (sum.0 + kept.known, sum.1 + kept.possible, sum.2 + kept.of)
            })
    };
    for (is_after, [kept_in_time, late, missed, _, unsaid, _]) in PROMISED {
        let truth = [
            kept_in_time,
            kept_in_time + unsaid,
            kept_in_time + late + missed + unsaid,
        ];
        let [known, possible, of] = truth.map(|count| count as i64);
        assert_eq!(kept(is_after), (known, possible, of));
    }
}

#[test]
fn what_people_told_is_answered_and_work_arounds_end() {
    let register = Register::of(&example());
    let day = date(2021, 3, 26);
    let stand = |standing| {
        let held = register.actions.iter();
        held.filter(|held| held.is_told(day) && held.standing(day) == standing)
            .count()
    };
    assert_eq!(action::Standing::ALL.map(stand), [1, 1, 1, 6, 2]);
    let round = |day| {
        register
            .work_arounds
            .iter()
            .filter(|held| held.stands(day))
            .count()
    };
    assert_eq!((round(date(2019, 7, 31)), round(day)), (7, 2));
}

#[test]
fn the_example_tells_six_updates_and_keeps_the_picture_that_one_shows() {
    use sha2::{Digest, Sha256};
    let register = Register::of(&example());
    assert_eq!(register.updates.len(), 6);
    let pictures = register.updates.iter().flat_map(|held| &held.pictures);
    let fingerprints: Vec<&str> = pictures
        .map(|picture| picture.fingerprint.as_str())
        .collect();
    let kept = handback_register::Fingerprint(Sha256::digest(super::PICTURE).into());
    assert_eq!(fingerprints, [kept.to_string()]);
    for (title, ..) in super::COMMENTS {
        assert!(
            register.updates.iter().any(|held| held.title == *title),
            "{title}"
        );
    }
}

/// What was put into the log of problems, for the time before the return and the time after, as it stands on the
/// example's day. The pages are held against the same numbers.
const HEARD: [i64; 2] = [14, 18];
const AS_PROBLEMS: [(i64, i64); 2] = [(3, 4), (15, 15)];
const MEDIAN_DAYS: [u32; 2] = [175, 9];

#[test]
fn problems_take_the_place_of_purchases_when_the_services_return() {
    let register = Register::of(&example());
    let day = date(2021, 3, 26);
    let handovers = register
        .arrangements
        .iter()
        .flat_map(Arrangement::handovers);
    let back = main_return(handovers, day).expect("services came back");
    assert_eq!((back.on, back.services), (When::Day(date(2019, 8, 1)), 16));
    let log = Log {
        problems: &register.problems,
        variations: &register.variations,
        trials: &register.trials,
        benefits: &register.benefits,
    };
    let found = innovation(&log, Some(back), day);
    let share = |(known, possible): (i64, i64), of| Share {
        known,
        possible,
        of,
    };
    let halves = [
        (found.heard.before, found.answers.before),
        (found.heard.after, found.answers.after),
    ];
    for (place, (heard, answers)) in halves.into_iter().enumerate() {
        assert_eq!(heard.as_problems, share(AS_PROBLEMS[place], HEARD[place]));
        assert_eq!(answers.median_days, Some(MEDIAN_DAYS[place]));
        assert!(!answers.at_least && answers.uncounted == 0);
    }
    assert_eq!(found.heard.before.by_supplier + found.heard.before.by_it, 9);
    assert_eq!(found.heard.after.by_business, 14);
    let priced = found.changes.before;
    assert_eq!(priced.by_supplier, share((7, 7), 10));
    assert_eq!(
        priced.by_supplier_pence,
        share((536_180_000, 536_180_000), 627_380_000)
    );
    assert_eq!((priced.unpriced, priced.reductions), (2, 1));
    assert_eq!(found.changes.after.by_supplier.of, 0);
    let trials = [found.trials.before, found.trials.after];
    let counts = trials.map(|it| (it.started, it.decided, it.overdue));
    assert_eq!(counts, [(2, 1, 1), (6, 5, 0)]);
    assert_eq!(found.benefits.before.confirmed, share((0, 2), 3));
    assert_eq!(found.benefits.after.confirmed, share((5, 5), 6));
}

#[test]
fn what_began_as_a_purchase_reads_as_one() {
    let rules = Purchases::default();
    for problem in Register::of(&example()).problems.values() {
        let is_purchase = problem.began == Some(Began::Purchase);
        // Titles of projects name no request; the rules never take a problem for a purchase, though.
        let reads = rules.read(&problem.what);
        let is_taken = matches!(reads, Reads::Purchase { .. });
        assert!(is_purchase || !is_taken, "{}: {reads:?}", problem.what);
    }
}

#[test]
fn problems_of_the_example_are_ranked_and_those_alike_are_found() {
    let register = Register::of(&example());
    let day = date(2021, 3, 26);
    let open = || {
        let problems = register.problems.iter();
        problems.filter(|(_, held)| held.is_open_on(day))
    };
    let ranks = ranked(
        open().map(|(id, held)| (*id, &held.rice)),
        &Weights::default(),
    );
    let by_reference = |reference: &str| {
        let mut problems = register.problems.iter();
        let found = problems.find(|(_, held)| held.reference.as_deref() == Some(reference));
        *found.expect("a problem of the example").0
    };
    let rank = |reference| ranks[&by_reference(reference)].rank;
    // 3100 x 0.5 x 80% / 2 = 620; 850 x 2 x 80% / 3 = 453.3; 780 x 1 x 80% / 2 = 312; 150 x 2 x 50% / 1 = 150;
    // 500 x 1 x 50% / 2 = 125; 270 x 2 x 80% / 4 = 108.
    let order = ["P-27", "P-31", "P-28", "P-30", "P-29", "P-25"];
    assert_eq!(order.map(rank), [1, 2, 3, 4, 5, 6]);
    assert_eq!(ranks.len(), order.len());
    let texts: Vec<(RecordId, String)> = open().map(|(id, held)| (*id, held.text())).collect();
    let library = Library::of(texts.iter().map(|(id, text)| (*id, text.as_str())));
    let lighting = by_reference("P-28");
    let alike = library.like_held(lighting, &register.problems[&lighting].text());
    let alike: Vec<RecordId> = alike.into_iter().map(|(id, _)| id).collect();
    assert_eq!(alike, [by_reference("P-29")]);
    let told_with = folded(&register.problems, day);
    assert_eq!(told_with[&by_reference("P-18")], [by_reference("P-19")]);
}

#[test]
fn an_authority_of_any_size_reads_without_a_fault() {
    let shape = Shape {
        services: Some(100),
        contracts: Some(1_000),
        payment_rows: Some(0),
        ..Shape::default()
    };
    let register = Register::of(&written(shape));
    assert_eq!(register.services.len(), 100);
    let contracts = register
        .called
        .keys()
        .filter(|(kind, name)| *kind == "contract" && name.starts_with("c-"));
    assert_eq!(contracts.count(), 1_000);
    assert_eq!(register.arrangements.len(), 100);
}

#[test]
fn no_service_depends_on_itself_however_far_the_chain_runs() {
    let shape = Shape {
        services: Some(200),
        payment_rows: Some(0),
        ..Shape::default()
    };
    let services = Register::of(&written(shape)).services;
    let mut placed: BTreeSet<RecordId> = BTreeSet::new();
    while placed.len() < services.len() {
        let before = placed.len();
        for (id, service) in &services {
            if service.depends_on.is_subset(&placed) {
                placed.insert(*id);
            }
        }
        assert!(placed.len() > before, "the rest depends on itself");
    }
}

#[test]
fn the_example_tells_its_story() {
    let register = Register::of(&example());
    let counts = |day| {
        let share = share_by_count(register.standings(day).into_values());
        (share.known, share.possible, share.of)
    };
    assert_eq!(counts(date(2015, 4, 1)), (3, 3, 24));
    assert_eq!(counts(date(2017, 10, 1)), (4, 4, 24));
    assert_eq!(counts(date(2019, 7, 31)), (5, 5, 25));
    assert_eq!(counts(date(2019, 8, 1)), (19, 22, 25));
    assert_eq!(counts(date(2021, 3, 26)), (19, 22, 25));
    let standings = register.standings(date(2021, 3, 26));
    assert_eq!(standings["Payroll platform"], Standing::Unknown);
    assert_eq!(standings["Data centre hosting"], Standing::NotControlled);
    for (claim, verdict) in [
        ("We controlled the majority", Verdict::Supported),
        ("Three quarters of what", Verdict::CannotTell),
        ("The partnership ran", Verdict::Supported),
        ("The panel's reprimand", Verdict::Contradicted),
        ("More than 300", Verdict::Contradicted),
        ("Some services stayed", Verdict::Supported),
        ("Performance stepped up", Verdict::CannotTell),
    ] {
        assert_eq!(register.verdict(claim), verdict, "{claim}");
    }
}

#[test]
fn the_reference_case_finds_what_its_page_says() {
    const PAGE: &str = include_str!("../../../../docs/reference-case.md");
    let register = Register::of(&birmingham());
    let share = share_by_count(register.standings(date(2020, 3, 10)).into_values());
    assert_eq!((share.known, share.possible, share.of), (0, 5, 6));
    let stated: BTreeMap<&str, &str> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .filter_map(|cells| cells.split_once(" | "))
        .skip(1)
        .collect();
    let found = register.claims.iter().map(|claim| {
        let verdict = register.verdict(&claim.text);
        (claim.text.as_str(), verdict.words())
    });
    assert_eq!(stated, found.collect());
}

#[test]
fn every_row_of_the_reference_case_has_its_source() {
    for (name, file) in birmingham() {
        for line in lines(&file) {
            let cited = line.iter().any(|cell| cell.contains("http"));
            assert!(cited || line[0] == lines(&file)[0][0], "{name}: {line:?}");
        }
    }
}

fn payments(month: Date, late: u64) -> Vec<(String, String, Pence)> {
    let mut payments = Vec::new();
    let take = |payment: Payment<'_>| {
        assert_eq!(payment.date.first_of_month(), month);
        let (name, category) = (payment.supplier.to_owned(), payment.category.to_owned());
        payments.push((name, category, payment.net));
        Ok(())
    };
    let ledger = Ledger::of(&Shape::default());
    ledger.month(month, late, take).expect("taking cannot fail");
    payments
}

#[test]
fn technology_is_a_small_part_of_the_money_and_falls_when_services_return() {
    let mut paid: Vec<Paid> = Vec::new();
    for month in ledger::months() {
        let year = YearBasis::Financial.year(month);
        paid.extend(
            payments(month, 0)
                .into_iter()
                .map(|(name, category, pence)| Paid {
                    name,
                    category,
                    described: false,
                    year,
                    from: jiff::civil::Date::constant(year, 4, 1),
                    pence,
                    rows: 1,
                    department: String::new(),
                    service: String::new(),
                }),
        );
    }
    let register = Register::of(&example());
    let names = scoped(&paid, &register.scope, &Technology::default());
    let hundredths_of_a_percent = |year: i16| {
        let technology = names
            .iter()
            .filter_map(|name| name.in_scope_by_year.get(&year));
        let technology: Pence = technology.copied().sum();
        let parts = paid.iter().filter(|part| part.year == year);
        let all: Pence = parts.map(|part| part.pence).sum();
        technology.0 * 10_000 / all.0
    };
    let shares: Vec<i64> = (2015..=2020).map(hundredths_of_a_percent).collect();
    assert!(
        shares.iter().all(|share| (80..=230).contains(share)),
        "{shares:?}"
    );
    assert!(shares[5] < shares[0] / 2, "{shares:?}");
    let outside = [
        "Northmere Highways Ltd",
        "NORTHMERE RESOURCING",
        "Elverstoke Telecare Ltd",
    ];
    for name in names
        .iter()
        .filter(|name| outside.contains(&name.name.as_str()))
    {
        assert_eq!(name.in_scope, Pence::ZERO, "{}", name.name);
    }
}

#[test]
fn every_month_holds_its_payments_in_the_layout_of_its_year() {
    let files = example();
    let mut odd = Vec::new();
    for month in ledger::months() {
        let expected: Pence = payments(month, 0).iter().map(|(.., net)| *net).sum();
        let lines = lines(&files[&format!("payments/{}.csv", month.strftime("%Y-%m"))]);
        let is_amount = |cell: &String| cell.contains("Amount");
        let headings = lines
            .iter()
            .position(|line| line.len() > 1 && line.iter().any(is_amount));
        let headings = headings.unwrap_or_else(|| panic!("{month} has no headings"));
        let place = lines[headings]
            .iter()
            .position(is_amount)
            .expect("just found");
        let mut total = Pence::ZERO;
        for line in &lines[headings + 1..] {
            assert_eq!(line.len(), lines[headings].len(), "{month}: {line:?}");
            match Pence::parse(&line[place]) {
                Ok(pence) if line[0] == "Total" => assert_eq!(pence, total, "{month}"),
                Ok(pence) => total += pence,
                Err(_) => assert!(line.iter().all(String::is_empty), "{month}: {line:?}"),
            }
        }
        assert_eq!(total, expected, "{month}");
        odd.extend(oddity(month));
    }
    let all = [
        Oddity::Windows1252,
        Oddity::Preamble,
        Oddity::Totals,
        Oddity::Republished,
        Oddity::BlankTail,
    ];
    assert_eq!(odd, all);
    assert!(String::from_utf8(files["payments/2016-07.csv"].clone()).is_err());
    assert!(String::from_utf8(files["payments/2016-08.csv"].clone()).is_ok());
}

#[test]
fn a_month_published_again_repeats_its_payments_and_adds_late_ones() {
    let files = example();
    let first = lines(&files["payments/2018-11.csv"]);
    let again = lines(&files["payments/2018-11-republished.csv"]);
    assert_eq!(again[..first.len()], first[..]);
    assert_eq!(again.len(), first.len() + 12);
    for line in &again[1..] {
        let [net, vat, gross] = [6, 7, 8]
            .map(|place| Pence::parse(&line[place]).unwrap_or_else(|_| panic!("{line:?}")));
        assert_eq!(net + vat, gross, "{line:?}");
    }
}

#[test]
fn one_file_has_as_many_payments_as_were_asked_for() {
    let shape = Shape {
        scale: 3,
        payment_rows: Some(5_000),
        ..Shape::default()
    };
    let files = written(shape);
    assert!(!files.keys().any(|name| name.starts_with("payments/")));
    let lines = lines(&files["payments.csv"]);
    assert_eq!(lines.len(), 1 + 5_000);
    let days: Vec<Date> = lines[1..]
        .iter()
        .map(|line| line[0].parse().unwrap_or_else(|_| panic!("{line:?}")))
        .collect();
    assert!(days.is_sorted());
    assert_eq!(
        (days[0], days[4_999]),
        (date(2015, 4, 1), date(2021, 3, 31))
    );
    let suppliers: BTreeSet<&String> = lines[1..].iter().map(|line| &line[2]).collect();
    assert!(
        suppliers.len() > 72,
        "scale 3 has firms beyond the example's own"
    );
}

#[test]
fn what_is_measured_holds_the_truth_that_it_states() {
    for (place, series) in measured().iter().enumerate() {
        let values = series.values(Shape::default().seed, place as u64);
        assert_eq!(values.len(), (MONTHS_BEFORE + MONTHS_AFTER) as usize);
        let mean = |months: &dyn Fn(Date) -> bool| {
            let chosen: Vec<f64> = values
                .iter()
                .filter(|(month, _)| months(*month))
                .map(|(_, value)| *value)
                .collect();
            chosen.iter().sum::<f64>() / chosen.len() as f64
        };
        let moved = mean(&|month| month > series.handover) - mean(&|month| month < series.handover);
        let redefined = mean(&|month| month >= REDEFINED) - mean(&|month| month < REDEFINED);
        let towards = if series.is_better_up { 1.0 } else { -1.0 };
        // In standard deviations of the noise; a mean of thirty months is off by a third of one at most.
        let moved = moved * towards / series.spread;
        let expected = match series.truth {
            Truth::Step => 4.0,
            // Half of all months at a twentieth each.
            Truth::Trend => 1.8,
            Truth::None => 0.0,
            Truth::Redefined => {
                assert!(redefined > 3.0 * series.spread, "{redefined}");
                continue;
            }
        };
        assert!(
            (moved - expected).abs() < 1.0,
            "{}: {moved}",
            series.service
        );
    }
    let truths = measured().into_iter().map(|series| series.truth);
    let count = |truth| truths.clone().filter(|known| *known == truth).count();
    let counts = [Truth::Step, Truth::Trend, Truth::None, Truth::Redefined].map(count);
    assert_eq!(counts, [6, 3, 5, 1]);
}

#[test]
fn the_verdict_finds_every_true_step_and_claims_no_other() {
    for (place, series) in measured().iter().enumerate() {
        let values = series.values(Shape::default().seed, place as u64);
        let point = |(date, value)| Point { date, value };
        let is_redefined = series.truth == Truth::Redefined;
        let asked = Asked {
            points: values.into_iter().map(point).collect(),
            at: series.handover,
            better: if series.is_better_up {
                Better::Up
            } else {
                Better::Down
            },
            smallest: Some(2.0 * series.spread),
            transition: 1,
            compared: Vec::new(),
            redefined: is_redefined.then_some(REDEFINED).into_iter().collect(),
            events: Vec::new(),
        };
        let found = asked.answered(Effort::default()).word;
        match series.truth {
            Truth::Step => assert_eq!(found, Word::SteppedUp, "{}", series.service),
            _ => assert!(
                matches!(found, Word::NoChangeShown | Word::CannotTell),
                "{}: {found:?}",
                series.service
            ),
        }
    }
}

#[test]
fn the_desk_has_as_many_tickets_as_were_asked_for() {
    let files = written(Shape {
        tickets: 720,
        payment_rows: Some(0),
        ..Shape::default()
    });
    let logs = files
        .iter()
        .filter(|(name, _)| name.starts_with("tickets/"));
    let mut numbers = BTreeSet::new();
    for (name, log) in logs {
        for line in &lines(log)[1..] {
            numbers.insert(line[0].clone());
            assert!(line[7].starts_with("Caller "), "{name}: {line:?}");
        }
    }
    assert_eq!(numbers.len(), 720);
}

/// Each quarter closes as a release, and shows of each service the happiness that was put in, within what chance explains:
/// three steps, and no other.
#[test]
fn what_people_said_holds_the_truth_that_was_put_in() {
    let file = Memory {
        name: answered::FILE.into(),
        bytes: collected(answered::write)[answered::FILE].clone(),
    };
    let (_, collected) = read_all(&file, &Hints::default()).expect("a form's export");
    assert_eq!(collected.faults, []);
    let cube = Cube {
        services: answered().into_iter().map(|it| it.service).collect(),
        ..Cube::default()
    };
    let due = due(collected.answers, &[], USUAL);
    assert_eq!(due.periods.len(), ROUNDS as usize);
    let mut points: BTreeMap<(String, bool), Vec<f64>> = BTreeMap::new();
    for (period, answers) in &due.periods {
        let closing = Closing {
            period: *period,
            question: &Question::Happiness,
            answers,
            cube: &cube,
            invited: None,
            threshold: USUAL,
        };
        let release = close(&closing, &[]).expect("closes");
        for service in &cube.services {
            let cell = release.cell(Some(service), None, None).expect("its cell");
            // The one of twelve answers guards the group of those who named no service.
            let Some(shown) = cell.shown.as_ref() else {
                assert_eq!(service, "Geographic information");
                continue;
            };
            let key = (service.clone(), period.from >= RETURN);
            points
                .entry(key)
                .or_default()
                .push(shown.happiness.points.into());
        }
    }
    for truth in answered().into_iter().filter(|it| it.answers == 24) {
        let mean = |after| {
            let points = &points[&(truth.service.clone(), after)];
            points.iter().sum::<f64>() / points.len() as f64
        };
        // 24 answers of a spread of about 80 points, over seven rounds or more: six points to one deviation.
        for (after, is) in [(false, truth.before), (true, truth.after)] {
            let off = (mean(after) - is as f64).abs();
            assert!(
                off < 20.0,
                "{}: {} instead of {is}",
                truth.service,
                mean(after)
            );
        }
    }
}
