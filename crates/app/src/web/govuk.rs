//! The official components, as MiniJinja renders them.
//!
//! The templates are translated when the program is built. What JavaScript means by `+`, by a missing
//! value or by `{}` is supplied here, as filters named `js_…`; they stand in the path of escaping, so
//! the official fixtures and a comparison with the real Nunjucks guard them. A missing value is none,
//! which lets our own templates stay strict about names that nobody set.

use super::assets::OFFICIAL;
use minijinja::value::{Enumerator, Object, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters, tests as is};
use std::sync::Arc;

/// Make the official components known under their official names, such as
/// `govuk/components/button/macro.njk`.
pub fn add_to(environment: &mut Environment<'static>) {
    for (name, source) in OFFICIAL {
        environment
            .add_template(name, source)
            .expect("the translator writes what MiniJinja reads");
    }
    environment.add_filter(
        "js_and",
        |one: Value, other: Value| {
            if is_true(&one) { other } else { one }
        },
    );
    environment.add_filter(
        "js_or",
        |one: Value, other: Value| {
            if is_true(&one) { one } else { other }
        },
    );
    environment.add_filter("js_true", |value: Value| is_true(&value));
    environment.add_filter("js_print", escape);
    environment.add_filter("js_get", |of: Value, key: Value| get(&of, &key));
    environment.add_filter("js_items", items);
    environment.add_filter("js_entries", entries);
    environment.add_filter("js_in", |value: Value, list: Value| is_in(&value, &list));
    environment.add_filter("js_same", |one: Value, other: Value| same(&one, &other));
    environment.add_filter("js_equal", |one: Value, other: Value| equal(&one, &other));
    environment.add_filter("js_more", |one: Value, other: Value| {
        number(&one).zip(number(&other)).is_some_and(|(a, b)| a > b)
    });
    environment.add_filter("js_plus", plus);
    environment.add_filter("js_select", |list: Value| {
        items(list).into_iter().filter(is_true).collect::<Vec<_>>()
    });
    environment.add_filter(
        "js_default",
        |value: Value, other: Value, falsy: Option<Value>| {
            let missing = match falsy {
                Some(falsy) if is_true(&falsy) => !is_true(&value),
                _ => is_missing(&value),
            };
            if missing { other } else { value }
        },
    );
    environment.add_filter("js_escape", escape);
    environment.add_filter("js_safe", |value: Value| {
        Value::from_safe_string(text(&value))
    });
    environment.add_filter("js_unsafe", |value: Value| Value::from(text(&value)));
    environment.add_filter("js_string", |value: Value| like(&value, text(&value)));
    environment.add_filter("js_trim", |value: Value| {
        like(&value, text(&value).trim_matches(is_space).to_owned())
    });
    environment.add_filter("js_capitalize", |value: Value| {
        like(&value, capitalized(&text(&value)))
    });
    environment.add_filter("js_replace", |value: Value, old: Value, new: Value| {
        like(&value, text(&value).replace(&text(&old), &text(&new)))
    });
    environment.add_filter("js_indent", indent);
    environment.add_filter("js_length", length);
    environment.add_filter("js_given", given);
    environment.add_filter("js_is_escaped", |value: Value| value.is_safe());
    environment.add_filter("js_is_mapping", |value: Value| {
        value.kind() == ValueKind::Map || value.is_safe()
    });
    environment.add_filter("js_is_null", |value: Value| is_missing(&value));
    environment.add_filter("js_is_string", |value: Value| {
        is_text(&value) && !value.is_safe()
    });
}

/// JavaScript's undefined and null, which the official templates do not tell apart.
fn is_missing(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}

fn is_text(value: &Value) -> bool {
    value.kind() == ValueKind::String
}

/// What JavaScript takes for true: objects and lists always, text unless empty, numbers unless zero.
/// Text marked as safe is an object there, and so is true even when empty.
fn is_true(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => false,
        ValueKind::Bool => value.is_true(),
        ValueKind::Number => number(value).is_some_and(|number| number != 0.0 && !number.is_nan()),
        ValueKind::String => value.is_safe() || value.as_str() != Some(""),
        _ => true,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::String => match value.as_str()?.trim_matches(is_space) {
            "" => Some(0.0),
            // JavaScript does not know Rust's `inf` and `nan`.
            text if text.contains(['n', 'N']) => None,
            text => text.parse().ok(),
        },
        _ => None,
    }
}

/// What JavaScript trims.
fn is_space(letter: char) -> bool {
    letter == '\u{feff}' || letter.is_whitespace() && letter != '\u{85}'
}

/// A value as text, as JavaScript prints it.
fn text(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => String::new(),
        ValueKind::Bool => value.is_true().to_string(),
        ValueKind::Number => match f64::try_from(value.clone()) {
            Ok(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => format!("{whole:.0}"),
            Ok(number) => number.to_string(),
            Err(_) => value.to_string(),
        },
        ValueKind::Seq => items(value.clone())
            .iter()
            .map(text)
            .collect::<Vec<_>>()
            .join(","),
        ValueKind::Map => "[object Object]".into(),
        _ => value.to_string(),
    }
}

/// Text that is as safe as the value it was made from.
fn like(value: &Value, text: String) -> Value {
    if value.is_safe() {
        Value::from_safe_string(text)
    } else {
        Value::from(text)
    }
}

