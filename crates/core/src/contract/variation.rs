//! Variations: changes of a contract that were asked for and priced, as a tree.

mod limits;
mod running;

pub use limits::{Limit, Limits, Test};
pub use running::{Crossing, Extension, Original, Running, Splitting, Step, running};

use super::Contract;
use crate::dated::When;
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined, plain, worded,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const ORGANISATION: &str = "organisation";

/// Who asked for a variation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    Authority,
    Supplier,
    /// A change of law, which binds both.
    Law,
}

impl Asker {
    pub const ALL: [Asker; 3] = [Asker::Authority, Asker::Supplier, Asker::Law];

    /// As tables have it.
    pub fn word(self) -> &'static str {
        ["authority", "supplier", "law"][self as usize]
    }
}

worded! {
    /// How its price came about.
    Pricing:
    RateCard = "rate-card",
    /// The supplier's price, taken as it was.
    Quoted = "quoted",
    Negotiated = "negotiated",
    OpenBook = "open-book",
    /// By a competition.
    Tendered = "tendered",
    NoCharge = "no-charge",
}

worded! {
    /// What became of it.
    Outcome:
    Open = "open",
    Accepted = "accepted",
    Rejected = "rejected",
    Withdrawn = "withdrawn",
}

/// A change of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variation {
    pub what: String,
    /// None while nobody has said of which contract it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    /// Its number in the change log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The number of the variation that it is part of, or changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_on: Option<When>,
    /// None while nobody has said who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Asker>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priced: Option<Pricing>,
    /// Whether others could offer too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competed: Option<bool>,
    /// What it adds to the price of the contract over its life, without VAT; negative takes away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Pence>,
    /// The last day to which it extends the term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends_to: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    #[serde(default)]
    pub evidence: Vec<String>,
}

impl Variation {
    /// The moment by which it stands in order: when it was decided, else when it was asked.
    pub fn moment(&self) -> When {
        self.decided_on.or(self.asked_on).unwrap_or(When::Unknown)
    }

    /// Whether it binds on a day. One whose day of decision is not known binds.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.outcome == Some(Outcome::Accepted) && self.moment().reached(day) != Some(false)
    }
}

/// A variation in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch<'a> {
    pub id: RecordId,
    pub variation: &'a Variation,
    /// How many variations it is part of, one inside the other.
    pub depth: usize,
}

/// The variations of one contract as a tree: each after the one that it is part of, else by when it was
/// decided, then by number. One that is part of none that is on record, or of itself, stands at the top.
pub fn tree<'a>(
    variations: impl IntoIterator<Item = (RecordId, &'a Variation)>,
) -> Vec<Branch<'a>> {
    let mut all: Vec<(RecordId, &Variation)> = variations.into_iter().collect();
    all.sort_by_key(|(id, variation)| (variation.moment(), variation.reference.clone(), *id));
    let place_of = |reference: &Option<String>| {
        let reference = reference.as_ref()?;
        let mut held = all.iter();
        held.position(|(_, other)| other.reference.as_ref() == Some(reference))
    };
    let parents: Vec<Option<usize>> = all
        .iter()
        .map(|(_, variation)| place_of(&variation.part_of))
        .collect();
    let rooted = |place: usize| {
        let mut up = parents[place];
        for _ in 0..all.len() {
            match up {
                None => return true,
                Some(above) => up = parents[above],
            }
        }
        false
    };
    let mut under: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (place, parent) in parents.iter().enumerate() {
        let parent = parent.filter(|_| rooted(place));
        under.entry(parent).or_default().push(place);
    }
    let mut branches = Vec::with_capacity(all.len());
    let mut waiting: Vec<(usize, usize)> = Vec::new();
    let push = |waiting: &mut Vec<(usize, usize)>, parent, depth| {
        let places = under.get(&parent).into_iter().flatten().rev();
        waiting.extend(places.map(|place| (*place, depth)));
    };
    push(&mut waiting, None, 0);
    while let Some((place, depth)) = waiting.pop() {
        let (id, variation) = all[place];
        branches.push(Branch {
            id,
            variation,
            depth,
        });
        push(&mut waiting, Some(place), depth + 1);
    }
    branches
}

