//! Taking files in: recognise, read, keep the source, write the facts, and commit by one import record.

mod commit;
mod contracts;
mod finder;
mod lists;
mod read;
mod released;
mod report;
mod tables;
#[cfg(test)]
mod tests;

use crate::data::{Author, Data, Saying};
use crate::estate::authority_of;
use handback_core::dated::Period;
use handback_core::import::{
    ContractLine, ContractNotice, Dataset, Fault, Layout, Overlap, Part, Reading, Role, Tally,
};
use handback_core::kinds::{self, Table};
use handback_core::performance::state::Means;
use handback_core::permission::{Action, Subject};
use handback_core::record::{KindName, RecordId};
use handback_core::table::Row;
use handback_intake::Refused;
use handback_intake::recognise::{self, Hints};
use handback_intake::source::Source;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// How the person wants files taken in.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub dataset: Option<Dataset>,
    pub period: Option<Period>,
    /// What the words of a service desk for states mean, where the file says more than is known.
    pub states: Vec<(String, Means)>,
    /// The IANA name of the zone that a service desk's times are of.
    pub zone: Option<String>,
    /// Which heading plays which role, where the file was read wrongly.
    pub columns: Vec<(Role, String)>,
    /// Imports that the files replace: the id, the beginning of an id, or a file name.
    pub replaces: Vec<String>,
    /// The files hold other payments than the imports they overlap.
    pub adds: bool,
    pub authority: Option<String>,
    pub publisher: Option<String>,
    pub ledger: Option<String>,
    /// The contract under which a list for an exit register was given.
    pub contract: Option<String>,
    /// The day on which that list was true.
    pub listed_on: Option<Date>,
    /// It is the whole list: what it does not name is missing.
    pub whole_list: bool,
    /// A time in which the supplier was to change nothing.
    pub freeze: Option<Period>,
    pub dry_run: bool,
}

/// What became of one file.
#[derive(Clone, Debug)]
pub struct Taken {
    pub file: String,
    /// None when the file was refused.
    pub reading: Option<Reading>,
    pub tally: Tally,
    pub faults: Vec<Fault>,
    /// The import record; none for a refused file and in a dry run.
    pub import: Option<RecordId>,
    /// The file had been taken in before, in the same reading: nothing was written.
    pub already: bool,
    pub overlaps: Vec<String>,
    /// The same imports, by id.
    pub overlapping: Vec<RecordId>,
    pub overlap: Option<Overlap>,
    /// Records stated, by kind.
    pub stated: BTreeMap<KindName, u64>,
    /// What a list made of its exit register.
    pub list: Option<Listed>,
}

impl Taken {
    /// Whether everything in the file was taken.
    pub fn is_whole(&self) -> bool {
        self.reading.is_some() && self.tally.rejected == 0
    }

    fn refused(file: &str, reason: String) -> Taken {
        let fault = Fault {
            line: 0,
            column: String::new(),
            value: String::new(),
            reason,
            amount: None,
        };
        Taken {
            file: file.to_owned(),
            reading: None,
            tally: Tally::default(),
            faults: vec![fault],
            import: None,
            already: false,
            overlaps: Vec::new(),
            overlapping: Vec::new(),
            overlap: None,
            stated: BTreeMap::new(),
            list: None,
        }
    }
}

pub use finder::{Finder, UNNAMED};
pub use lists::{Listed, line};
pub use report::FileReport;

/// Finds the records that words on a form mean, as it does for those in a file.
pub fn finder(picture: &handback_register::Picture) -> anyhow::Result<Finder> {
    let told = |failed: Failed| match failed {
        Failed::Other(error) => error,
        failed => anyhow::anyhow!("{failed:?}"),
    };
    let mut finder = Finder::new(picture, None).map_err(told)?;
    finder.learn(picture).map_err(told)?;
    Ok(finder)
}

pub use commit::{counting_again, decided, taken_back};

/// The order in which files are taken in, so that what one names is there: the documented tables as
/// core lists them, contracts before the arrangements that rest on them, payments last.
pub fn turn(dataset: Dataset) -> usize {
    match dataset {
        Dataset::Organisations => 0,
        Dataset::Contracts | Dataset::Ocds => 1,
        Dataset::Payments => 100,
        Dataset::Tickets => 101,
        Dataset::Measurements => 102,
        Dataset::Responses => 103,
        _ => {
            2 + kinds::TABLES
                .iter()
                .position(|table| table.dataset == dataset)
                .unwrap_or(0)
        }
    }
}

