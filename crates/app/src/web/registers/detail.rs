//! What each register’s list and pages show of its own.

use super::{BESIDE, columns};
use crate::render;
use crate::web::blank::Blank;
use crate::web::listing::{Cell, Column, numbers, words};
use crate::web::register::Place;
use crate::web::sheet::{Line, Said, linked, spoken};
use handback_core::contract::exit::{
    Asset, Credential, DataHolding, Document, Item, Knowledge, Licence, Particulars, Registers,
    ThirdPartyContract,
};
use handback_core::dated::When;
use handback_core::pence::Pence;
use handback_core::record::RecordId;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A register as pages show it.
pub trait Shown: Particulars {
    const PLACE: Place;
    /// Of its list: the item, its own, then those of every register.
    const COLUMNS: &'static [Column];
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<Self>>;
    /// The cells of its own columns, of which the supplier may be one.
    fn columns(&self, supplier: Cell) -> Vec<Cell>;
    /// The lines of its page.
    fn lines(&self) -> Vec<Line>;
    /// What matters most of it on a day, in a sentence.
    fn sentence(&self, _day: Date) -> Option<String> {
        None
    }
}

const fn place(
    title: &'static str,
    kind: &'static str,
    intro: &'static str,
    blank: Blank,
) -> Place {
    Place {
        title,
        kind,
        intro,
        beside: BESIDE,
        blank,
    }
}

fn text(text: &Option<String>) -> Cell {
    Cell::text(text.clone().unwrap_or_default())
}

fn when(when: Option<When>) -> Cell {
    when.map_or_else(Cell::unknown, Cell::when)
}

fn yes(yes: Option<bool>) -> Cell {
    match yes {
        Some(yes) => Cell::text(if yes { "yes" } else { "no" }),
        None => Cell::unknown(),
    }
}

fn said(text: &Option<String>) -> impl Iterator<Item = Said> {
    text.clone().map(Said::text).into_iter()
}

fn said_yes(yes: Option<bool>) -> Option<Said> {
    yes.map(|yes| Said::text(if yes { "yes" } else { "no" }))
}

fn money(pence: Option<Pence>) -> Option<Said> {
    pence.map(|pence| Said::text(pence.to_string()))
}

/// `Its support ended 31 March 2019.`, or that it will.
fn over(what: &str, ends: Option<When>, day: Date) -> Option<String> {
    let ends = ends.filter(|ends| *ends != When::Unknown)?;
    let verb = match ends.latest().is_some_and(|last| last < day) {
        true => "ended",
        false => "ends",
    };
    let on = match ends {
        When::Day(_) => "on",
        _ => "in",
    };
    Some(format!("Its {what} {verb} {on} {}.", render::when(ends)))
}

impl Shown for Asset {
    const PLACE: Place = place(
        "Assets",
        Asset::KIND,
        "Machines and other things that services need, whose they are, and what becomes of them.",
        Blank {
            title: "No assets are listed yet",
            file: "A list of assets fills this place: what each is, where it stands, whose it is and until when its maker mends it.",
            places: &[
                "the asset register that your exit schedule obliges the supplier to keep",
                "the finance team’s register of fixed assets",
                "the export of a tool that finds what is on the network",
            ],
            templates: &["assets"],
        },
    );
    const COLUMNS: &'static [Column] = &columns::<3, 7>([
        words("asset", "Asset"),
        words("location", "Where"),
        words("support", "Support ends"),
    ]);
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<Asset>> {
        &registers.assets
    }
    fn columns(&self, _: Cell) -> Vec<Cell> {
        vec![text(&self.location), when(self.support_ends)]
    }
    fn lines(&self) -> Vec<Line> {
        vec![
            Line::new("Make and model", said(&self.model)),
            Line::new("Serial number", said(&self.serial)),
            Line::new("Where", said(&self.location)),
            Line::new("Condition", said(&self.condition)),
            Line::new("Net book value", money(self.net_book_value)),
            Line::when("End of support", self.support_ends),
        ]
    }
    fn sentence(&self, day: Date) -> Option<String> {
        over("support", self.support_ends, day)
    }
}

