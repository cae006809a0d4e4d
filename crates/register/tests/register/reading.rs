//! What was known when.

use crate::store::*;
use handback_core::import::Layout;
use handback_core::record::{Act, Change, RecordId};
use handback_register::{Entry, Moment, Picture};
use jiff::civil::date;
use proptest::prelude::*;
use std::collections::BTreeMap;

on_both![
    a_moment_is_an_entry,
    a_record_has_its_history,
    records_come_in_the_order_of_their_first_statement,
    an_erased_item_is_gone_at_every_moment,
    another_kind_is_not_there,
    the_picture_is_what_a_naive_model_says,
];

async fn a_moment_is_an_entry(store: &Store) {
    let (_, register) = store.register().await;
    assert_eq!(register.picture().at(Moment::Newest), 0);
    // The first day ends 6,400 seconds after it began here (London keeps UTC in November).
    for (number, seconds) in [(1, 0), (2, 10), (3, 10), (4, 6_399), (5, 6_400)] {
        write(&register, seconds, vec![state(number, "a")])
            .await
            .expect("written");
    }
    let picture = register.picture();
    for (moment, entry) in [
        (Moment::Newest, 5),
        (Moment::Entry(0), 0),
        (Moment::Entry(4), 4),
        (Moment::Entry(99), 5),
        (Moment::Time(second(-1)), 0),
        (Moment::Time(second(0)), 1),
        (Moment::Time(second(9)), 1),
        (Moment::Time(second(10)), 3),
        (Moment::Day(date(2023, 11, 13)), 0),
        (Moment::Day(date(2023, 11, 14)), 4),
        (Moment::Day(date(2023, 11, 15)), 5),
    ] {
        assert_eq!(picture.at(moment), entry, "{moment:?}");
        assert_eq!(picture.known(moment).entry(), entry);
        assert_eq!(
            picture.known(moment).head(),
            picture.head_at(entry).expect("a head")
        );
    }
    assert_eq!(picture.head_at(6), None);
    assert_eq!((picture.entry(0), picture.entry(6)), (None, None));
    let between: Vec<u64> = picture
        .between(second(9), 4)
        .map(|entry| entry.number)
        .collect();
    assert_eq!(between, [2, 3, 4]);
    assert_eq!(picture.between(4, 2).count(), 0);
}

async fn a_record_has_its_history(store: &Store) {
    let (_, register) = store.register().await;
    let changes = vec![state(1, "a"), state(2, "x"), state(1, "b"), withdraw(1)];
    write(&register, 0, changes).await.expect("written");
    write(&register, 1, vec![erase(1, 1)])
        .await
        .expect("erased");
    let picture = register.picture();
    let history: Vec<(u64, Act)> = picture
        .history(id(1))
        .iter()
        .map(|entry| (entry.number, entry.act))
        .collect();
    assert_eq!(
        history,
        [
            (1, Act::Stated),
            (3, Act::Stated),
            (4, Act::Withdrawn),
            (5, Act::Erased)
        ]
    );
    assert!(picture.history(id(9)).is_empty());
}

async fn records_come_in_the_order_of_their_first_statement(store: &Store) {
    let (_, register) = store.register().await;
    write(
        &register,
        0,
        vec![state(9, "a"), state(3, "b"), state(5, "c"), state(9, "d")],
    )
    .await
    .expect("written");
    let picture = register.picture();
    let names = |entry: u64| -> Vec<String> {
        picture
            .known(entry)
            .all::<Layout>()
            .map(|it| it.expect("readable").1.name)
            .collect()
    };
    assert_eq!(names(4), ["d", "b", "c"]);
    assert_eq!(names(2), ["a", "b"]);
}

async fn an_erased_item_is_gone_at_every_moment(store: &Store) {
    let (_, register) = store.register().await;
    write(
        &register,
        0,
        vec![state(1, "a secret"), state(1, "harmless")],
    )
    .await
    .expect("written");
    write(&register, 1, vec![erase(1, 1)])
        .await
        .expect("erased");
    let picture = register.picture();
    let name = |entry: u64| {
        picture
            .known(entry)
            .get::<Layout>(id(1))
            .expect("readable")
            .map(|it| it.name)
    };
    assert_eq!(
        [name(1), name(2), name(3)],
        [None, Some("harmless".into()), Some("harmless".into())]
    );
    assert_eq!(picture.entry(1).map(Entry::item), Some(None));
    assert_eq!(picture.entry(3).and_then(|entry| entry.erases), Some(1));
    // An erased record still exists: others may go on referring to it.
    write(&register, 2, vec![erase(1, 2)])
        .await
        .expect("erased");
    assert_eq!(
        register
            .picture()
            .known(Moment::Newest)
            .get::<Layout>(id(1))
            .expect("readable"),
        None
    );
    write(&register, 3, vec![state_referring(2, "layout", 1)])
        .await
        .expect("written");
}

