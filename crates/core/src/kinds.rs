//! The kinds of record this program knows. A kind that is not in this list cannot be written.

use crate::contract::exit;
use crate::dated::When;
use crate::import::Dataset;
use crate::record::{Change, ChangeAct, Kind, KindName, RecordId, Reference, Visibility};
use crate::table::{Call, Find, Heading, Life, Row, RowFault, Tabled};
use serde_json::Value;

/// What the register needs to know of a kind without knowing the kind.
#[derive(Clone, Copy)]
pub struct Registered {
    pub name: KindName,
    pub version: u16,
    /// As [`Kind::VISIBILITY`].
    pub visibility: Visibility,
    /// Parse an item of any version up to [`Registered::version`], and answer its title and references.
    pub read: fn(u16, &[u8]) -> Result<Known, Unreadable>,
    /// The change that states an item of the present version, written as this program writes it.
    pub state: fn(RecordId, Visibility, &[u8]) -> Result<Change, Unreadable>,
}

/// What can be said of any item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub title: String,
    pub references: Vec<Reference>,
}

/// Why an item cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error(
        "{kind} version {version} was written by a newer program (this one knows {known}): upgrade handback"
    )]
    Newer {
        kind: KindName,
        version: u16,
        known: u16,
    },
    #[error("not a {kind}: {reason}")]
    Malformed { kind: KindName, reason: String },
}

/// Parse an item of a kind, bringing older versions up.
pub fn read<K: Kind>(version: u16, item: &[u8]) -> Result<K, Unreadable> {
    let malformed = |error: serde_json::Error| Unreadable::Malformed {
        kind: K::NAME,
        reason: error.to_string(),
    };
    match version {
        newer if newer > K::VERSION => Err(Unreadable::Newer {
            kind: K::NAME,
            version,
            known: K::VERSION,
        }),
        same if same == K::VERSION => serde_json::from_slice(item).map_err(malformed),
        older => {
            let value: Value = serde_json::from_slice(item).map_err(malformed)?;
            serde_json::from_value(K::upcast(older, value)).map_err(malformed)
        }
    }
}

/// A kind as the register needs it, for [`ALL`].
pub const fn register<K: Kind>() -> Registered {
    Registered {
        name: K::NAME,
        version: K::VERSION,
        visibility: K::VISIBILITY,
        read: |version, item| {
            read::<K>(version, item).map(|record| Known {
                title: record.title(),
                references: record.references(),
            })
        },
        state: |id, visibility, item| {
            read::<K>(K::VERSION, item).map(|record| Change::state(id, visibility, &record))
        },
    }
}

/// Every kind, in the order in which an export lists them: no kind refers to a later one of
/// another file except by id.
pub const ALL: &[Registered] = &[
    register::<crate::organisation::Organisation>(),
    register::<crate::control::Service>(),
    register::<crate::contract::Contract>(),
    register::<crate::contract::Clause>(),
    register::<crate::contract::Obligation>(),
    register::<crate::contract::Request>(),
    register::<crate::contract::Variation>(),
    register::<crate::contract::Charge>(),
    register::<crate::contract::IndexFigure>(),
    register::<crate::contract::Volume>(),
    register::<crate::control::Arrangement>(),
    register::<crate::transition::StaffMovement>(),
    register::<crate::transition::Wave>(),
    register::<crate::transition::Blackout>(),
    register::<crate::transition::Task>(),
    register::<crate::transition::Gate>(),
    register::<crate::transition::ReadinessStatement>(),
    register::<exit::Item<exit::Asset>>(),
    register::<exit::Item<exit::Licence>>(),
    register::<exit::Item<exit::ThirdPartyContract>>(),
    register::<exit::Item<exit::DataHolding>>(),
    register::<exit::Item<exit::Credential>>(),
    register::<exit::Item<exit::Knowledge>>(),
    register::<exit::Item<exit::Document>>(),
    register::<crate::performance::Measure>(),
    register::<crate::performance::Rebase>(),
    register::<crate::performance::WorkingCalendar>(),
    register::<crate::assurance::Event>(),
    register::<crate::assurance::Claim>(),
    register::<crate::assurance::Recommendation>(),
    register::<crate::assurance::Publication>(),
    register::<crate::engagement::Problem>(),
    register::<crate::engagement::Challenge>(),
    register::<crate::engagement::Trial>(),
    register::<crate::engagement::Benefit>(),
    register::<crate::money::Name>(),
    register::<crate::money::ScopeRule>(),
    register::<crate::money::Treatment>(),
    register::<crate::money::published::PublishedTotal>(),
    register::<crate::engagement::round::Round>(),
    register::<crate::engagement::release::Release>(),
    register::<crate::engagement::commitment::Commitment>(),
    register::<crate::engagement::action::Action>(),
    register::<crate::engagement::work_around::WorkAround>(),
    register::<crate::engagement::update::Update>(),
    register::<crate::import::Layout>(),
    register::<crate::import::Import>(),
];

