//! What a compiled release says of each contract, in plain fields.

use super::Process;
use super::merge::printed;
use handback_core::dated::When;
use handback_core::import::{
    Classification, ContractNotice, Fault, NoticeAmendment, NoticeDocument, NoticeValue, Party,
};
use handback_core::organisation::Identifier;
use handback_core::pence::{NotAnAmount, Pence};
use serde_json::Value;

/// The contracts of a process, in the order of its compiled release, then the awards that no
/// contract names; Contracts Finder publishes awards alone. A process that is still a plan or a
/// tender has none. Amounts and dates that cannot be read exactly are left unknown, each with a fault.
pub fn notices(process: &Process) -> (Vec<ContractNotice>, Vec<Fault>) {
    let release = &process.compiled;
    let mut reading = Reading {
        process,
        faults: Vec::new(),
    };
    let awards = list(release, "awards");
    let contracts = list(release, "contracts");
    let award_of = |contract: &Value| {
        let id = text(contract, "awardID");
        awards
            .iter()
            .enumerate()
            .find(|(_, award)| !id.is_empty() && text(award, "id") == id)
    };
    let contracts_of = |award: &Value| {
        let id = text(award, "id");
        contracts
            .iter()
            .filter(|contract| !id.is_empty() && text(contract, "awardID") == id)
            .count()
    };

    let signed = contracts.iter().enumerate().map(|(place, contract)| Parts {
        contract: Some(Part {
            value: contract,
            path: format!("contracts[{place}]"),
        }),
        award: award_of(contract).map(|(place, award)| Part {
            value: award,
            path: format!("awards[{place}]"),
        }),
        shares_award: award_of(contract).is_some_and(|(_, award)| contracts_of(award) > 1),
    });
    let unsigned = awards
        .iter()
        .enumerate()
        .filter(|(_, award)| contracts_of(award) == 0)
        .map(|(place, award)| Parts {
            contract: None,
            award: Some(Part {
                value: award,
                path: format!("awards[{place}]"),
            }),
            shares_award: false,
        });
    let notices = signed
        .chain(unsigned)
        .map(|parts| reading.notice(&parts))
        .collect();
    (notices, reading.faults)
}

/// An object of the compiled release and where it stands there.
struct Part<'p> {
    value: &'p Value,
    path: String,
}

/// What one notice is made of: a contract with the award it names, or one of the two.
struct Parts<'p> {
    contract: Option<Part<'p>>,
    award: Option<Part<'p>>,
    /// Other contracts name the same award, so its value and period are not this contract's alone.
    shares_award: bool,
}

impl<'p> Parts<'p> {
    /// The contract, then the award.
    fn each(&self) -> impl Iterator<Item = &Part<'p>> {
        self.contract.iter().chain(&self.award)
    }

    /// The first text that one of the parts states under a field.
    fn text(&self, field: &str) -> String {
        self.each()
            .map(|part| text(part.value, field))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// The first object that one of the parts states, under the contract's field name or the
    /// award's, with its path.
    fn object(&self, of_contract: &str, of_award: &str) -> Option<Part<'p>> {
        let own = self.contract.iter().map(|part| (part, of_contract));
        let awarded = self
            .award
            .iter()
            .filter(|_| !self.shares_award)
            .map(|part| (part, of_award));
        own.chain(awarded).find_map(|(part, field)| {
            let value = part.value.get(field).filter(|value| value.is_object())?;
            Some(Part {
                value,
                path: format!("{}.{field}", part.path),
            })
        })
    }
}