async fn another_kind_is_not_there(store: &Store) {
    let (_, register) = store.register().await;
    write(&register, 0, vec![state(1, "a")])
        .await
        .expect("written");
    let picture = register.picture();
    let known = picture.known(Moment::Newest);
    assert_eq!(
        known
            .get::<handback_core::import::Import>(id(1))
            .expect("nothing to read"),
        None
    );
    assert_eq!(known.all::<handback_core::import::Import>().count(), 0);
}

/// A change by place, so that sequences of them can be made up.
#[derive(Clone, Debug)]
enum Step {
    State(u8, String),
    Withdraw(u8),
    /// The item of the entry at this place among those that have one.
    Erase(prop::sample::Index),
}

/// What one entry did, and what a reader could know of it.
#[derive(Clone, Debug, PartialEq)]
enum Fact {
    Stated(u8, Option<String>),
    Withdrawn(u8),
    Erased(u8),
}

/// The log as a plain list; every question is answered by reading it from the start.
#[derive(Default)]
struct Model(Vec<Fact>);

impl Model {
    /// The change that a step means here; none where it would be refused.
    fn change(&mut self, step: &Step) -> Option<Change> {
        let (change, fact) = match step {
            Step::State(record, name) => (
                state(*record, name),
                Fact::Stated(*record, Some(name.clone())),
            ),
            Step::Withdraw(record) => {
                let last = self.0.iter().rev().find_map(|fact| match fact {
                    Fact::Stated(it, _) if it == record => Some(true),
                    Fact::Withdrawn(it) if it == record => Some(false),
                    _ => None,
                });
                last.filter(|stands| *stands)?;
                (withdraw(*record), Fact::Withdrawn(*record))
            }
            Step::Erase(index) => {
                let there = |fact: &Fact| matches!(fact, Fact::Stated(_, Some(_)));
                let places: Vec<usize> = (0..self.0.len())
                    .filter(|&place| there(&self.0[place]))
                    .collect();
                let place = *places.get(index.index(places.len().max(1)))?;
                let Fact::Stated(record, item) = &mut self.0[place] else {
                    unreachable!("a statement")
                };
                *item = None;
                let record = *record;
                (erase(record, place as u64 + 1), Fact::Erased(record))
            }
        };
        self.0.push(fact);
        Some(change)
    }

    fn known(&self, entry: usize) -> BTreeMap<RecordId, String> {
        let mut known = BTreeMap::new();
        for fact in &self.0[..entry] {
            match fact {
                Fact::Stated(record, Some(name)) => known.insert(id(*record), name.clone()),
                Fact::Stated(record, None) | Fact::Withdrawn(record) => known.remove(&id(*record)),
                Fact::Erased(_) => None,
            };
        }
        known
    }
}

fn known(picture: &Picture, entry: u64) -> BTreeMap<RecordId, String> {
    let known = picture.known(entry);
    let all: BTreeMap<RecordId, String> = known
        .all::<Layout>()
        .map(|it| it.map(|(id, it)| (id, it.name)).expect("readable"))
        .collect();
    for (record, name) in &all {
        let one: Option<Layout> = known.get(*record).expect("readable");
        assert_eq!(one.map(|it| it.name).as_ref(), Some(name));
    }
    all
}

fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = prop_oneof![
        4 => (1u8..6, "[a-c]{1,2}").prop_map(|(record, name)| Step::State(record, name)),
        2 => (1u8..6).prop_map(Step::Withdraw),
        1 => any::<prop::sample::Index>().prop_map(Step::Erase),
    ];
    prop::collection::vec(prop::collection::vec(step, 1..5), 1..6)
}

/// Also: whatever is added, nothing else changes, neither another record nor an earlier moment.
async fn the_picture_is_what_a_naive_model_says(store: &Store) {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, TestRunner};

    // The runner's closures cannot wait for a database, so cases are drawn one by one; a fixed
    // seed makes a failure repeat.
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRunner::deterministic().rng().clone());
    for _ in 0..24 {
        let batches = steps().new_tree(&mut runner).expect("a case").current();
        let (place, register) = store.register().await;
        let mut model = Model::default();
        for (seconds, batch) in (0..).zip(&batches) {
            // An erasure names an entry that is already written.
            let (erasures, others): (Vec<&Step>, Vec<&Step>) = batch
                .iter()
                .partition(|step| matches!(step, Step::Erase(_)));
            let changes = erasures
                .into_iter()
                .chain(others)
                .filter_map(|step| model.change(step))
                .collect();
            write(&register, seconds, changes)
                .await
                .expect("the model allows it");
        }
        for picture in [register.picture(), open(&place).await.picture()] {
            assert_eq!(picture.size(), model.0.len() as u64);
            for entry in 0..=model.0.len() {
                assert_eq!(
                    known(&picture, entry as u64),
                    model.known(entry),
                    "at {entry} of {batches:?}"
                );
            }
        }
    }
}
