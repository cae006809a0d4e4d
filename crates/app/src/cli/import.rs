//! `handback import`.

use super::{Outcome, print, print_json};
use crate::data::{Author, Data, Location, file_name, new_file};
use crate::import::{FileReport, Taken, Watch, Wishes, take_in, write_faults};
use crate::render::lists;
use crate::transfer;
use anyhow::Context;
use handback_core::dated::Period;
use handback_core::import::{Dataset, Fault, Overlap, Role};
use handback_core::performance::state::Means;
use handback_intake::refused::called;
use handback_intake::source::Source;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files, or folders of files; a folder written by `handback export` is taken in whole
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    location: Location,
    /// What the files hold, when that is not clear from them
    #[arg(long = "as", value_name = "WHAT", value_parser = dataset)]
    dataset: Option<Dataset>,
    /// The period that the files cover, when they carry no dates: 2019-08, 2019-Q2, 2019/20 or two days with .. between
    #[arg(long, value_name = "P")]
    period: Option<Period>,
    /// What a service desk's word for a state means, when it is not known or was taken wrongly:
    /// WORD=MEANING, as in "Awaiting parts=waits-for-supplier"; the meanings are opened, working,
    /// waits-for-user, waits-for-supplier, waits-for-other, resolved, reopened, closed and nothing
    #[arg(long = "state", value_name = "WORD=MEANING", value_parser = state)]
    states: Vec<(String, Means)>,
    /// The time zone of a service desk's times that do not say theirs, by its IANA name; Europe/London
    /// when not given
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Which column is what, when it was taken wrongly: ROLE=HEADING, as in supplier="Vendor Nam"; remembered for the next file with the same headings
    #[arg(long = "column", value_name = "ROLE=HEADING", value_parser = column)]
    columns: Vec<(Role, String)>,
    /// The files replace this import (its id or file name), which no longer counts
    #[arg(long, value_name = "ID", conflicts_with = "adds")]
    replaces: Vec<String>,
    /// The files hold other payments than the imports they overlap
    #[arg(long)]
    adds: bool,
    /// Whose data this is, by name; asked once
    #[arg(long, value_name = "NAME")]
    authority: Option<String>,
    /// Who published the files, where that is not the authority
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// The ledger that the files belong to, such as payments or purchase cards
    #[arg(long, value_name = "NAME")]
    ledger: Option<String>,
    /// The contract that a change log, charges or a list for an exit register are of, by its reference or
    /// title, where the rows name none
    #[arg(long, value_name = "NAME")]
    contract: Option<String>,
    /// The day on which that list was true; today when not given
    #[arg(long, value_name = "DATE")]
    listed_on: Option<Date>,
    /// It is the whole list: items of the same contract that it does not name are marked as missing
    #[arg(long)]
    whole_list: bool,
    /// A time in which the supplier was to change nothing: changes within it are named to ask about
    #[arg(long, value_name = "P")]
    freeze: Option<Period>,
    /// Say what would be taken in, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write all faults to this CSV file
    #[arg(long, value_name = "CSV")]
    faults: Option<PathBuf>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

fn dataset(words: &str) -> Result<Dataset, String> {
    let value = serde_json::Value::String(words.to_owned());
    serde_json::from_value(value).map_err(|_| {
        "write payments, contracts, ocds, tickets, measurements, responses, organisations, services, arrangements, clauses, obligations, requests, variations, charges, index-figures, volumes, treatments, staff-movements, waves, blackouts, tasks, gates, readiness-statements, assets, licences, third-party-contracts, data-holdings, credentials, knowledge, documents, measures, rebases, working-calendars, claims, recommendations, problems, challenges, trials, benefits, events, published-totals, commitments, actions, work-arounds, updates, scope or names".into()
    })
}

