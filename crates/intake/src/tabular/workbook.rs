//! Workbooks: old binary Excel, XLSX and OpenDocument. Read whole, so bounded by a stated size.

use super::{Form, Format, Line, Span};
use crate::Refused;
use crate::source::{self, Source, unreadable};
use calamine::{Data, Reader as _, SheetVisible, Sheets, open_workbook_auto_from_rs};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The largest workbook that is read, in megabytes as stored.
pub const LIMIT_MB: u64 = 50;

/// The largest workbook that is read, in megabytes once unpacked.
pub const UNPACKED_LIMIT_MB: u64 = 300;

/// The rows and columns of the largest sheet that any spreadsheet program writes.
const MOST_ROWS: u32 = 1 << 20;
const MOST_COLUMNS: u32 = 1 << 14;

const MB: u64 = 1 << 20;

/// The first bytes of OLE2 compound files (XLS) and of ZIP archives (XLSX, ODS).
const OLE2: &[u8] = b"\xd0\xcf\x11\xe0";
const ZIP: &[u8] = b"PK\x03\x04";

/// What every XLSX and every ODS holds, and other archives do not.
const PARTS: [&str; 2] = ["[Content_Types].xml", "content.xml"];

pub(super) fn is_workbook(start: &[u8]) -> bool {
    start.starts_with(OLE2) || start.starts_with(ZIP)
}

type Workbook = Sheets<Cursor<Vec<u8>>>;

fn workbook(source: &dyn Source) -> Result<Workbook, Refused> {
    let too_large = |bytes: u64, limit: u64| Refused::TooLarge {
        file: source.name().to_owned(),
        megabytes: bytes.div_ceil(MB),
        limit,
    };
    if let Some(size) = source.size().filter(|&size| size > LIMIT_MB * MB) {
        return Err(too_large(size, LIMIT_MB));
    }
    let mut bytes = Vec::new();
    let read = source::open(source)?
        .bytes
        .take(LIMIT_MB * MB + 1)
        .read_to_end(&mut bytes);
    read.map_err(|error| unreadable(source, error))?;
    if bytes.len() as u64 > LIMIT_MB * MB {
        return Err(too_large(bytes.len() as u64, LIMIT_MB));
    }
    if bytes.starts_with(ZIP) {
        let archive = ZipArchive::new(Cursor::new(bytes.as_slice()));
        let mut archive = archive.map_err(|error| damaged(source, &error))?;
        let unpacked = unpacked_size(&mut archive).map_err(|error| damaged(source, &error))?;
        if unpacked > UNPACKED_LIMIT_MB * MB {
            return Err(too_large(unpacked, UNPACKED_LIMIT_MB));
        }
        if PARTS
            .iter()
            .all(|part| archive.index_for_name(part).is_none())
        {
            let (file, found) = (
                source.name().to_owned(),
                "a ZIP archive to be unpacked first",
            );
            return Err(Refused::NotATable { file, found });
        }
    }
    open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| damaged(source, &error))
}

fn unpacked_size(archive: &mut ZipArchive<Cursor<&[u8]>>) -> zip::result::ZipResult<u64> {
    (0..archive.len())
        .map(|part| archive.by_index_raw(part).map(|part| part.size()))
        .sum()
}

fn damaged(source: &dyn Source, reason: &dyn std::fmt::Display) -> Refused {
    Refused::Spreadsheet {
        file: source.name().to_owned(),
        reason: reason.to_string(),
    }
}

/// The filled cells of a sheet by row, each with its column; rows and columns count from 0.
type Rows = BTreeMap<u32, Vec<(u32, Data)>>;

/// Read the filled cells of a sheet. A sheet may claim any size for a few cells, so nothing is laid
/// out before it is filled.
fn rows(source: &dyn Source, workbook: &mut Workbook, sheet: &str) -> Result<Rows, Refused> {
    let mut rows = Rows::new();
    let mut put = |(row, column): (u32, u32), cell: Data| {
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            return Err(damaged(
                source,
                &"a cell lies beyond the last row or column",
            ));
        }
        if !matches!(cell, Data::Empty) {
            rows.entry(row).or_default().push((column, cell));
        }
        Ok(())
    };
    match workbook {
        Sheets::Xlsx(workbook) => {
            let mut cells = workbook
                .worksheet_cells_reader(sheet)
                .map_err(|error| damaged(source, &error))?;
            while let Some(cell) = cells.next_cell().map_err(|error| damaged(source, &error))? {
                put(cell.get_position(), cell.get_value().clone().into())?;
            }
        }
        Sheets::Xlsb(workbook) => {
            let mut cells = workbook
                .worksheet_cells_reader(sheet)
                .map_err(|error| damaged(source, &error))?;
            while let Some(cell) = cells.next_cell().map_err(|error| damaged(source, &error))? {
                put(cell.get_position(), cell.get_value().clone().into())?;
            }
        }
        Sheets::Xls(_) | Sheets::Ods(_) => {
            let range = workbook
                .worksheet_range(sheet)
                .map_err(|error| damaged(source, &error))?;
            let (first_row, first_column) = range.start().unwrap_or_default();
            for (row, column, cell) in range.used_cells() {
                put(
                    (first_row + row as u32, first_column + column as u32),
                    cell.clone(),
                )?;
            }
        }
    }
    Ok(rows)
}