impl Shown for Licence {
    const PLACE: Place = place(
        "Licences",
        Licence::KIND,
        "The software that services need, for how many, until when, and whether it can move.",
        Blank {
            title: "No licences are listed yet",
            file: "A list of licences fills this place: the product, what is counted and how many, its last day, and whether its service stops without it.",
            places: &[
                "the licence register of the supplier’s exit schedule",
                "your software reseller’s statement of entitlements",
            ],
            templates: &["licences"],
        },
    );
    const COLUMNS: &'static [Column] = &columns::<5, 9>([
        words("licence", "Licence"),
        words("supplier", "Supplier"),
        numbers("quantity", "How many"),
        words("expires", "Last day"),
        words("stops", "Stops a service"),
    ]);
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<Licence>> {
        &registers.licences
    }
    fn columns(&self, supplier: Cell) -> Vec<Cell> {
        let count = self.quantity.and_then(|count| u64::try_from(count).ok());
        let metric = self.metric.clone().unwrap_or_default();
        vec![
            supplier,
            count.map_or_else(Cell::unknown, |count| Cell::count(count).with(metric)),
            when(self.expires),
            yes(self.stops_on_day_0),
        ]
    }
    fn lines(&self) -> Vec<Line> {
        vec![
            Line::new("Product", said(&self.product)),
            Line::new("What is counted", said(&self.metric)),
            Line::new(
                "How many",
                self.quantity.map(|count| Said::text(count.to_string())),
            ),
            Line::when("Last day", self.expires),
            Line::new("Paid in a year", money(self.yearly_charge)),
            Line::new(
                "Its service stops without it",
                said_yes(self.stops_on_day_0),
            ),
        ]
    }
    fn sentence(&self, day: Date) -> Option<String> {
        match self.stops_on_day_0 {
            Some(true) => Some("Its service stops without it on the day it moves.".into()),
            _ => over("right", self.expires, day),
        }
    }
}

impl Shown for ThirdPartyContract {
    const PLACE: Place = place(
        "Contracts with third parties",
        ThirdPartyContract::KIND,
        "What the supplier bought from others for your services, and whether it can come to you.",
        Blank {
            title: "No contracts with third parties are listed yet",
            file: "A list of sub-contracts fills this place: with whom, until when, with which notice, and whether each can be assigned or novated.",
            places: &[
                "the contract register of the supplier’s exit schedule: sub-contracts, maintenance, rental, lease",
                "the answer to a request for exit information",
            ],
            templates: &["third-party-contracts"],
        },
    );
    const COLUMNS: &'static [Column] = &columns::<5, 9>([
        words("contract", "Contract"),
        words("supplier", "Supplier"),
        words("ends", "Last day"),
        words("notice", "Notice"),
        words("assignable", "Can be assigned"),
    ]);
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<ThirdPartyContract>> {
        &registers.third_party_contracts
    }
    fn columns(&self, supplier: Cell) -> Vec<Cell> {
        let assignable = self.assignable.map(|it| spoken("assignable", &it));
        vec![
            supplier,
            when(self.ends),
            text(&self.notice),
            assignable.map_or_else(Cell::unknown, Cell::text),
        ]
    }
    fn lines(&self) -> Vec<Line> {
        vec![
            Line::when("Last day", self.ends),
            Line::new("Notice", said(&self.notice)),
            Line::new(
                "Can be assigned or novated",
                self.assignable
                    .map(|it| Said::text(spoken("assignable", &it))),
            ),
            Line::new("Paid in a year", money(self.yearly_charge)),
        ]
    }
    fn sentence(&self, day: Date) -> Option<String> {
        over("term", self.ends, day)
    }
}

impl Shown for DataHolding {
    const PLACE: Place = place(
        "Data holdings",
        DataHolding::KIND,
        "The data that others keep for you, in which form, and how they come back.",
        Blank {
            title: "No data holdings are listed yet",
            file: "A list of data holdings fills this place: what each is, whether it is about people, in which format it is kept and how it comes back.",
            places: &[
                "the information asset register of your data protection officer",
                "the inventory of authority data that exit information must hold",
            ],
            templates: &["data-holdings"],
        },
    );
    const COLUMNS: &'static [Column] = &columns::<4, 8>([
        words("data", "Data"),
        words("personal", "About people"),
        words("format", "Kept as"),
        words("at-exit", "At exit"),
    ]);
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<DataHolding>> {
        &registers.data_holdings
    }
    fn columns(&self, _: Cell) -> Vec<Cell> {
        vec![yes(self.personal), text(&self.format), text(&self.at_exit)]
    }
    fn lines(&self) -> Vec<Line> {
        vec![
            Line::new("About people", said_yes(self.personal)),
            Line::new("Kept as", said(&self.format)),
            Line::new("Must be kept", said(&self.retention)),
            Line::new("At exit", said(&self.at_exit)),
        ]
    }
    fn sentence(&self, _: Date) -> Option<String> {
        let unsaid = self.personal == Some(true) && self.at_exit.is_none();
        unsaid.then(|| "It is about people, and nobody has said how it comes back.".into())
    }
}