/// Take files in, each on its own: one that is refused leaves nothing behind and stops no other. The
/// answers come in the order of the files.
pub fn take_in(
    data: Option<&Data>,
    files: &[Box<dyn Source + '_>],
    wishes: &Wishes,
    author: &Author,
    watch: &mut Watch<'_>,
) -> anyhow::Result<Vec<Taken>> {
    let layouts = match data {
        Some(data) => {
            let picture = data.register.picture();
            let layouts = picture
                .known(picture.size())
                .all()
                .map(|layout| Ok(layout?.1));
            layouts.collect::<anyhow::Result<Vec<_>>>()?
        }
        None => Vec::new(),
    };
    let hints = Hints {
        dataset: wishes.dataset,
        period: wishes.period,
        layouts: &layouts,
        states: &wishes.states,
        zone: wishes.zone.as_deref(),
    };
    let recognised: Vec<Result<Reading, Refused>> = files
        .iter()
        .map(|file| recognise(file.as_ref(), &hints, &wishes.columns))
        .collect();
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|place| {
        recognised[*place]
            .as_ref()
            .map_or(0, |reading| turn(reading.dataset))
    });
    let mut taken: Vec<Option<Taken>> = vec![None; files.len()];
    for place in order {
        let file = files[place].as_ref();
        let outcome = match &recognised[place] {
            Err(refused) => Taken::refused(file.name(), refused.to_string()),
            Ok(reading) => match taken_one(data, file, reading.clone(), wishes, author, watch) {
                Ok(taken) => taken,
                Err(Failed::Refused(refused)) => Taken::refused(file.name(), refused.to_string()),
                Err(Failed::Wish(reason)) => Taken::refused(file.name(), reason),
                Err(Failed::Stopped) => {
                    Taken::refused(file.name(), "stopped before it was taken in".into())
                }
                Err(Failed::Register(error)) => Taken::refused(file.name(), error.to_string()),
                Err(Failed::Other(error)) => {
                    return Err(error.context(format!("while taking in {}", file.name())));
                }
            },
        };
        taken[place] = Some(outcome);
    }
    Ok(taken.into_iter().flatten().collect())
}

/// Recognise a file, with the columns that a person corrected.
fn recognise(
    file: &dyn Source,
    hints: &Hints<'_>,
    columns: &[(Role, String)],
) -> Result<Reading, Refused> {
    if columns.is_empty() {
        return recognise::recognise(file, hints);
    }
    let named: Vec<&str> = columns
        .iter()
        .map(|(_, heading)| heading.as_str())
        .collect();
    let headings = recognise::headings(file, &named)?;
    // What the person does not name stays as it is recognised, unless a named column takes its role.
    let recognised = recognise::recognise(file, hints).ok();
    let proposed = |place: usize| {
        let column = recognised
            .as_ref()
            .and_then(|reading| reading.columns.get(place));
        let role = column.map_or(Role::Other, |column| column.role);
        if columns.iter().any(|(named, _)| *named == role) {
            Role::Other
        } else {
            role
        }
    };
    let role = |(place, heading): (usize, &String)| {
        let corrected = columns
            .iter()
            .find(|(_, words)| words.trim().eq_ignore_ascii_case(heading.trim()));
        corrected.map_or_else(|| proposed(place), |(role, _)| *role)
    };
    let layout = Layout {
        dataset: hints
            .dataset
            .or(recognised.as_ref().map(|reading| reading.dataset))
            .or_else(|| dataset_of(columns))
            .unwrap_or(Dataset::Payments),
        name: "the columns you named".into(),
        roles: headings.iter().enumerate().map(role).collect(),
        headings,
        date_order: None,
    };
    recognise::recognise(
        file,
        &Hints {
            layouts: &[layout],
            ..*hints
        },
    )
}

/// The dataset whose columns a person names, where they can be of one only.
fn dataset_of(columns: &[(Role, String)]) -> Option<Dataset> {
    let names = |roles: &[Role]| columns.iter().any(|(role, _)| roles.contains(role));
    if names(&[Role::Ticket, Role::State, Role::At, Role::Opened]) {
        Some(Dataset::Tickets)
    } else if names(&[Role::Measure, Role::Value]) {
        Some(Dataset::Measurements)
    } else {
        None
    }
}

/// Told which file is read and how many of its rows have been; breaking stops the work.
pub type Watch<'a> = dyn FnMut(&str, u64) -> ControlFlow<()> + 'a;

/// Why a file was not taken in.
#[derive(Debug)]
pub enum Failed {
    Refused(Refused),
    /// Whoever watches asked to stop; nothing was written.
    Stopped,
    /// What the person asked for cannot be done.
    Wish(String),
    /// The register does not take what the file states.
    Register(handback_register::Error),
    Other(anyhow::Error),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Failed {
        Failed::Refused(refused)
    }
}
impl From<handback_register::Error> for Failed {
    fn from(error: handback_register::Error) -> Failed {
        match error.is_refused() || error.is_conflict() {
            true => Failed::Register(error),
            false => Failed::Other(error.into()),
        }
    }
}
impl From<handback_facts::Error> for Failed {
    fn from(error: handback_facts::Error) -> Failed {
        Failed::Other(error.into())
    }
}
impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Failed {
        Failed::Other(error)
    }
}