/// A sheet that people can see.
struct Seen {
    name: String,
    rows: Rows,
}

impl Seen {
    /// How many rows have two or more filled cells.
    fn count(&self) -> usize {
        self.rows.values().filter(|cells| cells.len() > 1).count()
    }

    /// Its heading and the row that it stands on: the first of three or more cells, all of them text.
    fn heading(&self) -> Option<(u32, Vec<(u32, &str)>)> {
        self.rows.iter().find_map(|(row, cells)| {
            let texts = cells.iter().map(|(column, cell)| match cell {
                Data::String(text) => Some((*column, text.trim())),
                _ => None,
            });
            let texts: Vec<(u32, &str)> = texts.collect::<Option<_>>()?;
            (texts.len() > 2).then_some((*row, texts))
        })
    }

    fn printed(&self) -> impl Iterator<Item = String> {
        let rows = self.rows.values().filter(|cells| cells.len() > 1);
        rows.map(|cells| {
            let mut text = String::new();
            for (_, cell) in cells {
                print(cell, &mut text);
                text.push('\t');
            }
            text
        })
    }
}

/// The sheets that people can see and that hold more than single cells, in their order.
fn seen(source: &dyn Source, workbook: &mut Workbook) -> Result<Vec<Seen>, Refused> {
    let visible = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let mut sheets = Vec::new();
    for name in names {
        let rows = rows(source, workbook, &name)?;
        let sheet = Seen { name, rows };
        if sheet.count() > 0 {
            sheets.push(sheet);
        }
    }
    Ok(sheets)
}

/// Part the sheets that are one ledger with the named one, such as a sheet for each month, from the
/// others. They have its heading, and most of their rows stand in none of the others: a sheet of the
/// whole year beside those of its months would count everything twice.
fn parted(sheets: Vec<Seen>, named: &str) -> (Vec<Seen>, Vec<Seen>) {
    let Some(first) = sheets.iter().find(|sheet| sheet.name == named) else {
        return (Vec::new(), sheets);
    };
    let heading = first.heading().map(|(_, heading)| heading);
    let mut known: BTreeSet<String> = first.printed().collect();
    let mut belongs = |sheet: &Seen| {
        let alike = heading.is_some() && sheet.heading().map(|(_, heading)| heading) == heading;
        let repeated = sheet.printed().filter(|row| known.contains(row)).count();
        let taken = alike && repeated * 2 <= sheet.count();
        if taken {
            known.extend(sheet.printed());
        }
        taken || sheet.name == named
    };
    let belong: Vec<bool> = sheets.iter().map(&mut belongs).collect();
    let (together, apart): (Vec<_>, Vec<_>) = sheets
        .into_iter()
        .zip(belong)
        .partition(|(_, belongs)| *belongs);
    let sheets = |pairs: Vec<(Seen, bool)>| pairs.into_iter().map(|(sheet, _)| sheet).collect();
    (sheets(together), sheets(apart))
}

/// The rows of sheets below one another, without the headings of all but the first, and the row on
/// which each begins, counted from 0.
fn joined(sheets: Vec<Seen>) -> (Rows, Vec<(String, u32)>) {
    let mut all = Rows::new();
    let mut begins = Vec::new();
    for sheet in sheets {
        let below = all.last_key_value().map(|(last, _)| last + 1);
        let heading = sheet.heading().map(|(row, _)| row);
        let (offset, skipped) = match (below, heading) {
            (Some(below), Some(heading)) => (below, heading + 1),
            (below, _) => (below.unwrap_or(0), 0),
        };
        begins.push((sheet.name, offset));
        let rows = sheet.rows.into_iter().filter(|(row, _)| *row >= skipped);
        all.extend(rows.map(|(row, cells)| (offset + row - skipped, cells)));
    }
    (all, begins)
}