/// The kinds that people state on forms, in the order in which files are taken in: what a table
/// names must have been stated by an earlier one.
pub const FORMS: &[Table] = &[
    table::<crate::organisation::Organisation>(Dataset::Organisations),
    table::<crate::control::Service>(Dataset::Services),
    table::<crate::control::Arrangement>(Dataset::Arrangements),
    table::<crate::contract::Clause>(Dataset::Clauses),
    table::<crate::contract::Obligation>(Dataset::Obligations),
    table::<crate::contract::Request>(Dataset::Requests),
    table::<crate::contract::Variation>(Dataset::Variations),
    table::<crate::contract::Charge>(Dataset::Charges),
    table::<crate::contract::IndexFigure>(Dataset::IndexFigures),
    table::<crate::contract::Volume>(Dataset::Volumes),
    table::<crate::transition::StaffMovement>(Dataset::StaffMovements),
    table::<crate::transition::Wave>(Dataset::Waves),
    table::<crate::transition::Blackout>(Dataset::Blackouts),
    table::<crate::transition::Task>(Dataset::Tasks),
    table::<crate::transition::Gate>(Dataset::Gates),
    table::<crate::transition::ReadinessStatement>(Dataset::ReadinessStatements),
    table::<exit::Item<exit::Asset>>(Dataset::Assets),
    table::<exit::Item<exit::Licence>>(Dataset::Licences),
    table::<exit::Item<exit::ThirdPartyContract>>(Dataset::ThirdPartyContracts),
    table::<exit::Item<exit::DataHolding>>(Dataset::DataHoldings),
    table::<exit::Item<exit::Credential>>(Dataset::Credentials),
    table::<exit::Item<exit::Knowledge>>(Dataset::Knowledge),
    table::<exit::Item<exit::Document>>(Dataset::Documents),
    table::<crate::performance::Measure>(Dataset::Measures),
    table::<crate::performance::Rebase>(Dataset::Rebases),
    table::<crate::performance::WorkingCalendar>(Dataset::WorkingCalendars),
    table::<crate::assurance::Event>(Dataset::Events),
    table::<crate::assurance::Claim>(Dataset::Claims),
    table::<crate::assurance::Recommendation>(Dataset::Recommendations),
    table::<crate::engagement::Problem>(Dataset::Problems),
    table::<crate::engagement::Challenge>(Dataset::Challenges),
    table::<crate::engagement::Trial>(Dataset::Trials),
    table::<crate::engagement::Benefit>(Dataset::Benefits),
    table::<crate::money::Name>(Dataset::Names),
    table::<crate::money::ScopeRule>(Dataset::Scope),
    table::<crate::money::Treatment>(Dataset::Treatments),
    table::<crate::money::published::PublishedTotal>(Dataset::PublishedTotals),
    table::<crate::engagement::commitment::Commitment>(Dataset::Commitments),
    table::<crate::engagement::action::Action>(Dataset::Actions),
    table::<crate::engagement::work_around::WorkAround>(Dataset::WorkArounds),
    table::<crate::engagement::update::Update>(Dataset::Updates),
    table::<crate::contract::Contract>(Dataset::Contracts),
];

