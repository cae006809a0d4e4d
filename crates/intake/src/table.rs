//! Tables with documented headings, filled in by people: read, recognised and begun.

use crate::Refused;
use crate::dates::{NotADay, days};
use crate::source::Source;
use crate::tabular::{self, Line, Table};
use handback_core::dated::When;
use handback_core::import::{Dataset, DateOrder, Fault, Tally};
use handback_core::pence::Pence;
use handback_core::table::{Cell, Form, Heading, Row, listed};

/// Read a filled-in table. Headings are matched whatever their case, spaces and signs, by their own
/// names or by other people's words for them, and may stand in any order below a few lines of
/// something else. A row with faults is left out, and each of its faults is told; a column that is
/// not in the documentation is told once and not read. A file that lacks a needed heading is refused,
/// and one that seems to hold passwords is not read at all.
pub fn read(source: &dyn Source, headings: &'static [Heading]) -> Result<Filled, Refused> {
    let form = tabular::form(source)?;
    let place = heading_place(source, &form, headings)?;
    let mut table = Table::open(source, &form)?;
    let (line, printed) = heading_line(&mut table, source, place)?;
    refuse_secrets(source, &printed, headings)?;
    let columns = columns(source, &printed, headings)?;
    let mut faults = unknown(line, &printed, &columns, headings);
    let mut rows = Vec::new();
    let mut tally = Tally {
        set_aside: place as u64,
        ..Tally::default()
    };
    while let Some(line) = table.next_line()? {
        if line.is_blank() {
            continue;
        }
        match row(&line, &printed, headings, &columns) {
            Ok(row) => {
                tally.rows += 1;
                rows.push(row);
            }
            Err(found) => {
                tally.rejected += 1;
                faults.extend(found);
            }
        }
    }
    Ok(Filled {
        rows,
        faults,
        tally,
    })
}

/// A table as people filled it in.
#[derive(Clone, Debug)]
pub struct Filled {
    pub rows: Vec<Row>,
    pub faults: Vec<Fault>,
    pub tally: Tally,
}

/// A table to fill in, as CSV: the line of headings and a line of made-up examples.
pub fn template(headings: &[Heading]) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for text in [
        |heading: &Heading| heading.name,
        |heading: &Heading| heading.example,
    ] {
        csv.write_record(headings.iter().map(text))
            .expect("both lines have a cell per heading and memory takes all");
    }
    let bytes = csv.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("headings and examples are text")
}