/// Settle which sheet is meant: of those that people can see, the one with most rows of two or more
/// filled cells, together with those that are one ledger with it.
pub(super) fn form(source: &dyn Source, compressed: bool) -> Result<Form, Refused> {
    let mut workbook = workbook(source)?;
    let format = match workbook {
        Sheets::Xls(_) => Format::Xls,
        Sheets::Xlsx(_) | Sheets::Xlsb(_) => Format::Xlsx,
        Sheets::Ods(_) => Format::Ods,
    };
    let sheets = seen(source, &mut workbook)?;
    let most = sheets.iter().map(Seen::count).max();
    let Some(chosen) = sheets.iter().find(|sheet| Some(sheet.count()) == most) else {
        return Err(Refused::Empty {
            file: source.name().to_owned(),
        });
    };
    let sheet = chosen.name.clone();
    let (together, apart) = parted(sheets, &sheet);
    let mut notes = Vec::new();
    let others: Vec<String> = apart
        .iter()
        .map(|sheet| format!("“{}” ({} rows)", sheet.name, sheet.count()))
        .collect();
    if let [_] = together[..]
        && !others.is_empty()
    {
        notes.push(format!(
            "The workbook has several sheets: “{sheet}” was read because it has most rows; not read: {}.",
            others.join(", ")
        ));
    } else if together.len() > 1 {
        let (_, begins) = joined(together);
        let begins: Vec<String> = begins
            .iter()
            .map(|(name, row)| format!("“{name}” from line {}", row + 1))
            .collect();
        notes.push(format!(
            "Sheets with the same headings were read as one: {}.",
            begins.join(", ")
        ));
        if !others.is_empty() {
            notes.push(format!("Sheets not read: {}.", others.join(", ")));
        }
    }
    Ok(Form {
        format,
        compressed,
        encoding: None,
        delimiter: None,
        sheet: Some(sheet),
        notes,
    })
}

/// The rows of a sheet, and of those that are one ledger with it, as text.
pub(super) struct Sheet {
    rows: Rows,
    next: u32,
    text: String,
    spans: Vec<Span>,
}

impl Sheet {
    pub(super) fn open(source: &dyn Source, name: Option<&str>) -> Result<Sheet, Refused> {
        let mut workbook = workbook(source)?;
        let empty = || Refused::Empty {
            file: source.name().to_owned(),
        };
        let sheets = seen(source, &mut workbook)?;
        let first = sheets.first().ok_or_else(empty)?.name.clone();
        let (together, _) = parted(sheets, name.unwrap_or(&first));
        let (rows, _) = joined(together);
        Ok(Sheet {
            rows,
            next: 0,
            text: String::new(),
            spans: Vec::new(),
        })
    }

    /// The next row up to the last that holds anything; a row without cells is a blank line.
    pub(super) fn next_line(&mut self) -> Option<Line<'_>> {
        let (last, _) = self.rows.last_key_value()?;
        if self.next > *last {
            return None;
        }
        self.text.clear();
        self.spans.clear();
        for (column, cell) in self.rows.get(&self.next).into_iter().flatten() {
            let start = self.text.len();
            print(cell, &mut self.text);
            let place = *column as usize;
            self.spans
                .resize(self.spans.len().max(place + 1), Span { start: 0, end: 0 });
            self.spans[place] = Span {
                start,
                end: self.text.len(),
            };
        }
        self.next += 1;
        Some(Line {
            number: u64::from(self.next),
            text: &self.text,
            spans: &self.spans,
            damage: None,
        })
    }
}

/// A number as spreadsheets keep and show it: to fifteen significant digits. What lies beyond is the
/// noise of binary sums, as in 100.08000000000001.
fn as_kept(number: f64) -> f64 {
    format!("{number:.14e}")
        .parse()
        .expect("a printed number reads back")
}

/// A cell as text: dates in ISO form, numbers as the shortest decimal that means the same.
fn print(cell: &Data, text: &mut String) {
    let printed = match cell {
        Data::Empty => Ok(()),
        Data::String(string) | Data::DateTimeIso(string) | Data::DurationIso(string) => {
            write!(text, "{string}")
        }
        Data::Int(number) => write!(text, "{number}"),
        Data::Float(number) => write!(text, "{}", as_kept(*number)),
        Data::Bool(value) => write!(text, "{value}"),
        Data::Error(error) => write!(text, "{error}"),
        Data::DateTime(moment) if moment.is_duration() => write!(text, "{}", moment.as_f64()),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => write!(text, "{year:04}-{month:02}-{day:02}"),
                _ => write!(
                    text,
                    "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
                ),
            }
        }
    };
    printed.expect("writing to a string cannot fail");
}