/// The tables whose files are recognised by their documented headings: all but the last of [`FORMS`],
/// since contracts come in as the registers that councils publish.
pub const TABLES: &[Table] = FORMS.split_at(FORMS.len() - 1).0;

/// A record read from a table, before it is known which record it restates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// As [`Tabled::identity`].
    pub identity: String,
    /// As [`Tabled::says_nothing`].
    pub says_nothing: bool,
    /// The change that states it, under a record id still to be set.
    pub change: Change,
}

/// Rows of one record, and what their words mean, to what they state.
pub type ReadRows = fn(&[&Row], &mut dyn Find) -> Result<Stated, Vec<RowFault>>;

/// An item and what people call other records, to the rows that state it again.
pub type WriteRows = fn(u16, &[u8], &dyn Call) -> Result<Vec<Vec<String>>, Unreadable>;

/// A change that restates a record, and the item that stood before (its version and bytes), to the
/// change that keeps what no row can say.
pub type Keep = fn(Change, u16, &[u8]) -> Result<Change, Unreadable>;

/// A change that states a record, the list that says it, and since when the newest no longer does, to
/// the change that states these too.
pub type ListedIn = fn(Change, Option<&str>, Option<When>) -> Result<Change, Unreadable>;

/// A documented table without its kind.
#[derive(Clone, Copy)]
pub struct Table {
    pub dataset: Dataset,
    pub kind: KindName,
    pub headings: &'static [Heading],
    pub key: fn(&Row) -> String,
    /// What the rows of one record state.
    pub read: ReadRows,
    /// The identity of a stored item.
    pub identity: fn(u16, &[u8]) -> Result<String, Unreadable>,
    /// The rows of a stored item, for export.
    pub rows: WriteRows,
    /// As [`Tabled::LIFE`].
    pub life: Option<Life>,
    /// As [`Tabled::keeping`].
    pub keeping: Keep,
    /// As [`Tabled::filling`].
    pub filling: Keep,
    /// As [`Tabled::listed_in`].
    pub listed_in: ListedIn,
}

impl Table {
    /// The place of a heading among the cells of a row.
    pub fn place(&self, heading: &str) -> Option<usize> {
        self.headings.iter().position(|known| known.name == heading)
    }
}

/// A table as intake and export need it, for [`TABLES`].
pub const fn table<K: Tabled>(dataset: Dataset) -> Table {
    Table {
        dataset,
        kind: K::NAME,
        headings: K::HEADINGS,
        key: K::key,
        read: |rows, find| {
            K::from_rows(rows, find).map(|record| Stated {
                identity: record.identity(),
                says_nothing: record.says_nothing(),
                change: Change::state(RecordId([0; 16]), K::VISIBILITY, &record),
            })
        },
        identity: |version, item| read::<K>(version, item).map(|record| record.identity()),
        rows: |version, item, call| read::<K>(version, item).map(|record| record.to_rows(call)),
        life: K::LIFE,
        keeping: |change, version, item| {
            let before = read::<K>(version, item)?;
            restated(change, |stated: K| stated.keeping(&before))
        },
        filling: |change, version, item| {
            let before = read::<K>(version, item)?;
            restated(change, |stated: K| stated.filling(&before))
        },
        listed_in: |change, list, missing_since| {
            restated(change, |stated: K| stated.listed_in(list, missing_since))
        },
    }
}

