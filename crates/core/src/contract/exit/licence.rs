//! The register of licences.

use super::{
    Particulars, amount, cell, reference, text, whole, written, yearly_charge, yes, yes_or_no,
    yes_word,
};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::KindName;
use crate::table::{Form, Heading, Row};
use serde::{Deserialize, Serialize};

/// The right to use software.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What is counted: users, cores, sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// Its last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yearly_charge: Option<Pence>,
    /// Whether its service stops without it on the day it moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops_on_day_0: Option<bool>,
}

impl Particulars for Licence {
    const KIND: KindName = "licence";
    const HEADINGS: &'static [Heading] = &whole::<8, 22>([
        Heading::needed(
            "licence",
            Form::Text,
            "What it is called.",
            "Revbase server",
        )
        .or_called(&[
            "License",
            "Licence name",
            "License name",
            "Licence description",
            "Licence title",
            "Software",
            "Software name",
            "Software title",
            "Application",
            "Name",
            "Product name",
            "Item",
            "Description",
        ]),
        reference(
            "L-104",
            &[
                "Licence number",
                "Licence no",
                "License number",
                "Licence ID",
                "License ID",
                "Licence ref",
                "Entitlement ID",
                "Ref",
                "ID",
            ],
        ),
        Heading::optional(
            "product",
            Form::Text,
            "The product and its version.",
            "Revbase 9",
        )
        .or_called(&[
            "Product version",
            "Software product",
            "Product and version",
            "Product/version",
            "Edition",
        ]),
        Heading::optional("metric", Form::Text, "What is counted.", "named users").or_called(&[
            "Licence metric",
            "License metric",
            "Licence type",
            "License type",
            "Licensing metric",
            "Licence model",
        ]),
        Heading::optional("quantity", Form::Count, "How many.", "320").or_called(&[
            "Licence count",
            "License count",
            "Licences",
            "Licenses",
            "Number of licences",
            "No of licences",
            "Qty",
            "Seats",
            "Licence quantity",
            "Number of users",
        ]),
        Heading::optional("expires", Form::When, "Its last day.", "2020-03-31").or_called(&[
            "Licence expiry",
            "License expiry",
            "Expiry",
            "Expiry date",
            "Licence end date",
            "Renewal date",
            "Subscription end",
            "Licence expiry date",
        ]),
        yearly_charge("41500"),
        yes_or_no(
            "stops service",
            "Whether its service stops without it on the day it moves.",
            "yes",
        )
        .or_called(&[
            "Stops on day 0",
            "Stops on day 1",
            "Needed on day 1",
            "Required on day 1",
            "Day 1 critical",
        ]),
    ]);

    fn read(row: &Row) -> Licence {
        Licence {
            product: text(row, "product"),
            metric: text(row, "metric"),
            quantity: row.count("quantity"),
            expires: row.when("expires"),
            yearly_charge: row.pence("yearly charge"),
            stops_on_day_0: yes(row, "stops service"),
        }
    }

    fn wrong(&self) -> Option<(&'static str, String, &'static str)> {
        let negative = self.quantity.filter(|count| *count < 0);
        negative.map(|count| {
            let reason = "write how many there are, 0 or more";
            ("quantity", count.to_string(), reason)
        })
    }

    fn filling(self, before: &Licence) -> Licence {
        let before = before.clone();
        Licence {
            product: self.product.or(before.product),
            metric: self.metric.or(before.metric),
            quantity: self.quantity.or(before.quantity),
            expires: self.expires.or(before.expires),
            yearly_charge: self.yearly_charge.or(before.yearly_charge),
            stops_on_day_0: self.stops_on_day_0.or(before.stops_on_day_0),
        }
    }

    fn ends(&self) -> Option<When> {
        self.expires
    }

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.product),
            cell(&self.metric),
            self.quantity
                .map(|count| count.to_string())
                .unwrap_or_default(),
            written(self.expires),
            amount(self.yearly_charge),
            yes_word(self.stops_on_day_0),
        ]
    }
}