/// The reading of one process.
struct Reading<'p> {
    process: &'p Process,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn notice(&mut self, parts: &Parts<'_>) -> ContractNotice {
        let release = &self.process.compiled;
        let tender = &release["tender"];
        let lots = lots(tender, parts);
        let or_tender = |field| {
            Some(parts.text(field))
                .filter(|t| !t.is_empty())
                .unwrap_or_else(|| text(tender, field))
        };
        let period = parts.object("period", "contractPeriod");
        let mut period_day = |field| period.as_ref().and_then(|period| self.when(period, field));
        let (start, end, longest_end) = (
            period_day("startDate"),
            period_day("endDate"),
            period_day("maxExtentDate"),
        );
        ContractNotice {
            published: parts
                .each()
                .next()
                .and_then(|part| part.value.as_object())
                .cloned()
                .unwrap_or_default(),
            line: self.process.first_line,
            ocid: self.process.ocid.clone(),
            award: parts
                .award
                .as_ref()
                .map(|award| text(award.value, "id"))
                .unwrap_or_default(),
            contract: parts
                .contract
                .as_ref()
                .map(|contract| text(contract.value, "id"))
                .unwrap_or_default(),
            title: or_tender("title"),
            description: or_tender("description"),
            status: parts
                .each()
                .next()
                .map(|part| text(part.value, "status"))
                .unwrap_or_default(),
            buyer: buyer(release),
            suppliers: suppliers(release, parts),
            value: parts
                .object("value", "value")
                .map(|value| self.value(&value))
                .unwrap_or_default(),
            signed: parts
                .contract
                .as_ref()
                .and_then(|contract| self.when(contract, "dateSigned")),
            start,
            end,
            longest_end,
            extension_option: extension_option(parts, &lots),
            method: text(tender, "procurementMethod"),
            procedure: text(tender, "procurementMethodDetails"),
            classifications: classifications(tender, parts),
            documents: self.documents(parts),
            amendments: self.amendments(parts),
        }
    }

    fn fault(&mut self, column: String, value: String, reason: &str) {
        let (line, reason) = (self.process.first_line, reason.to_owned());
        self.faults.push(Fault {
            line,
            column,
            value,
            reason,
            amount: None,
        });
    }

    fn when(&mut self, part: &Part<'_>, field: &str) -> Option<When> {
        let printed = text(part.value, field);
        if printed.is_empty() {
            return None;
        }
        let when = day(&printed);
        if when.is_none() {
            let path = format!("{}.{field}", part.path);
            self.fault(
                path,
                printed,
                "not a date such as 2024-05-31T12:00:00Z: the date was left unknown",
            );
        }
        when
    }

    fn value(&mut self, part: &Part<'_>) -> NoticeValue {
        NoticeValue {
            amount: self.amount(part, "amount"),
            gross: self.amount(part, "amountGross"),
            currency: text(part.value, "currency"),
        }
    }

    fn amount(&mut self, part: &Part<'_>, field: &str) -> Option<Pence> {
        let value = part.value.get(field).filter(|value| !value.is_null())?;
        match pence(value) {
            Ok(amount) => Some(amount),
            Err(why) => {
                let reason = format!("{why}: the amount was left unknown");
                self.fault(format!("{}.{field}", part.path), printed(value), &reason);
                None
            }
        }
    }

    fn documents(&mut self, parts: &Parts<'_>) -> Vec<NoticeDocument> {
        let mut documents = Vec::new();
        for part in parts.each() {
            for document in entries(part, "documents") {
                let own = text(document.value, "noticeType");
                documents.push(NoticeDocument {
                    id: text(document.value, "id"),
                    kind: if own.is_empty() {
                        text(document.value, "documentType")
                    } else {
                        own
                    },
                    title: ["title", "description"]
                        .map(|field| text(document.value, field))
                        .into_iter()
                        .find(|text| !text.is_empty())
                        .unwrap_or_default(),
                    url: text(document.value, "url"),
                    published: self.when(&document, "datePublished"),
                });
            }
        }
        documents
    }

    fn amendments(&mut self, parts: &Parts<'_>) -> Vec<NoticeAmendment> {
        let mut amendments = Vec::new();
        for part in parts.each() {
            // OCDS 1.0 had one `amendment` in place of the list.
            let single = part
                .value
                .get("amendment")
                .filter(|value| value.is_object());
            let single = single.map(|value| Part {
                value,
                path: format!("{}.amendment", part.path),
            });
            for amendment in entries(part, "amendments").chain(single) {
                amendments.push(NoticeAmendment {
                    id: text(amendment.value, "id"),
                    date: self.when(&amendment, "date"),
                    description: text(amendment.value, "description"),
                    rationale: text(amendment.value, "rationale"),
                });
            }
        }
        amendments
    }
}