impl Kind for Variation {
    const NAME: &'static str = "variation";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.what.clone()
    }
    fn references(&self) -> Vec<Reference> {
        self.contract.map(of_contract).into_iter().collect()
    }
}

impl Tabled for Variation {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "variation",
            Form::Text,
            "What it changes.",
            "Wi-Fi in twelve libraries",
        )
        .or_called(&[
            "change",
            "change title",
            "change description",
            "title of change",
            "description of change",
            "description",
        ]),
        Heading::optional("reference", Form::Text, "Its number in the change log.", "CCN-042")
            .or_called(&[
                "ccn", "ccn no", "ccn number", "ccr", "ccr no", "change no", "change number",
                "change ref", "change reference", "change request no", "variation no",
                "variation number",
            ]),
        Heading::optional(
            "contract",
            Form::Text,
            "The contract that it changes, by its reference or title; blank where the whole file is of one contract that you name.",
            "NM-2006-001",
        )
        .or_called(&["contract reference", "contract title"]),
        Heading::optional(
            "part of",
            Form::Text,
            "The number of the variation that it is part of, or changes.",
            "",
        )
        .or_called(&["parent change", "parent ccn"]),
        Heading::optional("asked on", Form::When, "When it was asked for.", "2012-03-05").or_called(&[
            "date raised", "raised on", "date requested", "requested on", "date asked", "date",
        ]),
        Heading::optional(
            "asked by",
            Form::Text,
            "Who asked: authority, supplier or law; an organisation's name is understood too. Blank is not known.",
            "supplier",
        )
        .or_called(&["raised by", "requested by", "originator", "initiated by", "proposed by"]),
        Heading::optional("why", Form::Text, "Why it was asked for.", "Promised in the library plan")
            .or_called(&["reason for change", "justification"]),
        Heading::optional(
            "priced",
            Form::Choice(Pricing::WORDS),
            "How its price came about.",
            "quoted",
        )
        .or_called(&["pricing", "basis of price", "pricing basis"]),
        Heading::optional(
            "competed",
            Form::Choice(&["yes", "no"]),
            "Whether others could offer too.",
            "no",
        )
        .or_written(&[("y", "yes"), ("n", "no"), ("true", "yes"), ("false", "no")]),
        Heading::optional(
            "price",
            Form::Pence,
            "What it adds to the price of the contract over its life, without VAT; negative takes away.",
            "48000.00",
        )
        .or_called(&[
            "price of change", "cost of change", "value of change", "change price", "change value",
            "agreed price", "price agreed",
        ]),
        Heading::optional(
            "extends to",
            Form::When,
            "The last day to which it extends the term.",
            "",
        )
        .or_called(&["new end date", "extended to"]),
        Heading::optional(
            "outcome",
            Form::Choice(Outcome::WORDS),
            "What became of it.",
            "accepted",
        )
        .or_called(&["accepted", "approved", "change status", "accepted?", "approved?"])
        .or_written(&[
            ("yes", "accepted"), ("y", "accepted"), ("approved", "accepted"), ("agreed", "accepted"),
            ("signed", "accepted"), ("complete", "accepted"), ("completed", "accepted"),
            ("implemented", "accepted"), ("closed", "accepted"), ("no", "rejected"), ("n", "rejected"),
            ("declined", "rejected"), ("refused", "rejected"), ("cancelled", "withdrawn"),
            ("canceled", "withdrawn"), ("pending", "open"), ("draft", "open"), ("in progress", "open"),
        ]),
        Heading::optional("decided on", Form::When, "When that was decided.", "2012-05-14").or_called(&[
            "date accepted", "accepted on", "acceptance date", "date approved", "approved on",
            "approval date", "date signed", "date agreed",
        ]),
        Heading::optional(
            "clause",
            Form::Text,
            "The clause under which it was made.",
            "Schedule 21",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where it can be read.",
            "Change log 2012, row 42",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        match row.text("reference") {
            Some(reference) => format!("{} / {}", words("contract"), reference.to_lowercase()),
            None => {
                let asked = row.when("asked on").unwrap_or(When::Unknown);
                format!("{} / {} / {asked}", words("contract"), words("variation"))
            }
        }
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Variation, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let words = again.text("reference").or(again.text("variation"));
            let reason = "this contract has two variations of this number, or of this name on one day: number each";
            faults.add(again, "reference", words.unwrap_or_default(), reason);
        }
        let text = |heading| row.text(heading).map(str::to_owned);
        let contract = under(row, &mut faults, find);
        let asked_by = row.text("asked by").and_then(|words| {
            let found = asker(words, find);
            if found.is_none() && !words.eq_ignore_ascii_case("unknown") {
                let reason = "write authority, supplier, law or unknown, or the name of an organisation that is on record; never a person's name";
                faults.add(row, "asked by", words, reason);
            }
            found
        });
        let reference = text("reference");
        let part_of = text("part of");
        if part_of.is_some() && part_of == reference {
            let reason =
                "a variation cannot be part of itself: leave this blank, or correct the number";
            faults.add(row, "part of", part_of.clone().unwrap_or_default(), reason);
        }
        faults.or(Variation {
            what: text("variation").unwrap_or_default(),
            contract,
            reference,
            part_of,
            asked_on: row.when("asked on"),
            asked_by,
            why: text("why"),
            priced: Pricing::of(row, "priced"),
            competed: row.text("competed").map(|word| word == "yes"),
            price: row.pence("price"),
            extends_to: row.when("extends to"),
            outcome: Outcome::of(row, "outcome"),
            decided_on: row.when("decided on"),
            clause: text("clause"),
            evidence: row.list("evidence").to_vec(),
        })
    }

    fn identity(&self) -> String {
        match &self.reference {
            Some(reference) => format!("{} / {}", told(self.contract), reference.to_lowercase()),
            None => {
                let asked = self.asked_on.unwrap_or(When::Unknown);
                format!(
                    "{} / {} / {asked}",
                    told(self.contract),
                    self.what.to_lowercase()
                )
            }
        }
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let yes = |yes: Option<bool>| yes.map_or("", |yes| if yes { "yes" } else { "no" });
        vec![vec![
            self.what.clone(),
            text(&self.reference),
            self.contract
                .map(|id| call.call(Contract::NAME, id))
                .unwrap_or_default(),
            text(&self.part_of),
            when(self.asked_on),
            self.asked_by.map_or("", Asker::word).into(),
            text(&self.why),
            self.priced.map_or("", Pricing::word).into(),
            yes(self.competed).into(),
            self.price.map(plain).unwrap_or_default(),
            when(self.extends_to),
            self.outcome.map_or("", Outcome::word).into(),
            when(self.decided_on),
            text(&self.clause),
            joined(self.evidence.iter().cloned()),
        ]]
    }
}