/// Print a value. Escaped here, so that it does not depend on what the page around it escapes.
fn escape(state: &mut State<'_, '_>, value: Value) -> Result<Value, Error> {
    if value.is_safe() {
        return Ok(value);
    }
    filters::escape(state, &Value::from(text(&value)))
}

/// Refuse what a page gives a component if a part of it is undefined: in our own templates that is a
/// misspelt name. The official templates pass none for what they were not given.
fn given(value: Value, component: &str) -> Result<(), Error> {
    fn undefined(value: &Value, path: &str) -> Option<String> {
        match value.kind() {
            ValueKind::Undefined => Some(path.trim_start_matches('.').to_owned()),
            ValueKind::Map => value
                .try_iter()
                .ok()?
                .find_map(|key| undefined(&value.get_item(&key).ok()?, &format!("{path}.{key}"))),
            ValueKind::Seq => {
                let mut items = value.try_iter().ok()?.enumerate();
                items.find_map(|(place, item)| undefined(&item, &format!("{path}.{place}")))
            }
            _ => None,
        }
    }
    match undefined(&value, "") {
        None => Ok(()),
        Some(path) => Err(Error::new(
            ErrorKind::UndefinedError,
            format!(
                "{component} is given an undefined value for {path:?}; give none to leave it out"
            ),
        )),
    }
}

/// An attribute or an item; none when there is none. `length` and `val` are what JavaScript has.
fn get(of: &Value, key: &Value) -> Value {
    if is_missing(of) {
        return Value::from(());
    }
    match key.as_str() {
        Some("length") if matches!(of.kind(), ValueKind::Seq | ValueKind::String) => {
            return Value::from(length(of.clone()));
        }
        Some("val") if of.is_safe() => return Value::from(text(of)),
        _ => {}
    }
    match of.get_item(key) {
        Ok(found) if !found.is_undefined() => found,
        _ => Value::from(()),
    }
}

/// The items of a list, or nothing of anything else.
fn items(list: Value) -> Vec<Value> {
    match list.kind() {
        ValueKind::Seq | ValueKind::Iterable => list
            .try_iter()
            .map(|items| items.collect())
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A list of the pairs of a map.
#[derive(Debug)]
struct Entries(Vec<Value>);

impl Object for Entries {
    fn repr(self: &Arc<Entries>) -> minijinja::value::ObjectRepr {
        minijinja::value::ObjectRepr::Seq
    }
    fn get_value(self: &Arc<Entries>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).cloned()
    }
    fn enumerate(self: &Arc<Entries>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }
}

fn entries(map: Value) -> Value {
    let keys = match map.kind() {
        ValueKind::Map => map
            .try_iter()
            .map(|keys| keys.collect())
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    let pair = |key: Value| {
        let value = map.get_item(&key).unwrap_or_default();
        let value = if value.is_undefined() {
            Value::from(())
        } else {
            value
        };
        Value::from(vec![key, value])
    };
    Value::from_object(Entries(keys.into_iter().map(pair).collect::<Vec<Value>>()))
}

fn is_in(value: &Value, list: &Value) -> bool {
    match list.kind() {
        ValueKind::String => text(list).contains(&text(value)),
        ValueKind::Map => list
            .get_item(value)
            .is_ok_and(|found| !found.is_undefined()),
        _ => items(list.clone()).iter().any(|item| same(value, item)),
    }
}

/// `===`: the same kind and the same value, and for lists and maps the very same one.
fn same(one: &Value, other: &Value) -> bool {
    if is_missing(one) || is_missing(other) {
        return is_missing(one) && is_missing(other);
    }
    if one.as_object().is_some() || other.as_object().is_some() {
        return is::is_sameas(one, other);
    }
    one.kind() == other.kind() && one == other
}

/// `==`: text as text, anything else as numbers; a missing value equals only a missing value.
fn equal(one: &Value, other: &Value) -> bool {
    if is_missing(one) || is_missing(other) || one.kind() == other.kind() {
        return same(one, other);
    }
    if one.as_object().is_some() || other.as_object().is_some() {
        return text(one) == text(other);
    }
    number(one)
        .zip(number(other))
        .is_some_and(|(one, other)| one == other)
}

fn plus(one: Value, other: Value) -> Value {
    if one.kind() == ValueKind::Number && other.kind() == ValueKind::Number {
        let sum = number(&one).unwrap_or_default() + number(&other).unwrap_or_default();
        return Value::from(sum);
    }
    // Joining takes the mark of safety off, as it does in JavaScript.
    let shown = |value: &Value| {
        if is_missing(value) {
            "undefined".to_owned()
        } else {
            text(value)
        }
    };
    Value::from(shown(&one) + &shown(&other))
}

fn capitalized(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut letters = lower.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn indent(value: Value, width: usize, first: Option<Value>) -> Value {
    let first = first.as_ref().is_some_and(is_true);
    let line = |(place, line): (usize, &str)| match place {
        0 if !first => line.to_owned(),
        _ => " ".repeat(width) + line,
    };
    let shown = text(&value);
    if shown.is_empty() {
        return Value::from("");
    }
    let lines: Vec<String> = shown.split('\n').enumerate().map(line).collect();
    like(&value, lines.join("\n"))
}

fn length(value: Value) -> usize {
    match value.kind() {
        ValueKind::String => text(&value).encode_utf16().count(),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => value.len().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