/// What a table's file holds, and its headings.
pub type Documented = (Dataset, &'static [Heading]);

/// Which documented table a file is, by the texts of its line of headings. A table that asks for a
/// heading which the file lacks is out. Of the others it is one that documents at least half of the
/// file's columns under their own names, so that a ledger with a column "name" is not taken for a list
/// of organisations; else one of which at least two columns speak and no other table.
pub fn documented(headers: &[String], tables: &[Documented]) -> Option<Dataset> {
    let headers: Vec<&String> = headers.iter().filter(|it| !plain(it).is_empty()).collect();
    let complete = tables.iter().filter(|(_, headings)| {
        let mut needed = headings.iter().filter(|heading| heading.needed);
        needed.all(|heading| headers.iter().any(|header| names(heading, header)))
    });
    let complete: Vec<&Documented> = complete.collect();
    let own = |(_, headings): &Documented| {
        let is_own = |heading: &&Heading| headers.iter().any(|it| plain(it) == plain(heading.name));
        let mut needed = headings.iter().filter(|heading| heading.needed);
        let matched = headings.iter().filter(is_own).count();
        let enough = matched * 2 >= headers.len().max(1);
        (enough && needed.all(|heading| is_own(&heading))).then_some(matched)
    };
    let telling = |(dataset, headings): &Documented| {
        let others = tables.iter().filter(|(other, _)| other != dataset);
        let others: Vec<_> = others.flat_map(|(_, headings)| headings.iter()).collect();
        let mut matched = 0;
        let mut alone = 0;
        for header in &headers {
            if headings.iter().any(|heading| names(heading, header)) {
                matched += 1;
                alone += usize::from(!others.iter().any(|heading| names(heading, header)));
            }
        }
        (alone >= TELLING).then_some(alone * headers.len().max(1) + matched)
    };
    let best = |points: &dyn Fn(&Documented) -> Option<usize>| {
        let mut best: Option<(usize, Dataset)> = None;
        for table in &complete {
            let Some(points) = points(table) else {
                continue;
            };
            if best.is_none_or(|(most, _)| points > most) {
                best = Some((points, table.0));
            }
        }
        best.map(|(_, dataset)| dataset)
    };
    best(&own).or_else(|| best(&telling))
}

/// How many columns must speak of one table alone before other people's words are believed.
const TELLING: usize = 2;

/// A heading without what may differ: `Yearly_Cost (£)` and `yearly cost` are one.
fn plain(heading: &str) -> String {
    let letters = heading
        .chars()
        .filter(|character| character.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether a printed heading means a documented one, by its own name or another's word for it.
fn names(heading: &Heading, printed: &str) -> bool {
    let printed = plain(printed);
    let mut words = std::iter::once(&heading.name).chain(heading.aliases);
    !printed.is_empty() && words.any(|word| plain(word) == printed)
}

/// Within how many lines that hold anything a heading is looked for: titles and notes may stand above.
pub(crate) const HEADING_WITHIN: usize = 30;

/// How many lines that hold anything stand above the heading: none unless a later line has every
/// needed heading, and one more, where the first has not.
fn heading_place(
    source: &dyn Source,
    form: &tabular::Form,
    headings: &[Heading],
) -> Result<usize, Refused> {
    let mut table = Table::open(source, form)?;
    if table.keys().is_some() {
        return Ok(0);
    }
    let mut lines: Vec<Vec<String>> = Vec::new();
    while lines.len() < HEADING_WITHIN
        && let Some(line) = table.next_line()?
    {
        if !line.is_blank() {
            lines.push(line.cells().map(str::to_owned).collect());
        }
    }
    Ok(place_among(lines.iter().map(Vec::as_slice), headings))
}

/// The same among lines that hold anything.
pub(crate) fn place_among<'l>(
    mut lines: impl Iterator<Item = &'l [String]>,
    headings: &[Heading],
) -> usize {
    let is_heading = |cells: &'l [String]| {
        let stands = |heading: &Heading| cells.iter().any(|cell| names(heading, cell));
        let mut needed = headings.iter().filter(|heading| heading.needed);
        let some = headings.iter().filter(|heading| stands(heading)).count();
        needed.all(stands) && (some > 1 || cells.len() == 1)
    };
    lines.position(is_heading).unwrap_or(0)
}

/// The line of headings with its number, or the keys of JSON objects, which stand on no line of their
/// own. `above` is how many lines that hold anything stand above it.
fn heading_line(
    table: &mut Table<'_>,
    source: &dyn Source,
    above: usize,
) -> Result<(u64, Vec<String>), Refused> {
    if let Some(keys) = table.keys() {
        return Ok((0, keys.to_vec()));
    }
    let mut passed = 0;
    while let Some(line) = table.next_line()? {
        if line.is_blank() {
            continue;
        }
        if passed == above {
            return Ok((line.number, line.cells().map(str::to_owned).collect()));
        }
        passed += 1;
    }
    Err(Refused::Empty {
        file: source.name().to_owned(),
    })
}

/// What a heading over passwords and keys says.
const SECRETS: [&str; 7] = [
    "password",
    "passphrase",
    "passcode",
    "secret",
    "pincode",
    "privatekey",
    "apikey",
];

/// Refuse a file with a column of passwords before anything of it is read: its source would be kept.
fn refuse_secrets(
    source: &dyn Source,
    printed: &[String],
    headings: &[Heading],
) -> Result<(), Refused> {
    let known = |text: &str| headings.iter().any(|heading| names(heading, text));
    let secret = printed.iter().find(|text| {
        let plain = plain(text);
        SECRETS.iter().any(|word| plain.contains(word)) && !known(text)
    });
    match secret {
        None => Ok(()),
        Some(column) => Err(Refused::Unclear {
            file: source.name().to_owned(),
            reason: format!(
                "its column “{column}” seems to hold passwords or keys, which have no place in a register: remove the column, and state when each was last changed instead"
            ),
        }),
    }
}

/// The column of each heading, in the headings' order: the one that bears its own name, else the one
/// that bears the first of its other names.
fn columns(
    source: &dyn Source,
    printed: &[String],
    headings: &'static [Heading],
) -> Result<Vec<Option<usize>>, Refused> {
    let refused = |reason| {
        Err(Refused::Unclear {
            file: source.name().to_owned(),
            reason,
        })
    };
    let mut columns = Vec::with_capacity(headings.len());
    let mut missing = Vec::new();
    for heading in headings {
        let called = |word: &str| {
            let word = plain(word);
            let named = printed.iter().enumerate();
            let named = named.filter(move |(_, text)| plain(text) == word);
            named.map(|(index, _)| index)
        };
        let own: Vec<usize> = called(heading.name).collect();
        if let [one, other, ..] = own[..] {
            let name = heading.name;
            return refused(format!(
                "its columns {} and {} are both \"{name}\": keep one of them",
                one + 1,
                other + 1
            ));
        }
        let free = |index: &usize| {
            let own_of_another = |other: &Heading| plain(other.name) == plain(&printed[*index]);
            !headings.iter().any(own_of_another)
        };
        let mut others = heading
            .aliases
            .iter()
            .flat_map(|word| called(word))
            .filter(free);
        let column = own.first().copied().or_else(|| others.next());
        if column.is_none() && heading.needed {
            missing.push(format!("\"{}\"", heading.name));
        }
        columns.push(column);
    }
    match &missing[..] {
        [] => Ok(columns),
        [one] => refused(format!("it has no column {one}, which is needed")),
        [some @ .., last] => refused(format!(
            "it has no columns {} and {last}, which are needed",
            some.join(", ")
        )),
    }
}

/// A fault for each printed heading that is not read: the documentation does not have it, or another
/// column says the same.
fn unknown(
    line: u64,
    printed: &[String],
    columns: &[Option<usize>],
    headings: &[Heading],
) -> Vec<Fault> {
    let fault = |(index, text): (usize, &String)| {
        let reason = match headings.iter().zip(columns).find(|(it, _)| names(it, text)) {
            Some((heading, Some(column))) if *column != index => format!(
                "the column \"{}\" is read as the {}, so this one is not read",
                printed[*column], heading.name
            ),
            _ => {
                let names = headings.iter().map(|heading| heading.name);
                let hint = nearest(text, names)
                    .map_or_else(String::new, |name| format!("; the nearest is \"{name}\""));
                format!("this heading is not one of the table's, so the column is not read{hint}")
            }
        };
        Fault {
            line,
            column: text.clone(),
            value: text.clone(),
            reason,
            amount: None,
        }
    };
    let read = |index: usize| columns.contains(&Some(index));
    let unread = printed.iter().enumerate();
    let unread = unread.filter(|(index, text)| !text.is_empty() && !read(*index));
    unread.map(fault).collect()
}

/// The word most like a text; the first of equals.
fn nearest<'w>(text: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let text = plain(text);
    words.min_by_key(|word| strsim::damerau_levenshtein(&text, &plain(word)))
}