fn column(words: &str) -> Result<(Role, String), String> {
    let (role, heading) = words
        .split_once('=')
        .ok_or("write ROLE=HEADING, as in supplier=\"Vendor Nam\"")?;
    let value = serde_json::Value::String(role.trim().to_owned());
    let role = serde_json::from_value(value).map_err(|_| {
        "the role is, of payments, one of date, amount, vat, gross, supplier, supplier-number, company-number, department, service, category, description and transaction; of tickets, one of ticket, state, at, opened, responded, paused, resumed, resolved, reopened, closed, priority, service, group, channel and satisfaction; of measurements, one of date, measure, value, numerator, denominator and service; of any, personal or other"
    })?;
    Ok((role, heading.trim().to_owned()))
}

fn state(words: &str) -> Result<(String, Means), String> {
    let (word, means) = words
        .rsplit_once('=')
        .ok_or("write WORD=MEANING, as in \"Awaiting parts=waits-for-supplier\"")?;
    let means = means.parse::<Means>().map_err(|error| error.to_string())?;
    Ok((word.trim().to_owned(), means))
}

pub fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    if let [folder] = &arguments.files[..]
        && transfer::is_export(folder)
    {
        let data = Data::open(&arguments.location)?;
        let taken = transfer::import(&data, folder)?;
        print(&format!(
            "Took in {} records and {} parts of facts.\n",
            taken.records, taken.parts
        ))?;
        return Ok(Outcome::Done);
    }
    let wishes = Wishes {
        dataset: arguments.dataset,
        period: arguments.period,
        states: arguments.states,
        zone: arguments.zone,
        columns: arguments.columns,
        replaces: arguments.replaces,
        adds: arguments.adds,
        authority: arguments.authority,
        publisher: arguments.publisher,
        ledger: arguments.ledger,
        contract: arguments.contract,
        listed_on: arguments.listed_on,
        whole_list: arguments.whole_list,
        freeze: arguments.freeze,
        dry_run: arguments.dry_run,
    };
    let mut files: Vec<Box<dyn Source>> = Vec::new();
    for path in &arguments.files {
        gather(path, &mut files)?;
    }
    // A dry run into a directory that does not exist must not make one.
    let fresh = arguments.dry_run && Data::existing(&arguments.location).is_err();
    let data = if fresh {
        None
    } else {
        Some(Data::open(&arguments.location)?)
    };
    if let Some(data) = &data {
        transfer::clear_away(data)?;
    }
    let faults = arguments.faults.as_deref().map(new_file).transpose()?;
    let taken =
        with_progress(|watch| take_in(data.as_ref(), &files, &wishes, &Author::operator(), watch))?;
    if let Some(mut file) = faults {
        write_faults(&taken, &mut file)?;
    }
    if arguments.json {
        print_json(&Report {
            files: taken.iter().map(FileReport::of).collect(),
        })?;
    } else {
        print(&told(&taken, arguments.dry_run))?;
    }
    Ok(if taken.iter().all(Taken::is_whole) {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// Work that tells how many rows of which file it has read, shown while it lasts if somebody looks on.
pub fn with_progress<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {msg}: {pos} rows, {per_sec}, {elapsed}");
    bar.set_style(style.expect("a fixed template"));
    bar.enable_steady_tick(Duration::from_millis(200));
    let done = work(&mut |file, rows| {
        bar.set_message(file.to_owned());
        bar.set_position(rows);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    done
}

/// A file on disk.
struct OnDisk {
    path: PathBuf,
    name: String,
}

impl Source for OnDisk {
    fn name(&self) -> &str {
        &self.name
    }
    fn size(&self) -> Option<u64> {
        self.path.metadata().ok().map(|metadata| metadata.len())
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(File::open(&self.path)?))
    }
}

/// The files that a path names: itself, or all in the folder and its folders, by name.
fn gather(path: &Path, files: &mut Vec<Box<dyn Source>>) -> anyhow::Result<()> {
    if !path.is_dir() {
        files.push(Box::new(OnDisk {
            path: path.to_owned(),
            name: file_name(path),
        }));
        return Ok(());
    }
    let entries =
        std::fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
    let mut inside = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    inside.sort();
    let visible = |path: &&PathBuf| !file_name(path).starts_with('.');
    inside
        .iter()
        .filter(visible)
        .try_for_each(|path| gather(path, files))
}

/// The files of a folder and its folders, by name.
pub fn folder_files(folder: &Path) -> anyhow::Result<Vec<Box<dyn Source>>> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    Ok(files)
}

/// The report that `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    files: Vec<FileReport<'a>>,
}