/// The objects of a list, each with its path.
fn entries<'p>(part: &Part<'p>, field: &'static str) -> impl Iterator<Item = Part<'p>> + use<'p> {
    let path = part.path.clone();
    let named = move |(place, value)| Part {
        value,
        path: format!("{path}.{field}[{place}]"),
    };
    list(part.value, field).iter().enumerate().map(named)
}

/// A list's items; none where there is no list.
fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A text or number as printed; empty where there is none.
fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The day of a date or date and time, as printed. Years before 1900 fill a field that has no date.
fn day(printed: &str) -> Option<When> {
    let day = printed.split(['T', ' ']).next()?;
    let when: When = day.parse().ok()?;
    when.earliest()
        .filter(|day| day.year() >= 1900)
        .map(|_| when)
}

/// The exact amount that a JSON number (or a text in its place) states.
///
/// serde_json keeps a number with a decimal point as a float. Up to 15 significant digits the
/// shortest text of a float is the decimal that was written, so amounts below ten million million
/// are exact to the penny and larger ones are refused.
fn pence(value: &Value) -> Result<Pence, NotAnAmount> {
    const TOO_LARGE_FOR_A_FLOAT: f64 = 1e13;
    match value {
        Value::String(text) => Pence::parse(text),
        Value::Number(number) => match number.as_f64() {
            Some(amount) if number.is_f64() && amount.abs() >= TOO_LARGE_FOR_A_FLOAT => {
                Err(NotAnAmount::TooLarge)
            }
            // A float's own text, unlike the number's, never has an exponent.
            Some(amount) if number.is_f64() => Pence::parse(&amount.to_string()),
            _ => Pence::parse(&number.to_string()),
        },
        _ => Err(NotAnAmount::NotANumber),
    }
}

fn buyer(release: &Value) -> Party {
    let named = [&release["buyer"], &release["tender"]["procuringEntity"]];
    match named.into_iter().find(|party| party.is_object()) {
        Some(reference) => party(release, reference),
        None => with_role(release, "buyer").next().unwrap_or_default(),
    }
}

/// The suppliers of the award, or, where no award is known, the parties with that role.
fn suppliers(release: &Value, parts: &Parts<'_>) -> Vec<Party> {
    let named = parts
        .each()
        .map(|part| list(part.value, "suppliers"))
        .find(|suppliers| !suppliers.is_empty());
    let mut suppliers: Vec<Party> = match (named, &parts.award) {
        (Some(named), _) => named
            .iter()
            .map(|reference| party(release, reference))
            .collect(),
        (None, None) => with_role(release, "supplier").collect(),
        (None, Some(_)) => Vec::new(),
    };
    // Suppliers without an id are added again with every release that repeats them.
    let mut seen = Vec::new();
    suppliers.retain(|supplier| {
        let new = !seen.contains(supplier);
        if new {
            seen.push(supplier.clone());
        }
        new
    });
    suppliers
}

fn with_role<'r>(release: &'r Value, role: &'static str) -> impl Iterator<Item = Party> + use<'r> {
    let plays = move |party: &&Value| {
        list(party, "roles")
            .iter()
            .any(|r| r.as_str() == Some(role))
    };
    list(release, "parties")
        .iter()
        .filter(plays)
        .map(|found| party(release, found))
}

/// An organisation from a reference to it, completed from the release's list of parties.
fn party(release: &Value, reference: &Value) -> Party {
    let id = text(reference, "id");
    let listed = list(release, "parties")
        .iter()
        .find(|party| !id.is_empty() && text(party, "id") == id);
    let states: Vec<&Value> = [Some(reference), listed].into_iter().flatten().collect();
    let name = states
        .iter()
        .map(|state| text(state, "name"))
        .find(|name| !name.is_empty());
    let mut identifiers: Vec<Identifier> = Vec::new();
    for state in &states {
        for identifier in state
            .get("identifier")
            .into_iter()
            .chain(list(state, "additionalIdentifiers"))
        {
            let identifier = Identifier {
                scheme: text(identifier, "scheme"),
                id: text(identifier, "id"),
            };
            if !identifier.id.is_empty() && !identifiers.contains(&identifier) {
                identifiers.push(identifier);
            }
        }
    }
    Party {
        id,
        name: name.unwrap_or_default(),
        identifiers,
    }
}