/// Read one line; all that is wrong with it, if anything is.
fn row(
    line: &Line<'_>,
    printed: &[String],
    headings: &'static [Heading],
    columns: &[Option<usize>],
) -> Result<Row, Vec<Fault>> {
    let fault = |column: &str, value: &str, reason: String| Fault {
        line: line.number,
        column: column.to_owned(),
        value: value.to_owned(),
        reason,
        amount: None,
    };
    if let Some(damage) = line.damage {
        return Err(vec![fault("", line.cell(0), damage.to_owned())]);
    }
    let mut faults = Vec::new();
    let mut cells = Vec::with_capacity(headings.len());
    for (heading, column) in headings.iter().zip(columns) {
        let text = column.map_or("", |column| line.cell(column));
        let header = column.map_or(heading.name, |column| &printed[column]);
        match cell(heading, text) {
            Ok(cell) => cells.push(cell),
            Err(reason) => faults.push(fault(header, text, reason)),
        }
    }
    for (index, text) in line
        .cells()
        .enumerate()
        .filter(|(_, text)| !text.is_empty())
    {
        if printed.get(index).is_none_or(String::is_empty) {
            let reason =
                "this value stands under no heading: move it or name its column".to_owned();
            faults.push(fault(&(index + 1).to_string(), text, reason));
        }
    }
    if faults.is_empty() {
        Ok(Row {
            line: line.number,
            headings,
            cells,
        })
    } else {
        Err(faults)
    }
}