/// A change that states something else of the same record.
fn restated<K: Kind>(change: Change, of: impl FnOnce(K) -> K) -> Result<Change, Unreadable> {
    let ChangeAct::State { version, item, .. } = &change.act else {
        return Ok(change);
    };
    let stated = of(read(*version, item)?);
    Ok(Change::state(change.id, change.visibility, &stated))
}

/// The form of the kind of that name.
pub fn form(kind: &str) -> Option<&'static Table> {
    FORMS.iter().find(|table| table.kind == kind)
}

/// The form whose files hold a dataset.
pub fn form_of(dataset: Dataset) -> Option<&'static Table> {
    FORMS.iter().find(|table| table.dataset == dataset)
}

/// A kind's name as addresses and file names have it: `staff-movement`.
pub fn in_address(kind: &str) -> String {
    kind.replace(' ', "-")
}

/// The kind whose name an address or a file name holds, as [`in_address`] writes it.
pub fn of_address(address: &str) -> Option<&'static Registered> {
    ALL.iter().find(|kind| in_address(kind.name) == address)
}

/// The kind of that name.
pub fn named(name: &str) -> Option<&'static Registered> {
    ALL.iter().find(|kind| kind.name == name)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::pence::Pence;
    use crate::table::{Cell, Form, listed};
    use std::collections::BTreeSet;

    #[test]
    fn names_and_headings_are_distinct() {
        let names: BTreeSet<&str> = ALL.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), ALL.len());
        for table in FORMS {
            assert!(named(table.kind).is_some(), "{}", table.kind);
            let headings: BTreeSet<&str> =
                table.headings.iter().map(|heading| heading.name).collect();
            assert_eq!(headings.len(), table.headings.len(), "{}", table.kind);
        }
    }

    #[test]
    fn a_life_names_headings_of_its_table() {
        for table in FORMS {
            let Some(life) = table.life else { continue };
            let named = [life.from].into_iter().chain(life.values.iter().copied());
            for heading in named.chain(life.end) {
                assert!(table.place(heading).is_some(), "{}: {heading}", table.kind);
            }
            let mut stays = life.blank_stays.iter();
            assert!(stays.all(|heading| life.values.contains(heading)));
        }
        let tables: Vec<_> = TABLES.iter().map(|table| table.kind).collect();
        assert!(!tables.contains(&"contract") && tables.len() + 1 == FORMS.len());
    }

    #[test]
    fn an_item_of_a_newer_program_is_named_as_such() {
        let kind = named("service").expect("services are registered");
        let newer = (kind.read)(kind.version + 1, b"{}");
        assert!(matches!(newer, Err(Unreadable::Newer { .. })), "{newer:?}");
    }

    /// Words and ids that mean each other.
    #[derive(Default)]
    pub(crate) struct Directory(Vec<String>);

    impl Directory {
        pub(crate) fn id(&mut self, words: &str) -> RecordId {
            let place = self.0.iter().position(|known| known == words);
            let place = place.unwrap_or_else(|| {
                self.0.push(words.to_owned());
                self.0.len() - 1
            });
            RecordId([place as u8 + 1; 16])
        }

        /// One that knows the words of a table's examples.
        pub(crate) fn of(table: &Table) -> Directory {
            let mut directory = Directory::default();
            for heading in table.headings {
                for word in listed(heading.example) {
                    directory.id(&word);
                }
            }
            directory.id("the authority");
            directory
        }
    }
    impl Find for Directory {
        fn find(&self, _: KindName, words: &str) -> Option<RecordId> {
            let place = self.0.iter().position(|known| known == words)?;
            Some(RecordId([place as u8 + 1; 16]))
        }
        fn organisation(&mut self, words: &str) -> RecordId {
            self.id(words)
        }
        fn authority(&self) -> RecordId {
            RecordId([255; 16])
        }
    }
    impl Call for Directory {
        fn call(&self, _: KindName, id: RecordId) -> String {
            match id.0[0] {
                255 => "the authority".into(),
                place => self.0[usize::from(place) - 1].clone(),
            }
        }
    }

    /// A row whose cells hold these texts; else the heading under which one does not read.
    fn row(headings: &'static [Heading], texts: &[String]) -> Result<Row, &'static str> {
        let cell = |(heading, text): (&Heading, &String)| {
            let cell = match heading.form {
                _ if text.is_empty() => (!heading.needed).then_some(Cell::Blank),
                Form::Text => Some(Cell::Text(text.clone())),
                Form::When => text.parse().map(Cell::When).ok(),
                Form::Pence => Pence::parse(text).map(Cell::Pence).ok(),
                Form::Count => text.parse().map(Cell::Count).ok(),
                Form::Choice(words) => {
                    let mut words = words.iter();
                    words
                        .find(|word| *word == text)
                        .map(|word| Cell::Choice(word))
                }
                Form::List => Some(Cell::List(listed(text))),
            };
            cell.ok_or(heading.name)
        };
        let cells = headings.iter().zip(texts).map(cell);
        Ok(Row {
            line: 2,
            headings,
            cells: cells.collect::<Result<_, _>>()?,
        })
    }

    fn rows_of(
        headings: &'static [Heading],
        texts: &[Vec<String>],
    ) -> Result<Vec<Row>, Vec<&'static str>> {
        let rows = texts.iter().map(|texts| row(headings, texts));
        rows.collect::<Result<_, _>>()
            .map_err(|heading| vec![heading])
    }

    fn headings_of(faults: Vec<RowFault>) -> Vec<&'static str> {
        faults.iter().map(|fault| fault.heading).collect()
    }

    /// The record that texts state; else the headings at fault.
    pub(crate) fn record_of<K: Tabled>(
        texts: &[Vec<String>],
        find: &mut dyn Find,
    ) -> Result<K, Vec<&'static str>> {
        let rows = rows_of(K::HEADINGS, texts)?;
        K::from_rows(&rows.iter().collect::<Vec<_>>(), find).map_err(headings_of)
    }

    /// What texts state through a table without its kind; else the headings at fault.
    pub(crate) fn stated_of(
        table: &Table,
        texts: &[Vec<String>],
        find: &mut dyn Find,
    ) -> Result<Stated, Vec<&'static str>> {
        let rows = rows_of(table.headings, texts)?;
        (table.read)(&rows.iter().collect::<Vec<_>>(), find).map_err(headings_of)
    }

    #[test]
    fn what_a_table_exports_states_the_same_record_again() {
        for table in FORMS {
            let mut directory = Directory::of(table);
            let filled: Vec<String> = table
                .headings
                .iter()
                .map(|heading| heading.example.to_owned())
                .collect();
            let needed = |heading: &Heading| {
                if heading.needed {
                    heading.example.to_owned()
                } else {
                    String::new()
                }
            };
            let sparse: Vec<String> = table.headings.iter().map(needed).collect();
            for texts in [filled, sparse] {
                let stated = stated_of(table, &[texts], &mut directory);
                let stated = stated.unwrap_or_else(|faults| panic!("{}: {faults:?}", table.kind));
                if stated.says_nothing {
                    continue;
                }
                let ChangeAct::State { version, item, .. } = &stated.change.act else {
                    panic!("{} states nothing", table.kind)
                };
                let rows =
                    (table.rows)(*version, item, &directory).expect("what was just written reads");
                let again =
                    stated_of(table, &rows, &mut directory).expect("what was just exported reads");
                let ChangeAct::State { item: again, .. } = &again.change.act else {
                    panic!("{} states nothing", table.kind)
                };
                let text = |item: &[u8]| {
                    String::from_utf8_lossy(item).replace(&RecordId([255; 16]).to_string(), "")
                };
                let authority = directory.id("the authority").to_string();
                assert_eq!(
                    text(again).replace(&authority, ""),
                    text(item),
                    "{}",
                    table.kind
                );
            }
        }
    }
}
