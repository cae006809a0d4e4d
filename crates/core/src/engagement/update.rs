//! Updates: what the team tells everybody, with pictures.

use crate::dated::When;
use crate::record::{Kind, RecordId, Reference, Visibility};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const SERVICE: &str = "service";
const PROBLEM: &str = "problem";

/// A picture of an update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The SHA-256 under which the vault keeps it: 64 hexadecimal digits.
    pub fingerprint: String,
    /// What it shows, for whoever does not see it.
    pub alt: String,
}

/// Something that the team tells everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub title: String,
    /// From this day on everybody can read it.
    pub published_on: When,
    /// Markdown, as CommonMark has it.
    pub text: String,
    #[serde(default)]
    pub pictures: Vec<Picture>,
    /// The services that it is about.
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    /// The problems that it is about.
    #[serde(default)]
    pub problems: BTreeSet<RecordId>,
}

impl Update {
    /// Whether everybody can read it on `day`; on an inexact date, once all of it has passed.
    pub fn is_out(&self, day: Date) -> bool {
        self.published_on.reached(day) == Some(true)
    }

    /// How many services and problems it shares with another.
    pub fn shares(&self, other: &Update) -> usize {
        let services = self.services.intersection(&other.services).count();
        services + self.problems.intersection(&other.problems).count()
    }
}

impl Kind for Update {
    const NAME: &'static str = "update";
    const VERSION: u16 = 1;
    const VISIBILITY: Visibility = Visibility::Published;
    fn title(&self) -> String {
        self.title.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let to = |kind| move |id: &RecordId| Reference { kind, id: *id };
        let services = self.services.iter().map(to(SERVICE));
        services
            .chain(self.problems.iter().map(to(PROBLEM)))
            .collect()
    }
}

impl Tabled for Update {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "update",
            Form::Text,
            "Its title; rows with the same title describe one.",
            "The desk answers until eight",
        ),
        Heading::needed(
            "published on",
            Form::When,
            "From which day everybody can read it.",
            "2020-02-03",
        ),
        Heading::needed(
            "markdown",
            Form::Text,
            "What it says, in Markdown. ![](1) puts the first picture in its place.",
            "From Monday the desk answers **until eight** in the evening.\n\n![](1)",
        ),
        Heading::optional(
            "pictures",
            Form::List,
            "Each picture as the SHA-256 of its file, a space, and what it shows.",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 The new opening hours on a door",
        ),
        Heading::optional(
            "services",
            Form::List,
            "The services that it is about.",
            "Service desk",
        ),
        Heading::optional(
            "problems",
            Form::List,
            "The problems that it is about.",
            "The desk closes before late shifts end",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("update").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Update, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "update",
                row.text("update").unwrap_or_default(),
                "an update of this title stands in the file twice: keep one row",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).unwrap_or_default().to_owned();
        let mut named = |heading, kind| -> BTreeSet<RecordId> {
            let words = row.list(heading).iter();
            words
                .filter_map(|words| faults.found(row, heading, find, kind, words))
                .collect()
        };
        let services = named("services", SERVICE);
        let problems = named("problems", PROBLEM);
        let mut pictures = Vec::new();
        for words in row.list("pictures") {
            match picture(words) {
                Ok(picture) => pictures.push(picture),
                Err(reason) => faults.add(row, "pictures", words, reason),
            }
        }
        faults.or(Update {
            title: text("update"),
            published_on: row.when("published on").unwrap_or(When::Unknown),
            text: text("markdown"),
            pictures,
            services,
            problems,
        })
    }

    fn identity(&self) -> String {
        self.title.to_lowercase()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let picture = |Picture { fingerprint, alt }: &Picture| format!("{fingerprint} {alt}");
        let called =
            |kind, ids: &BTreeSet<RecordId>| joined(ids.iter().map(|id| call.call(kind, *id)));
        vec![vec![
            self.title.clone(),
            self.published_on.to_string(),
            self.text.clone(),
            joined(self.pictures.iter().map(picture)),
            called(SERVICE, &self.services),
            called(PROBLEM, &self.problems),
        ]]
    }
}

/// A picture as a table's cell has it.
///
/// # Errors
/// Says what to write instead.
fn picture(words: &str) -> Result<Picture, &'static str> {
    let (fingerprint, alt) = words.split_once(' ').unwrap_or((words, ""));
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if fingerprint.len() != 64 || !fingerprint.bytes().all(is_digit) {
        return Err(
            "begin with the SHA-256 of the picture's file: 64 digits and letters from a to f",
        );
    }
    match alt.trim() {
        "" => Err("say what the picture shows, after its SHA-256 and a space"),
        alt => Ok(Picture {
            fingerprint: fingerprint.to_owned(),
            alt: alt.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    fn read(published_on: &str, pictures: &str) -> Result<Update, Vec<&'static str>> {
        let row = ["Desk", published_on, "Until eight", pictures, "", ""];
        record_of(
            &[row.map(str::to_owned).to_vec()],
            &mut Directory::default(),
        )
    }

    #[test]
    fn a_picture_needs_its_fingerprint_and_what_it_shows() {
        let print = "e3".repeat(32);
        let held = read("2020-02-03", &format!("{print} A door;; open")).expect("reads");
        assert_eq!(held.pictures[0].alt, "A door; open");
        let upper = print.to_uppercase();
        for wrong in [
            print.clone(),
            format!("{print}  "),
            format!("{upper} A door"),
            format!("{} A door", &print[1..]),
            "A door".into(),
        ] {
            assert_eq!(read("2020", &wrong), Err(vec!["pictures"]), "{wrong}");
        }
    }

    #[test]
    fn an_update_is_out_once_its_day_has_come() {
        for (published_on, day, is_out) in [
            ("2020-02-03", date(2020, 2, 2), false),
            ("2020-02-03", date(2020, 2, 3), true),
            ("2020-02", date(2020, 2, 28), false),
            ("2020-02", date(2020, 2, 29), true),
            ("unknown", date(2030, 1, 1), false),
        ] {
            let held = read(published_on, "").expect("reads");
            assert_eq!(held.is_out(day), is_out, "{published_on} {day}");
        }
    }
}