/// Read one cell by its heading's form, on a form as in a file; else why not, as a sentence that says
/// what to write.
pub fn cell(heading: &Heading, text: &str) -> Result<Cell, String> {
    let text = text.trim();
    if text.is_empty() {
        let meaning = heading.meaning;
        return if heading.needed {
            Err(format!("a value is needed here: {meaning}"))
        } else {
            Ok(Cell::Blank)
        };
    }
    match read_as(heading, text) {
        Err(_) if !heading.needed && says_nothing(text) => Ok(Cell::Blank),
        read => read,
    }
}

/// What spreadsheets write where nobody knows.
fn says_nothing(text: &str) -> bool {
    let nothing = [
        "",
        "na",
        "none",
        "tbc",
        "tba",
        "tbd",
        "unknown",
        "notknown",
        "notstated",
    ];
    nothing.contains(&plain(text).as_str())
}

fn read_as(heading: &Heading, text: &str) -> Result<Cell, String> {
    match heading.form {
        Form::Text => Ok(Cell::Text(text.to_owned())),
        Form::When => when(text, DateOrder::DayFirst)
            .map(Cell::When)
            .map_err(|_| {
                "not a date: write 2019-08-01, 01/08/2019, 2019-08, 2019 or unknown".to_owned()
            }),
        Form::Pence => Pence::parse(text).map(Cell::Pence).map_err(|why| {
            format!("not an amount of money ({why}): write pounds and pence, such as 1234.50")
        }),
        Form::Count => counted(text)
            .parse()
            .map(Cell::Count)
            .map_err(|_| "not a whole number: write digits alone, such as 1200".to_owned()),
        Form::Choice(words) => words
            .iter()
            .find(|word| plain(word) == plain(meant(heading, text)))
            .map(|word| Cell::Choice(word))
            .ok_or_else(|| not_a_choice(text, words)),
        Form::List => Ok(Cell::List(listed(text))),
    }
}

/// A number without the commas between its thousands.
fn counted(text: &str) -> String {
    let grouped = text.split(',').skip(1).all(|group| group.len() == 3);
    match grouped {
        true => text.replace(',', ""),
        false => text.to_owned(),
    }
}

/// The choice that another's word means, or the word itself.
fn meant<'t>(heading: &Heading, text: &'t str) -> &'t str {
    let mut synonyms = heading.synonyms.iter();
    let synonym = synonyms.find(|(word, _)| plain(word) == plain(text));
    synonym.map_or(text, |(_, choice)| *choice)
}

fn not_a_choice(text: &str, words: &[&str]) -> String {
    let nearest = nearest(text, words.iter().copied()).unwrap_or_default();
    format!(
        "write one of {}; the nearest is {nearest}",
        words.join(", ")
    )
}