/// How many faults of a file are printed before the rest is counted.
const FAULTS_SHOWN: usize = 5;

/// Up to how many files each file's notes stand beneath it; beyond, equal notes are told once.
const FILES_WITH_NOTES: usize = 5;

/// What became of the files, for people.
pub fn told(taken: &[Taken], dry_run: bool) -> String {
    let with_notes = taken.len() <= FILES_WITH_NOTES;
    let mut text: String = taken
        .iter()
        .map(|taken| told_one(taken, dry_run, with_notes))
        .collect();
    if !with_notes {
        let mut notes: BTreeMap<&str, u64> = BTreeMap::new();
        for note in taken
            .iter()
            .filter_map(|taken| taken.reading.as_ref())
            .flat_map(|reading| &reading.notes)
        {
            *notes.entry(note).or_default() += 1;
        }
        let lines = notes
            .iter()
            .map(|(note, files)| format!("{files} of {} files: {note}\n", taken.len()));
        text.extend(lines);
    }
    text
}

fn told_one(taken: &Taken, dry_run: bool, with_notes: bool) -> String {
    let Some(reading) = &taken.reading else {
        let reasons: Vec<&str> = taken
            .faults
            .iter()
            .map(|fault| fault.reason.as_str())
            .collect();
        return format!("NOT TAKEN  {}\n", reasons.join("; "));
    };
    let tally = &taken.tally;
    let verb = match (taken.already, dry_run) {
        (true, _) => "taken before, nothing written",
        (false, true) => "would be taken",
        (false, false) => "taken",
    };
    let mut text = format!(
        "{}  {}, {verb}: {} rows",
        taken.file,
        called(reading.dataset),
        tally.rows
    );
    if reading.dataset == Dataset::Payments {
        text += &format!(", {}", tally.total);
    }
    if let (true, Some(from), Some(to)) = (reading.dataset.is_bulk(), tally.from, tally.to) {
        text += &format!(", {from} to {to}");
    }
    for (count, what) in [
        (tally.rejected, "rejected"),
        (tally.set_aside, "set aside (blank, headings, totals)"),
    ] {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    }
    text.push('\n');
    if with_notes && !taken.already {
        for column in reading.taken() {
            let role = serde_json::to_value(column.role).unwrap_or_default();
            let role = role.as_str().unwrap_or_default();
            text += &format!(
                "    {role}: column {:?} ({}% sure). {}\n",
                column.header, column.confidence, column.why
            );
        }
    }
    for note in reading.notes.iter().filter(|_| with_notes) {
        text += &format!("    {note}\n");
    }
    if !taken.overlaps.is_empty() {
        let files = taken.overlaps.join(", ");
        text += &match &taken.overlap {
            Some(Overlap::Undecided) => format!(
                "    OVERLAPS {files}: all count until you import it again with --replaces ID for each, or --adds\n"
            ),
            Some(Overlap::Replaces(_)) => format!("    replaces {files}, which no longer counts\n"),
            Some(Overlap::Adds) | None => format!("    adds to {files}\n"),
        };
    }
    if let Some(list) = &taken.list {
        text += &lists::told(list, reading.dataset);
    }
    for Fault {
        line,
        column,
        value,
        reason,
        ..
    } in taken.faults.iter().take(FAULTS_SHOWN)
    {
        text += &match line {
            0 => format!("    {column}: {reason}\n"),
            line => format!("    line {line}, {column}: {value:?}: {reason}\n"),
        };
    }
    if taken.faults.len() > FAULTS_SHOWN {
        text += &format!(
            "    … and {} more faults (--faults FILE.csv lists them all)\n",
            taken.faults.len() - FAULTS_SHOWN
        );
    }
    text
}
