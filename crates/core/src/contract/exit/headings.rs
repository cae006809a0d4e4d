//! The headings that registers share, and cells as they write them.

use super::{Consent, Route, Use};
use crate::dated::When;
use crate::pence::Pence;
use crate::table::{Form, Heading, Row, plain};

/// How spreadsheets write yes and no.
const YES_OR_NO: &[(&str, &str)] = &[("y", "yes"), ("true", "yes"), ("n", "no"), ("false", "no")];

/// A heading whose cells say yes or no; blank is unknown.
pub(super) const fn yes_or_no(
    name: &'static str,
    meaning: &'static str,
    example: &'static str,
) -> Heading {
    Heading::optional(name, Form::Choice(&["yes", "no"]), meaning, example).or_written(YES_OR_NO)
}

pub(super) fn yes(row: &Row, heading: &str) -> Option<bool> {
    row.text(heading).map(|word| word == "yes")
}

pub(super) fn yes_word(yes: Option<bool>) -> String {
    yes.map_or("", |yes| if yes { "yes" } else { "no" }).into()
}

pub(super) fn amount(pence: Option<Pence>) -> String {
    pence.map(plain).unwrap_or_default()
}

pub(super) fn written(when: Option<When>) -> String {
    when.map(|when| when.to_string()).unwrap_or_default()
}

/// The headings that every register has, after its own.
const SHARED: [Heading; 14] = [
    Heading::optional(
        "services",
        Form::List,
        "The services that need it, by name.",
        "Network",
    )
    .or_called(&[
        "Service",
        "Supports",
        "Service supported",
        "Used by service",
        "Business service",
    ]),
    Heading::optional(
        "owned by",
        Form::Text,
        "The organisation whose it is.",
        "Northmere Digital Services Ltd",
    )
    .or_called(&["Owner", "Legal owner", "Ownership", "Owned by party"]),
    Heading::optional(
        "supplier",
        Form::Text,
        "Who is paid for it.",
        "Larkfallow Networks Ltd",
    )
    .or_called(&[
        "Vendor",
        "Supplier name",
        "Vendor name",
        "Provider",
        "Third party",
        "Counterparty",
        "Licensor",
        "Publisher",
    ]),
    Heading::optional(
        "use",
        Form::Choice(Use::WORDS),
        "Whether only you use it, or others too; blank is unknown.",
        "exclusive",
    )
    .or_called(&[
        "Exclusive / Non-exclusive",
        "Exclusivity",
        "Exclusive or shared",
        "Dedicated or shared",
        "Usage",
    ])
    .or_written(&[
        ("non-exclusive", "shared"),
        ("dedicated", "exclusive"),
        ("sole", "exclusive"),
    ]),
    Heading::optional(
        "route",
        Form::Choice(Route::WORDS),
        "What becomes of it at exit; blank while nobody has decided.",
        "assign",
    )
    .or_called(&[
        "Exit route",
        "Exit treatment",
        "Treatment at exit",
        "Disposition",
    ])
    .or_written(&[
        ("transfer", "assign"),
        ("assignment", "assign"),
        ("novation", "novate"),
        ("repurchase", "re-buy"),
        ("replace", "re-buy"),
        ("terminate", "end"),
        ("retain", "stays"),
    ]),
    Heading::optional(
        "cost",
        Form::Pence,
        "What it costs to take it over, or the least that it may cost; blank is unknown.",
        "12000",
    )
    .or_called(&[
        "Transfer cost",
        "Exit cost",
        "Cost to transfer",
        "Cost of transfer",
    ]),
    Heading::optional(
        "cost up to",
        Form::Pence,
        "The most that it may cost, where that is not certain.",
        "15000",
    )
    .or_called(&["Highest cost", "Maximum cost"]),
    Heading::optional(
        "consent",
        Form::Choice(Consent::WORDS),
        "Whether somebody else must agree before it can move; blank is unknown.",
        "needed",
    )
    .or_called(&["Consent status", "Consent required", "Consent needed"])
    .or_written(&[
        ("required", "needed"),
        ("yes", "needed"),
        ("y", "needed"),
        ("obtained", "given"),
        ("granted", "given"),
        ("not required", "not-needed"),
        ("no", "not-needed"),
        ("n", "not-needed"),
        ("none", "not-needed"),
        ("declined", "refused"),
    ]),
    Heading::optional(
        "consent from",
        Form::Text,
        "Who must agree.",
        "Larkfallow Networks Ltd",
    )
    .or_called(&["Consenting party", "Consent of"]),
    Heading::optional(
        "last confirmed",
        Form::When,
        "When somebody last looked and found it so.",
        "2019-05-14",
    )
    .or_called(&[
        "Last verified",
        "Last checked",
        "Last audited",
        "Audit date",
        "Verified on",
        "Date verified",
    ]),
    Heading::optional(
        "evidence",
        Form::List,
        "Where it can be seen.",
        "Audit of the machine rooms, May 2019",
    ),
    Heading::optional(
        "contract",
        Form::Text,
        "Your contract under which it is held, by its reference or title.",
        "C-001",
    )
    .or_called(&["Held under", "Prime contract", "Main contract"]),
    Heading::optional(
        "list",
        Form::Text,
        "The list that it came from.",
        "Asset list of the supplier, May 2019",
    ),
    Heading::optional(
        "missing since",
        Form::When,
        "Since when the supplier’s newer list no longer names it; blank while it does.",
        "",
    ),
];

/// A register's own headings, then those that every register has.
pub(super) const fn whole<const OWN: usize, const ALL: usize>(
    own: [Heading; OWN],
) -> [Heading; ALL] {
    assert!(OWN + SHARED.len() == ALL);
    let mut headings = [own[0]; ALL];
    let mut place = 0;
    while place < ALL {
        headings[place] = if place < OWN {
            own[place]
        } else {
            SHARED[place - OWN]
        };
        place += 1;
    }
    headings
}

/// An optional text of a row.
pub(super) fn text(row: &Row, heading: &str) -> Option<String> {
    row.text(heading).map(str::to_owned)
}

/// A cell's text; blank for none.
pub(super) fn cell(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

/// The number of an item in the list that it came from.
pub(super) const fn reference(example: &'static str, aliases: &'static [&'static str]) -> Heading {
    Heading::optional(
        "reference",
        Form::Text,
        "Its number in the list that it came from; with it the same item is known again in the next list.",
        example,
    )
    .or_called(aliases)
}

pub(super) const fn yearly_charge(example: &'static str) -> Heading {
    Heading::optional(
        "yearly charge",
        Form::Pence,
        "What is paid for it in a year.",
        example,
    )
    .or_called(&[
        "Annual cost",
        "Annual charge",
        "Yearly cost",
        "Cost per year",
        "Annual fee",
        "Annual value",
    ])
}