/// The contract that a row is of, where it names one.
pub(super) fn under(row: &Row, faults: &mut Faults, find: &dyn Find) -> Option<RecordId> {
    let words = row.text("contract")?;
    faults.found(row, "contract", find, Contract::NAME, words)
}

pub(super) fn of_contract(id: RecordId) -> Reference {
    Reference {
        kind: Contract::NAME,
        id,
    }
}

/// A contract as part of what tells a record from others.
pub(super) fn told(contract: Option<RecordId>) -> String {
    contract.map(|id| id.to_string()).unwrap_or_default()
}

/// Who asked, in one of our words, in other people's, or as an organisation that is on record.
fn asker(words: &str, find: &dyn Find) -> Option<Asker> {
    let plain = words.trim().to_lowercase();
    match plain.as_str() {
        "authority" | "council" | "the council" | "client" | "customer" | "buyer" => {
            Some(Asker::Authority)
        }
        "supplier" | "the supplier" | "contractor" | "provider" | "service provider" => {
            Some(Asker::Supplier)
        }
        "law" | "change of law" | "change in law" | "legislation" | "statute" => Some(Asker::Law),
        _ => {
            let found = find.find(ORGANISATION, words)?;
            Some(match found == find.authority() {
                true => Asker::Authority,
                false => Asker::Supplier,
            })
        }
    }
}

#[cfg(test)]
use crate::kinds::tests::{Directory, record_of};
#[cfg(test)]
mod tests;