/// A date in one of the four documented forms, or as people and spreadsheets print days and months.
pub(crate) fn when(text: &str, order: DateOrder) -> Result<When, NotADay> {
    if let Ok(when) = text.parse() {
        return Ok(when);
    }
    let span = days(text, order)?;
    let (from, to) = (span.from, span.to);
    match () {
        () if from == to => Ok(When::Day(from)),
        () if from.day() == 1 && to == from.last_of_month() => {
            Ok(When::Month(from.year(), from.month()))
        }
        () => Err(NotADay::NotADate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;
    use proptest::prelude::*;

    const SERVICES: &[Heading] = &[
        Heading::needed(
            "service",
            Form::Text,
            "What people call it.",
            "Service desk",
        ),
        Heading::needed("from", Form::When, "Since when.", "2019-08-01"),
        Heading::optional("yearly cost", Form::Pence, "With staff.", "1250000.00"),
        Heading::optional("users", Form::Count, "How many.", "4200"),
        Heading::optional(
            "mode",
            Form::Choice(&["in-house", "outsourced"]),
            "Who runs it.",
            "outsourced",
        ),
        Heading::optional(
            "also called",
            Form::List,
            "Other names.",
            "Help desk; IT desk",
        ),
    ];

    fn table(name: &str, bytes: &[u8]) -> Result<(Vec<Row>, Vec<Fault>), Refused> {
        let source = Memory {
            name: name.into(),
            bytes: bytes.to_vec(),
        };
        let Filled {
            rows,
            faults,
            tally,
        } = read(&source, SERVICES)?;
        let rejected: std::collections::BTreeSet<u64> = faults
            .iter()
            .map(|fault| fault.line)
            .filter(|line| *line > 1)
            .collect();
        assert_eq!(
            (tally.rows, tally.rejected),
            (rows.len() as u64, rejected.len() as u64)
        );
        Ok((rows, faults))
    }

    fn fixture(name: &str) -> (Vec<Row>, Vec<Fault>) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/tables")
            .join(name);
        table(name, &std::fs::read(path).expect("a fixture")).expect("a table")
    }

    #[test]
    fn a_filled_in_table_in_any_dress() {
        let (rows, faults) = fixture("services.csv");
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (fault.line, &fault.column[..], &fault.value[..]))
            .collect();
        assert_eq!(told, [(1, "Servise owner", "Servise owner")]);
        assert!(
            faults[0].reason.contains("the nearest is \"service\""),
            "{}",
            faults[0].reason
        );
        let [desk, network] = &rows[..] else {
            panic!("two rows: {rows:?}")
        };
        assert_eq!(
            (desk.line, desk.text("service"), desk.when("from")),
            (2, Some("Service desk"), "2019-08-01".parse().ok())
        );
        assert_eq!(
            (desk.pence("yearly cost"), desk.count("users")),
            (Some(Pence(125_000_050)), Some(4_200))
        );
        assert_eq!(
            (desk.text("mode"), desk.list("also called")),
            (
                Some("in-house"),
                &["Help desk".to_owned(), "IT desk".to_owned()][..]
            )
        );
        assert_eq!(
            (network.line, network.when("from")),
            (4, Some(When::Unknown))
        );
        assert_eq!(
            network.cells[2..],
            [Cell::Blank, Cell::Blank, Cell::Blank, Cell::Blank]
        );
    }

    #[test]
    fn every_fault_of_a_row_is_told() {
        let (rows, faults) = fixture("faults.csv");
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (fault.line, &fault.column[..], &fault.value[..]))
            .collect();
        assert_eq!(
            told,
            [
                (2, "service", ""),
                (2, "from", "32/01/2019"),
                (2, "yearly cost", "10.005"),
                (2, "users", "many"),
                (2, "mode", "inhose"),
                (3, "7", "left over"),
            ]
        );
        assert!(
            faults[0].reason.contains("What people call it."),
            "{}",
            faults[0].reason
        );
        assert!(
            faults[4].reason.contains("the nearest is in-house"),
            "{}",
            faults[4].reason
        );
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn json_rows_are_read_by_their_keys() {
        let (rows, faults) = table(
            "services.json",
            br#"[{"Service": "Desk", "from": "2019", "x": 1}]"#,
        )
        .expect("a table");
        assert_eq!(
            (faults.len(), faults[0].line, &faults[0].column[..]),
            (1, 0, "x")
        );
        assert_eq!(
            (rows[0].text("service"), rows[0].when("from")),
            (Some("Desk"), Some(When::Year(2019)))
        );
    }

    #[test]
    fn what_is_not_the_table_is_refused() {
        for (bytes, reason) in [
            (
                &b"users,mode\n1,in-house"[..],
                "services.csv is not taken because it has no columns \"service\" and \"from\", which are needed",
            ),
            (
                b"service,users\nDesk,1",
                "services.csv is not taken because it has no column \"from\", which is needed",
            ),
            (
                b"service,from,Service\nDesk,2019,Desk",
                "services.csv is not taken because its columns 1 and 3 are both \"service\": keep one of them",
            ),
            (b"", "services.csv is empty"),
        ] {
            assert_eq!(
                table("services.csv", bytes)
                    .expect_err("refused")
                    .to_string(),
                reason
            );
        }
    }

    #[test]
    fn dates_as_people_write_them() {
        for (text, expected) in [
            ("2019-08-01", Some("2019-08-01")),
            ("01/08/2019", Some("2019-08-01")),
            ("1 August 2019", Some("2019-08-01")),
            ("2019-08", Some("2019-08")),
            ("Aug 2019", Some("2019-08")),
            ("2019", Some("2019")),
            ("Unknown", Some("unknown")),
            ("08/25/2019", None),
            ("summer", None),
        ] {
            assert_eq!(
                when(text, DateOrder::DayFirst).ok(),
                expected.and_then(|when| when.parse().ok()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_is_known_by_its_headings() {
        const NAMES: &[Heading] = &[Heading::needed(
            "name",
            Form::Text,
            "As printed.",
            "Made-up Ltd",
        )];
        const TABLES: &[(Dataset, &[Heading])] =
            &[(Dataset::Names, NAMES), (Dataset::Services, SERVICES)];
        for (headers, expected) in [
            (
                &["Service", "FROM", "Yearly_Cost"][..],
                Some(Dataset::Services),
            ),
            (&["service", "yearly cost"], None),
            (&["Name"], Some(Dataset::Names)),
            (&["name", "service", "from"], Some(Dataset::Services)),
            (&["Name", "Date", "Amount", "Department"], None),
            (&["", ""], None),
            (&[], None),
        ] {
            let headers: Vec<String> = headers.iter().map(|&header| header.to_owned()).collect();
            assert_eq!(documented(&headers, TABLES), expected, "{headers:?}");
        }
    }

    #[test]
    fn the_template_reads_as_its_own_example() {
        let (rows, faults) = table("template.csv", template(SERVICES).as_bytes()).expect("a table");
        assert_eq!((rows.len(), faults), (1, vec![]));
        assert!(rows[0].cells.iter().all(|cell| *cell != Cell::Blank));
    }

    const ASSETS: &[Heading] = &[
        Heading::needed("asset", Form::Text, "Its name.", "Switch")
            .or_called(&["Asset description", "Name"]),
        Heading::optional("reference", Form::Text, "Its number.", "A-1")
            .or_called(&["Asset tag", "ID"]),
        Heading::optional("serial number", Form::Text, "The maker's.", "1")
            .or_called(&["Serial No"]),
        Heading::optional("end of support", Form::When, "Until when.", "2021")
            .or_called(&["End of life date"]),
        Heading::optional(
            "use",
            Form::Choice(&["exclusive", "shared"]),
            "Whose.",
            "shared",
        )
        .or_written(&[("non-exclusive", "shared")]),
        Heading::optional("quantity", Form::Count, "How many.", "3").or_called(&["Qty"]),
        Heading::optional("supplier", Form::Text, "Who.", "Made-up Ltd").or_called(&["Vendor"]),
    ];

    fn assets(text: &str) -> Result<Filled, Refused> {
        let source = Memory {
            name: "assets.csv".into(),
            bytes: text.as_bytes().to_vec(),
        };
        read(&source, ASSETS)
    }

    #[test]
    fn headings_go_by_other_peoples_words_below_a_title() {
        let text = "Register of assets,,,\n\nAsset Tag,Asset_Description,Serial No.,Colour\nA-1,Switch,LF 7,red\n";
        let filled = assets(text).expect("a table");
        assert_eq!((filled.tally.rows, filled.tally.set_aside), (1, 1));
        let row = &filled.rows[0];
        assert_eq!(
            (row.line, row.text("asset"), row.text("reference")),
            (4, Some("Switch"), Some("A-1"))
        );
        assert_eq!(row.text("serial number"), Some("LF 7"));
        let told: Vec<_> = filled
            .faults
            .iter()
            .map(|it| (it.line, &it.column[..]))
            .collect();
        assert_eq!(told, [(3, "Colour")]);
    }

    #[test]
    fn the_headings_own_name_is_read_before_anothers_word() {
        let filled = assets("Name,asset,Asset tag\nold,Switch,A-1\n").expect("a table");
        assert_eq!(filled.rows[0].text("asset"), Some("Switch"));
        assert_eq!(
            filled.faults[0].reason,
            "the column \"asset\" is read as the asset, so this one is not read"
        );
        let refused = assets("reference,Serial No\nA-1,7\n").expect_err("refused");
        assert!(
            refused.to_string().contains("no column \"asset\""),
            "{refused}"
        );
    }

    #[test]
    fn values_are_read_as_spreadsheets_have_them() {
        let row = |end: &str, used: &str, quantity: &str| {
            let text =
                format!("asset,end of life date,use,Qty\nSwitch,{end},{used},\"{quantity}\"\n");
            let filled = assets(&text).expect("a table");
            match filled.rows.first() {
                Some(row) => Ok((
                    row.when("end of support"),
                    row.text("use").map(str::to_owned),
                    row.count("quantity"),
                )),
                None => Err(filled
                    .faults
                    .into_iter()
                    .map(|it| it.column)
                    .collect::<Vec<_>>()),
            }
        };
        let shared = || Some("shared".to_owned());
        assert_eq!(
            row("31/12/2021", "Non-exclusive", "1,200"),
            Ok(("2021-12-31".parse().ok(), shared(), Some(1200)))
        );
        assert_eq!(row("TBC", "n/a", "N/A"), Ok((None, None, None)));
        assert_eq!(row("-", "?", "tba"), Ok((None, None, None)));
        assert_eq!(
            row("soon", "mine", "1,20"),
            Err(vec!["end of life date".into(), "use".into(), "Qty".into()])
        );
    }

    #[test]
    fn a_file_of_passwords_is_not_read() {
        for heading in ["Password", "API key", "Pass phrase", "Client Secret"] {
            let refused = assets(&format!("asset,{heading}\nSwitch,hunter2\n"));
            let reason = refused.expect_err("refused").to_string();
            assert!(
                reason.contains("seems to hold passwords or keys"),
                "{reason}"
            );
            assert!(!reason.contains("hunter2"));
        }
    }

    #[test]
    fn other_peoples_words_tell_a_table_when_two_speak_of_no_other() {
        const LICENCES: &[Heading] = &[
            Heading::needed("licence", Form::Text, "Its name.", "Desk").or_called(&["Name"]),
            Heading::optional("quantity", Form::Count, "How many.", "3").or_called(&["Qty"]),
            Heading::optional("supplier", Form::Text, "Who.", "Made-up Ltd").or_called(&["Vendor"]),
        ];
        const TABLES: &[Documented] = &[(Dataset::Assets, ASSETS), (Dataset::Licences, LICENCES)];
        for (headers, expected) in [
            (
                &[
                    "Name",
                    "Serial No",
                    "End of life date",
                    "CPU",
                    "RAM",
                    "Disk",
                    "Port",
                ][..],
                Some(Dataset::Assets),
            ),
            (&["Name", "Serial No", "CPU", "RAM", "Disk"], None),
            (
                &["Name", "Qty", "Vendor", "CPU", "RAM", "Disk", "Port"],
                None,
            ),
            (&["Serial No", "End of life date", "Asset tag"], None),
            (&["licence", "Qty"], Some(Dataset::Licences)),
            (&["Name", "Vendor", "Amount", "Date paid"], None),
        ] {
            let headers: Vec<String> = headers.iter().map(|&header| header.to_owned()).collect();
            assert_eq!(documented(&headers, TABLES), expected, "{headers:?}");
        }
    }

    proptest! {
        /// Rows are taken or told, never lost.
        #[test]
        fn every_line_gives_a_row_or_a_fault(
            cells in proptest::collection::vec(("[a-z0-9/£-]{0,8}", "[0-9/-]{0,10}", "[0-9.]{0,6}"), 0..12),
        ) {
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(["service", "from", "yearly cost"]).expect("memory takes all");
            for (service, from, cost) in &cells {
                csv.write_record([service, from, cost]).expect("memory takes all");
            }
            let bytes = csv.into_inner().expect("memory takes all");
            let (rows, faults) = table("services.csv", &bytes).expect("a table");
            for (at, (service, from, cost)) in cells.iter().enumerate() {
                let line = at as u64 + 2;
                let taken = rows.iter().any(|row| row.line == line);
                let told = faults.iter().any(|fault| fault.line == line);
                let blank = [service, from, cost].iter().all(|cell| cell.trim().is_empty());
                prop_assert_eq!((taken || told, taken && told), (!blank, false), "line {}", line);
            }
        }
    }
}