/// The lots that a notice is about: those its award names, or the only one there is.
fn lots<'t>(tender: &'t Value, parts: &Parts<'_>) -> Vec<&'t Value> {
    let lots = list(tender, "lots");
    let related: Vec<String> = parts
        .each()
        .flat_map(|part| list(part.value, "relatedLots"))
        .map(printed)
        .collect();
    match (lots, related.is_empty()) {
        ([only], true) => vec![only],
        _ => lots
            .iter()
            .filter(|lot| related.contains(&text(lot, "id")))
            .collect(),
    }
}

/// What contract, award and lots say about renewals and options (extensions of the standard used
/// by Find a Tender and Public Contracts Scotland).
fn extension_option(parts: &Parts<'_>, lots: &[&Value]) -> String {
    let mut stated: Vec<String> = Vec::new();
    for state in parts
        .each()
        .map(|part| part.value)
        .chain(lots.iter().copied())
    {
        for field in ["renewal", "options"] {
            let words = state
                .get(field)
                .map(|terms| text(terms, "description"))
                .unwrap_or_default();
            if !words.is_empty() && !stated.contains(&words) {
                stated.push(words);
            }
        }
    }
    stated.join("\n")
}

/// The classifications of the contract's items, else the award's, else the tender's.
fn classifications(tender: &Value, parts: &Parts<'_>) -> Vec<Classification> {
    let states = parts.each().map(|part| part.value).chain([tender]);
    states
        .map(classified)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn classified(state: &Value) -> Vec<Classification> {
    let mut found = Vec::new();
    for object in std::iter::once(state).chain(list(state, "items")) {
        for classification in object
            .get("classification")
            .into_iter()
            .chain(list(object, "additionalClassifications"))
        {
            let classification = Classification {
                scheme: text(classification, "scheme"),
                id: text(classification, "id"),
                description: text(classification, "description"),
            };
            if !classification.id.is_empty() && !found.contains(&classification) {
                found.push(classification);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        for (json, expected) in [
            ("120000", Ok(12_000_000)),
            ("0.1", Ok(10)),
            ("-5259392.96", Ok(-525_939_296)),
            ("1e3", Ok(100_000)),
            ("12.50", Ok(1_250)),
            ("\"£1,250.00\"", Ok(125_000)),
            ("9999999999999.99", Ok(999_999_999_999_999)),
            ("10000000000000.01", Err(NotAnAmount::TooLarge)),
            ("99999999999999999999", Err(NotAnAmount::TooLarge)),
            ("0.001", Err(NotAnAmount::FractionOfAPenny)),
            ("1e-9", Err(NotAnAmount::FractionOfAPenny)),
            ("\"\"", Err(NotAnAmount::Blank)),
            ("true", Err(NotAnAmount::NotANumber)),
            ("{}", Err(NotAnAmount::NotANumber)),
        ] {
            let value: Value = serde_json::from_str(json).expect("JSON");
            assert_eq!(pence(&value), expected.map(Pence), "{json}");
        }
    }

    #[test]
    fn days_as_printed() {
        for (text, expected) in [
            ("2025-09-01T00:00:00+01:00", Some("2025-09-01")),
            ("2025-08-31T23:59:59Z", Some("2025-08-31")),
            ("2025-08-31 23:59", Some("2025-08-31")),
            ("2025-08", Some("2025-08")),
            ("0001-01-01T00:00:00Z", None),
            ("unknown", None),
            ("31/08/2025", None),
        ] {
            assert_eq!(
                day(text),
                expected.and_then(|day| day.parse().ok()),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_amount_with_two_decimals_is_exact(whole in 0i64..10_000_000_000_000, pennies in 0i64..100) {
            let value: Value = serde_json::from_str(&format!("{whole}.{pennies:02}")).expect("JSON");
            prop_assert_eq!(pence(&value), Ok(Pence(whole * 100 + pennies)));
        }
    }
}