impl Shown for Credential {
    const PLACE: Place = place(
        "Credentials",
        Credential::KIND,
        "The accounts and keys that open your systems, and who can use them. Never write a password or key here.",
        Blank {
            title: "No credentials are listed that you may see",
            file: "A list of accounts fills this place: what each opens, who can use it and when its password was last changed. Never a password or key itself: a file with a column of passwords is refused.",
            places: &[
                "your security officer’s list of privileged accounts",
                "the supplier’s list of accounts, from exit information",
            ],
            templates: &["credentials"],
        },
    );
    const COLUMNS: &'static [Column] = &columns::<4, 8>([
        words("credential", "Credential"),
        words("system", "Opens"),
        words("holder", "Who can use it"),
        words("rotated", "Last changed"),
    ]);
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<Credential>> {
        &registers.credentials
    }
    fn columns(&self, _: Cell) -> Vec<Cell> {
        let holder = self.holder.map(|it| spoken("keyholder", &it));
        vec![
            text(&self.system),
            holder.map_or_else(Cell::unknown, Cell::text),
            when(self.rotated),
        ]
    }
    fn lines(&self) -> Vec<Line> {
        vec![
            Line::new("Opens", said(&self.system)),
            Line::new(
                "Who can use it",
                self.holder.map(|it| Said::text(spoken("keyholder", &it))),
            ),
            Line::when("Password or key last changed", self.rotated),
        ]
    }
}

impl Shown for Knowledge {
    const PLACE: Place = place(
        "Knowledge",
        Knowledge::KIND,
        "What only some posts know, and whether it was passed on. Posts are named, never people.",
        Blank {
            title: "No knowledge is listed yet",
            file: "A list of what must be known fills this place: what it is, which posts know it, and whether others have learnt it.",
            places: &[
                "talks with the people who run each service",
                "the knowledge transfer plan of the exit plan",
            ],
            templates: &["knowledge"],
        },
    );
    const COLUMNS: &'static [Column] = &columns::<4, 8>([
        words("knowledge", "Knowledge"),
        words("posts", "Known by"),
        words("with", "Post with you"),
        words("passed", "Passed on"),
    ]);
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<Knowledge>> {
        &registers.knowledge
    }
    fn columns(&self, _: Cell) -> Vec<Cell> {
        vec![
            Cell::text(self.posts.join(", ")),
            yes(self.with_authority),
            yes(self.passed_on),
        ]
    }
    fn lines(&self) -> Vec<Line> {
        vec![
            Line::new("What is known", said(&self.what)),
            Line::new("Posts that know it", self.posts.iter().map(Said::text)),
            Line::new("Those posts are with you", said_yes(self.with_authority)),
            Line::new("Passed on", said_yes(self.passed_on)),
        ]
    }
    fn sentence(&self, _: Date) -> Option<String> {
        Some(match (self.posts.as_slice(), self.passed_on) {
            (_, Some(true)) => "It was passed on.".into(),
            ([post], _) => format!("Only one post knows it: {post}."),
            (_, Some(false)) => "It was not passed on.".into(),
            (_, None) => "Nobody has said whether it was passed on.".into(),
        })
    }
}

impl Shown for Document {
    const PLACE: Place = place(
        "Documents",
        Document::KIND,
        "What is written down that a successor needs: drawings, runbooks, plans.",
        Blank {
            title: "No documents are listed yet",
            file: "A list of documents fills this place: what each is, of which date its version is, and where it is kept.",
            places: &[
                "the operating procedures and configuration database of the exit schedule",
                "the document stores of you and of the supplier",
            ],
            templates: &["documents"],
        },
    );
    const COLUMNS: &'static [Column] = &columns::<4, 8>([
        words("document", "Document"),
        words("kind", "Sort"),
        words("version", "Version of"),
        words("location", "Where"),
    ]);
    fn items(registers: &Registers) -> &BTreeMap<RecordId, Item<Document>> {
        &registers.documents
    }
    fn columns(&self, _: Cell) -> Vec<Cell> {
        vec![text(&self.kind), when(self.version), text(&self.location)]
    }
    fn lines(&self) -> Vec<Line> {
        let place = self.location.iter().flat_map(|text| linked(text));
        vec![
            Line::new("Sort", said(&self.kind)),
            Line::when("Version of", self.version),
            Line::new("Where", place),
        ]
    }
}
