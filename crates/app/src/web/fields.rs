//! The fields of a form or a query, and what is wrong with them.

use serde::Serialize;
use std::collections::BTreeMap;

/// What somebody filled in: names and values in their order, names perhaps several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// From `a=1&b=2`.
    pub fn parse(text: &[u8]) -> Fields {
        let pairs = form_urlencoded::parse(text);
        Fields(pairs.into_owned().collect())
    }

    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The first value of a name, trimmed; none when it is missing or blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name)
            .map(str::trim)
            .find(|value| !value.is_empty())
    }

    /// The first value of a name as it was typed, or nothing.
    pub fn typed(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = name.to_owned();
        let named = self.0.iter().filter(move |(held, _)| *held == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Whether a name occurs at all, as a ticked box or a pressed button does.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(held, _)| held == name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As it stands in an address.
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.iter())
            .finish()
    }

    /// Everything that was typed, so that a form shown again loses nothing.
    pub fn kept(&self) -> BTreeMap<String, String> {
        let mut kept = BTreeMap::new();
        for (name, value) in self.iter() {
            kept.entry(name.to_owned())
                .or_insert_with(|| value.to_owned());
        }
        kept
    }
}

/// What is wrong with a form: every fault at once, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldFaults(Vec<FieldFault>);

/// One fault, for the summary at the top and for the field itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// The field's name, which is its element's id too.
    pub field: String,
    pub message: String,
}

impl FieldFaults {
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldFault {
            field: field.into(),
            message: message.into(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A field that must be filled in.
    pub fn needed<'a>(&mut self, fields: &'a Fields, name: &str, message: &str) -> &'a str {
        fields.get(name).unwrap_or_else(|| {
            self.add(name, message);
            ""
        })
    }

    /// The list for the error summary: `[{text, href}]`.
    pub fn summary(&self) -> Vec<BTreeMap<&'static str, String>> {
        let line = |fault: &FieldFault| {
            BTreeMap::from([
                ("text", fault.message.clone()),
                ("href", format!("#{}", fault.field)),
            ])
        };
        self.0.iter().map(line).collect()
    }

    /// The messages by field: `{name: {text}}`, as the components take them.
    pub fn by_field(&self) -> BTreeMap<String, BTreeMap<&'static str, String>> {
        let mut messages: BTreeMap<String, BTreeMap<&'static str, String>> = BTreeMap::new();
        for FieldFault { field, message } in &self.0 {
            messages
                .entry(field.clone())
                .or_insert_with(|| BTreeMap::from([("text", message.clone())]));
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_what_was_typed_and_answer_what_was_meant() {
        let fields = Fields::parse(b"name=+Ann+&name=Bob&blank=++&tick=&a%26b=1%3D2");
        assert_eq!(fields.get("name"), Some("Ann"));
        assert_eq!(fields.typed("name"), " Ann ");
        assert_eq!(fields.all("name").count(), 2);
        assert_eq!(fields.get("blank"), None);
        assert!(fields.has("tick") && !fields.has("tock"));
        assert_eq!(fields.get("a&b"), Some("1=2"));
        assert_eq!(Fields::parse(fields.query().as_bytes()), fields);
    }

    #[test]
    fn every_fault_is_told_and_each_field_says_its_first() {
        let mut faults = FieldFaults::default();
        faults.needed(&Fields::default(), "name", "Enter a name");
        faults.add("from", "Enter a date");
        faults.add("from", "The date is too early");
        assert_eq!(faults.summary().len(), 3);
        assert_eq!(faults.by_field()["from"]["text"], "Enter a date");
    }
}
