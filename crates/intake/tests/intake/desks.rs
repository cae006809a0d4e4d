//! Files of service desks: a made-up one for each layout, held against what it says, and the real ones
//! held against counts that were made without this program.

use handback_core::import::{Dataset, Fault, Reading, Tally};
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use handback_intake::tickets::{self, Logged};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow::Continue;
use std::path::{Path, PathBuf};

struct Read {
    reading: Reading,
    tickets: Vec<Logged>,
    faults: Vec<Fault>,
    tally: Tally,
}

fn read(source: &Memory) -> Read {
    let reading = recognise(source, &Hints::default()).expect("recognised without being told");
    assert_eq!(reading.dataset, Dataset::Tickets, "{}", source.name);
    let (mut tickets, mut faults) = (Vec::new(), Vec::new());
    let tally = tickets::read(
        source,
        &reading,
        &mut |ticket| {
            tickets.push(ticket);
            Continue(())
        },
        &mut |fault| {
            faults.push(fault);
            Continue(())
        },
    )
    .expect("readable");
    Read {
        reading,
        tickets,
        faults,
        tally,
    }
}

/// Everything that was read, as text.
fn told(read: &Read) -> String {
    let mut text = String::new();
    for column in read.reading.taken() {
        let role = serde_json::to_value(column.role).expect("plain data");
        writeln!(
            text,
            "{}: {:?}",
            role.as_str().unwrap_or_default(),
            column.header
        )
        .expect("memory");
    }
    for note in &read.reading.notes {
        writeln!(text, "{note}").expect("memory");
    }
    for Logged { ticket, said } in &read.tickets {
        let of = [
            &ticket.service,
            &ticket.group,
            &ticket.channel,
            &ticket.satisfaction,
        ];
        let of: Vec<&str> = of.map(|text| text.as_deref().unwrap_or("-")).to_vec();
        writeln!(text, "{}: {}", ticket.number, of.join(" | ")).expect("memory");
        for (change, said) in ticket.changes.iter().zip(said) {
            writeln!(
                text,
                "  {} {} (line {}: {})",
                change.at,
                change.what.word(),
                said.line,
                said.printed
            )
            .expect("memory");
        }
    }
    for fault in &read.faults {
        writeln!(
            text,
            "line {}, {}: {:?}: {}",
            fault.line, fault.column, fault.value, fault.reason
        )
        .expect("memory");
    }
    let tally = &read.tally;
    writeln!(
        text,
        "{} taken, {} rejected, {} set aside",
        tally.rows, tally.rejected, tally.set_aside
    )
    .expect("memory");
    text
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tickets")
}

/// `HANDBACK_WRITE_EXPECTED=1` writes what is read as what is expected; look at the difference before it is kept.
#[test]
fn every_desk_is_read_as_it_says() {
    let mut seen = 0;
    let mut names: Vec<PathBuf> = std::fs::read_dir(fixtures())
        .expect("fixtures")
        .map(|entry| entry.expect("a fixture").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "expected")
        })
        .collect();
    names.sort();
    for path in names {
        let source = Memory {
            name: path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            bytes: std::fs::read(&path).expect("a fixture"),
        };
        let found = told(&read(&source));
        let expected = PathBuf::from(format!("{}.expected", path.display()));
        if std::env::var_os("HANDBACK_WRITE_EXPECTED").is_some() {
            std::fs::write(&expected, &found).expect("a writable fixture");
        }
        let expected = std::fs::read_to_string(&expected).expect("what is expected");
        assert_eq!(found, expected, "{}", source.name);
        seen += 1;
    }
    assert!(seen >= 11, "{seen} fixtures");
}

/// Lines, tickets, first times of resolution and reopenings of the real logs, as `scripts/count-tickets.py`
/// counts them, which knows nothing of this program.
struct Counted {
    file: &'static str,
    lines: u64,
    rejected: u64,
    tickets: usize,
    changes: &'static [(&'static str, u64)],
}

const REAL: [Counted; 3] = [
    Counted {
        file: "tickets/uci_servicenow/incident_event_log.zip",
        lines: 141_712,
        rejected: 0,
        tickets: 24_918,
        changes: &[
            ("closed", 24_930),
            ("opened", 24_918),
            ("paused-other", 275),
            ("paused-supplier", 269),
            ("paused-user", 5_852),
            ("reopened", 332),
            ("resolved", 25_236),
            ("responded", 16_808),
            ("resumed", 1_220),
        ],
    },
    Counted {
        file: "tickets/citius/helpdesk.csv.gz",
        lines: 21_348,
        rejected: 0,
        tickets: 4_580,
        changes: HELP_DESK,
    },
    Counted {
        file: "tickets/pm4py/helpdesk.xes.gz",
        lines: 21_348,
        rejected: 0,
        tickets: 4_580,
        changes: HELP_DESK,
    },
];

const HELP_DESK: &[(&str, u64)] = &[
    ("closed", 4_560),
    ("opened", 4_580),
    ("paused-other", 1_348),
    ("reopened", 161),
    ("resolved", 4_728),
    ("responded", 4_317),
    ("resumed", 560),
];

#[test]
fn real_logs_hold_what_an_independent_count_finds() {
    let Some(folder) = std::env::var_os("HANDBACK_REAL_DATA") else {
        eprintln!("skipped: HANDBACK_REAL_DATA names no folder of real files");
        return;
    };
    for real in REAL {
        let path = Path::new(&folder).join(real.file);
        let bytes =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let bytes = match real.file.ends_with(".zip") {
            true => unzipped(&bytes),
            false => bytes,
        };
        let source = Memory {
            name: real.file.into(),
            bytes,
        };
        let read = read(&source);
        let mut changes: BTreeMap<&str, u64> = BTreeMap::new();
        for change in read
            .tickets
            .iter()
            .flat_map(|logged| &logged.ticket.changes)
        {
            *changes.entry(change.what.word()).or_default() += 1;
        }
        changes.remove("priority");
        assert_eq!(
            changes,
            real.changes.iter().copied().collect(),
            "{}",
            real.file
        );
        assert_eq!(read.tickets.len(), real.tickets, "{}", real.file);
        let tally = read.tally;
        assert_eq!(
            (tally.rows, tally.rejected),
            (real.lines, real.rejected),
            "{}",
            real.file
        );
        assert!(
            read.tickets
                .iter()
                .all(|logged| logged.ticket.changes.is_sorted_by_key(|change| change.at))
        );
    }
}

/// The largest file in an archive.
fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut largest: Vec<u8> = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).expect("a file");
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut content).expect("readable");
        if content.len() > largest.len() {
            largest = content;
        }
    }
    largest
}
