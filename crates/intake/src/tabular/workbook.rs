//! Workbooks: old binary Excel, XLSX and OpenDocument. Read whole, so bounded by a stated size.

use super::{Form, Format, Line, Span};
use crate::Refused;
use crate::source::{self, Source, unreadable};
use calamine::{Data, Reader as _, SheetVisible, Sheets, open_workbook_auto_from_rs};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read};

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
        let unpacked = unpacked_size(&bytes).map_err(|error| damaged(source, &error))?;
        if unpacked > UNPACKED_LIMIT_MB * MB {
            return Err(too_large(unpacked, UNPACKED_LIMIT_MB));
        }
    }
    open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| damaged(source, &error))
}

fn unpacked_size(archive: &[u8]) -> zip::result::ZipResult<u64> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive))?;
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

/// Settle which sheet is meant: of those that people can see, the one with most rows of two or more
/// filled cells.
pub(super) fn form(source: &dyn Source, compressed: bool) -> Result<Form, Refused> {
    let mut workbook = workbook(source)?;
    let format = match workbook {
        Sheets::Xls(_) => Format::Xls,
        Sheets::Xlsx(_) | Sheets::Xlsb(_) => Format::Xlsx,
        Sheets::Ods(_) => Format::Ods,
    };
    let visible = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let mut sheets: Vec<(usize, String)> = Vec::new();
    for name in names {
        let rows = rows(source, &mut workbook, &name)?;
        let count = rows.values().filter(|cells| cells.len() > 1).count();
        if count > 0 {
            sheets.push((count, name));
        }
    }
    let most = sheets.iter().map(|(rows, _)| *rows).max();
    let Some(chosen) = sheets.iter().position(|(rows, _)| Some(*rows) == most) else {
        return Err(Refused::Empty {
            file: source.name().to_owned(),
        });
    };
    let (_, sheet) = sheets.remove(chosen);
    let mut notes = Vec::new();
    if !sheets.is_empty() {
        let others: Vec<String> = sheets
            .iter()
            .map(|(rows, name)| format!("“{name}” ({rows} rows)"))
            .collect();
        notes.push(format!(
            "The workbook has several sheets: “{sheet}” was read because it has most rows; not read: {}.",
            others.join(", ")
        ));
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

/// The rows of one sheet, as text.
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
        let name = match name {
            Some(name) => name.to_owned(),
            None => workbook
                .sheet_names()
                .into_iter()
                .next()
                .ok_or_else(empty)?,
        };
        let rows = rows(source, &mut workbook, &name)?;
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