/// What reading a file came to, before anything is written to the register.
struct Read {
    tally: Tally,
    faults: Vec<Fault>,
    parts: Vec<Part>,
    period: Option<Period>,
    /// The ledger that the rows themselves say, where they do.
    ledger: Option<String>,
    stating: Stating,
}

/// What a file states.
enum Stating {
    /// Nothing: its rows are facts.
    Rows,
    Table(&'static Table, Vec<Row>),
    Contracts(Vec<ContractLine>),
    Notices(Vec<ContractNotice>),
}

fn taken_one(
    data: Option<&Data>,
    file: &dyn Source,
    reading: Reading,
    wishes: &Wishes,
    author: &Author,
    watch: &mut Watch<'_>,
) -> Result<Taken, Failed> {
    match reading.dataset {
        Dataset::Responses => released::take_one(data, file, reading, wishes, author, watch),
        _ => take_one(data, file, reading, wishes, author, watch),
    }
}

fn take_one(
    data: Option<&Data>,
    file: &dyn Source,
    reading: Reading,
    wishes: &Wishes,
    author: &Author,
    watch: &mut Watch<'_>,
) -> Result<Taken, Failed> {
    let permit = author
        .permit(action(reading.dataset), &Subject::default())
        .map_err(|refusal| Failed::Wish(format!("{}: {refusal}", file.name())))?;
    let (read, staged) = std::thread::scope(|scope| {
        let staging = data.map(|data| scope.spawn(|| read::stage(data, file)));
        let kept = data.filter(|_| !wishes.dry_run);
        let read = read::read(kept, file, &reading, watch);
        let staged =
            staging.map(|staging| staging.join().expect("staging a source does not panic"));
        (read, staged)
    });
    let mut read = read?;
    let mut taken = Taken {
        file: file.name().to_owned(),
        reading: Some(reading.clone()),
        tally: read.tally.clone(),
        faults: std::mem::take(&mut read.faults),
        import: None,
        already: false,
        overlaps: Vec::new(),
        overlapping: Vec::new(),
        overlap: None,
        stated: BTreeMap::new(),
        list: None,
    };
    let (Some(data), Some(staged)) = (data, staged.transpose()?) else {
        return Ok(taken);
    };
    let source = staged.fingerprint().to_string();
    if wishes.dry_run {
        commit::commit(
            &data.register.picture(),
            &mut taken,
            &read,
            &source,
            None,
            wishes,
        )?;
        return Ok(taken);
    }
    staged.keep()?;
    let faults = read::keep_faults(data, &taken.faults)?;
    let picture = data.register.picture();
    let authority = authority_of(&picture, picture.size())?.map(|(id, _)| id);
    let reason = format!("import of {}", file.name());
    let saying = Saying {
        reason,
        source: Some(source.clone()),
        authority,
        base: None,
    };
    let changed = data.change(&permit, saying, |picture| {
        commit::commit(picture, &mut taken, &read, &source, faults.clone(), wishes)
    })?;
    taken.import = Some(changed.answer);
    Ok(taken)
}

/// What it takes to be allowed to take a file in.
fn action(dataset: Dataset) -> Action {
    match dataset {
        Dataset::Scope | Dataset::Names => Action::DecideScope,
        Dataset::Contracts | Dataset::Ocds => Action::StateContract,
        Dataset::Claims | Dataset::PublishedTotals => Action::ReviewClaim,
        Dataset::Recommendations => Action::Recommend,
        Dataset::Problems | Dataset::Challenges | Dataset::Trials | Dataset::Benefits => {
            Action::ShapeProblem
        }
        Dataset::Payments | Dataset::Tickets | Dataset::Measurements | Dataset::Responses => {
            Action::Import
        }
        _ => Action::StateEstate,
    }
}

/// Which heading plays which role.
pub fn roles_of(reading: &Reading) -> BTreeMap<Role, String> {
    reading
        .taken()
        .map(|column| (column.role, column.header.clone()))
        .collect()
}

/// Write faults as CSV for a person to work through.
pub fn write_faults(taken: &[Taken], out: &mut dyn std::io::Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["file", "line", "column", "value", "reason"])?;
    for taken in taken {
        for fault in &taken.faults {
            csv.write_record([
                &taken.file,
                &fault.line.to_string(),
                &fault.column,
                &fault.value,
                &fault.reason,
            ])?;
        }
    }
    csv.flush()?;
    Ok(())
}
