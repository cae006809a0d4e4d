//! The register of knowledge.

use super::{Particulars, cell, or, reference, text, whole, yes, yes_or_no, yes_word};
use crate::record::KindName;
use crate::table::{Form, Heading, Row, joined};
use serde::{Deserialize, Serialize};

/// Something that only some posts know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knowledge {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The posts that know it, never people's names.
    #[serde(default)]
    pub posts: Vec<String>,
    /// Whether those posts are with the authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_authority: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<bool>,
}

impl Particulars for Knowledge {
    const KIND: KindName = "knowledge";
    const HEADINGS: &'static [Heading] = &whole::<6, 20>([
        Heading::needed(
            "knowledge",
            Form::Text,
            "What must be known, in a few words.",
            "Year-end billing run",
        )
        .or_called(&[
            "Knowledge area",
            "Knowledge item",
            "Topic",
            "Skill",
            "Know-how",
        ]),
        reference("N-07", &["Knowledge ID", "Ref", "ID"]),
        Heading::optional(
            "what",
            Form::Text,
            "What exactly is known.",
            "Order of the jobs, and what to do when one fails",
        )
        .or_called(&["Details", "Knowledge description"]),
        Heading::optional(
            "posts",
            Form::List,
            "The posts that know it; never people’s names.",
            "Revenues systems officer",
        )
        .or_called(&[
            "Known by",
            "Post",
            "Known by (post)",
            "Role that knows it",
            "Roles",
        ]),
        yes_or_no("with authority", "Whether those posts are with you.", "no").or_called(&[
            "Within the council",
            "Council post",
            "Is a council post",
        ]),
        yes_or_no("passed on", "Whether others have learnt it.", "no").or_called(&[
            "Handed over",
            "Knowledge transferred",
            "Transferred",
            "Knowledge transfer complete",
        ]),
    ]);

    fn read(row: &Row) -> Knowledge {
        Knowledge {
            what: text(row, "what"),
            posts: row.list("posts").to_vec(),
            with_authority: yes(row, "with authority"),
            passed_on: yes(row, "passed on"),
        }
    }

    fn filling(self, before: &Knowledge) -> Knowledge {
        let before = before.clone();
        Knowledge {
            what: self.what.or(before.what),
            posts: or(self.posts, before.posts),
            with_authority: self.with_authority.or(before.with_authority),
            passed_on: self.passed_on.or(before.passed_on),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.what),
            joined(self.posts.iter().cloned()),
            yes_word(self.with_authority),
            yes_word(self.passed_on),
        ]
    }
}
