//! Merging the releases of one contracting process into a compiled release.
//!
//! The rules are those of the Open Contracting Data Standard 1.1, "Merging"
//! (standard.open-contracting.org/1.1/en/schema/merging): a later value replaces an earlier one,
//! objects are merged field by field, null removes, lists of objects are merged by `id`, and the
//! lists and fields below are treated as the release schema marks them.

use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// Top-level fields with `omitWhenMerged`: they describe one release, not the process.
const OMITTED: [&str; 5] = ["id", "date", "tag", "publisher", "links"];

/// Lists with `wholeListMerge`, and lists whose objects have no `id` in the schema: the later list
/// replaces the earlier. Each is named by its field and, where the name alone would catch other
/// lists, by the field that holds it.
const WHOLE_LISTS: [(Option<&str>, &str); 10] = [
    (None, "additionalClassifications"),
    (None, "additionalIdentifiers"),
    (None, "deliveryAddresses"),
    (None, "deliveryLocations"),
    (Some("amendment"), "changes"),
    (Some("amendments"), "changes"),
    (Some("contracts"), "identifiers"),
    (Some("details"), "classifications"),
    (Some("project"), "locations"),
    (Some("tender"), "identifiers"),
];

/// Two objects with one id in one list of one release: the standard lets the later overwrite the
/// fields of the earlier, which may lose data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The list's field.
    pub list: String,
    pub id: String,
    /// Which of the releases, from 0.
    pub release: usize,
}

/// Merge releases, the oldest first. Fields unknown to the standard are kept, under the rules for
/// lists and objects in general.
pub fn merge(
    ocid: &str,
    releases: Vec<Map<String, Value>>,
) -> (Map<String, Value>, Vec<Collision>) {
    let mut compiled = Map::new();
    compiled.insert("ocid".into(), ocid.into());
    compiled.insert("id".into(), ocid.into());
    compiled.insert("tag".into(), json!(["compiled"]));
    let mut collisions = Vec::new();
    for (place, mut release) in releases.into_iter().enumerate() {
        if let Some(date) = release.remove("date").filter(|date| !date.is_null()) {
            let printed = date
                .as_str()
                .map_or_else(|| date.to_string(), str::to_owned);
            compiled.insert("id".into(), format!("{ocid}-{printed}").into());
            compiled.insert("date".into(), date);
        }
        release.retain(|field, _| !OMITTED.contains(&field.as_str()));
        Merging {
            release: place,
            collisions: &mut collisions,
        }
        .object(&mut compiled, release, "");
    }
    (compiled, collisions)
}

/// One release being laid over the earlier ones.
struct Merging<'a> {
    release: usize,
    collisions: &'a mut Vec<Collision>,
}

impl Merging<'_> {
    /// Lay the fields of an object, itself the value of `holder`, over an earlier state of it.
    /// Answers whether any value was stated: empty objects and lists, however deep, state nothing.
    fn object(
        &mut self,
        earlier: &mut Map<String, Value>,
        later: Map<String, Value>,
        holder: &str,
    ) -> bool {
        let mut any = false;
        for (field, value) in later {
            let new = !earlier.contains_key(&field);
            let stated = match value {
                Value::Null => {
                    earlier.shift_remove(&field);
                    true
                }
                Value::Object(later) => {
                    let state = slot(earlier, &field, Value::is_object, Map::new().into());
                    let state = state.as_object_mut().expect("the slot holds an object");
                    self.object(state, later, &field)
                }
                Value::Array(later) if !is_whole(holder, &field, &later, earlier.get(&field)) => {
                    let state = slot(earlier, &field, Value::is_array, Value::Array(Vec::new()));
                    let state = state.as_array_mut().expect("the slot holds a list");
                    self.list(state, later, &field)
                }
                literal => {
                    earlier.insert(field.clone(), literal);
                    true
                }
            };
            if new && !stated {
                earlier.shift_remove(&field);
            }
            any |= stated;
        }
        any
    }

    /// Merge a list of objects by `id`; objects without one are added. Answers as `object` does.
    fn list(&mut self, earlier: &mut Vec<Value>, later: Vec<Value>, field: &str) -> bool {
        let mut any = false;
        let mut places: HashMap<Value, usize> = HashMap::with_capacity(earlier.len());
        for (place, object) in earlier.iter().enumerate() {
            if let Some(id) = id(object) {
                places.insert(id.clone(), place);
            }
        }
        let mut seen = HashSet::new();
        for object in later {
            let Value::Object(later) = object else {
                unreachable!("a list that holds anything but objects is replaced as a whole");
            };
            let place = match later.get("id").filter(|id| !id.is_null()) {
                Some(id) => {
                    let next = earlier.len();
                    let place = *places.entry(id.clone()).or_insert(next);
                    if !seen.insert(place) {
                        let (list, id) = (field.to_owned(), printed(id));
                        self.collisions.push(Collision {
                            list,
                            id,
                            release: self.release,
                        });
                    }
                    place
                }
                None => earlier.len(),
            };
            let new = place == earlier.len();
            if new {
                earlier.push(Map::new().into());
            }
            let state = earlier[place]
                .as_object_mut()
                .expect("only objects have a place");
            let stated = self.object(state, later, field);
            if new && !stated {
                earlier.pop();
            }
            any |= stated;
        }
        any
    }
}

/// The value of a field, put to `empty` first if it is missing or of another type.
fn slot<'v>(
    object: &'v mut Map<String, Value>,
    field: &str,
    fits: fn(&Value) -> bool,
    empty: Value,
) -> &'v mut Value {
    let value = object.entry(field).or_insert(Value::Null);
    if !fits(value) {
        *value = empty;
    }
    value
}

/// Whether a list replaces the earlier one: by its name, because it holds anything but objects, or
/// because it empties a list that does.
fn is_whole(holder: &str, field: &str, later: &[Value], earlier: Option<&Value>) -> bool {
    let literal = |list: &[Value]| list.iter().any(|item| !item.is_object());
    WHOLE_LISTS
        .iter()
        .any(|(within, name)| *name == field && within.is_none_or(|name| name == holder))
        || literal(later)
        || earlier
            .and_then(Value::as_array)
            .is_some_and(|earlier| literal(earlier))
}

fn id(object: &Value) -> Option<&Value> {
    object.get("id").filter(|id| !id.is_null())
}

/// A string without its quotation marks, anything else as JSON.
pub(super) fn printed(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            other => panic!("{other} is no object"),
        }
    }

    fn merged(releases: Vec<Value>) -> Value {
        let (compiled, _) = merge("ocds-a-1", releases.into_iter().map(fields).collect());
        let own = ["ocid", "id", "tag", "date"];
        compiled
            .into_iter()
            .filter(|(field, _)| !own.contains(&field.as_str()))
            .collect()
    }

    #[test]
    fn each_rule_of_the_standard() {
        for (rule, earlier, later, expected) in [
            (
                "a later value replaces",
                json!({"tender": {"title": "Desks", "status": "active"}}),
                json!({"tender": {"title": "Desks and chairs"}}),
                json!({"tender": {"title": "Desks and chairs", "status": "active"}}),
            ),
            (
                "null removes a field",
                json!({"tender": {"id": "t", "title": "Desks"}}),
                json!({"tender": {"title": null}}),
                json!({"tender": {"id": "t"}}),
            ),
            (
                "null removes an object",
                json!({"tender": {"id": "t"}, "language": "en"}),
                json!({"tender": null}),
                json!({"language": "en"}),
            ),
            (
                "objects in lists merge by id, in the order of their first appearance",
                json!({"awards": [{"id": 1, "title": "one"}, {"id": 2, "title": "two"}]}),
                json!({"awards": [{"id": 3}, {"id": 1, "status": "active"}]}),
                json!({"awards": [
                    {"id": 1, "title": "one", "status": "active"},
                    {"id": 2, "title": "two"},
                    {"id": 3}
                ]}),
            ),
            (
                "a number and a text are two ids",
                json!({"awards": [{"id": 1}]}),
                json!({"awards": [{"id": "1"}]}),
                json!({"awards": [{"id": 1}, {"id": "1"}]}),
            ),
            (
                "objects without id are added",
                json!({"parties": [{"name": "a"}]}),
                json!({"parties": [{"name": "b"}, {"id": null, "name": "c"}]}),
                json!({"parties": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}),
            ),
            (
                "marked lists are replaced whole",
                json!({"parties": [{"id": "p", "additionalIdentifiers": [{"id": "1"}, {"id": "2"}]}]}),
                json!({"parties": [{"id": "p", "additionalIdentifiers": [{"id": "2", "scheme": "s"}]}]}),
                json!({"parties": [{"id": "p", "additionalIdentifiers": [{"id": "2", "scheme": "s"}]}]}),
            ),
            (
                "a marked list can be emptied",
                json!({"contracts": [{"id": 1, "amendments": [{"id": 1, "changes": [{"property": "x"}]}]}]}),
                json!({"contracts": [{"id": 1, "amendments": [{"id": 1, "changes": []}]}]}),
                json!({"contracts": [{"id": 1, "amendments": [{"id": 1, "changes": []}]}]}),
            ),
            (
                "the same name elsewhere is not marked",
                json!({"locations": [{"id": 1}]}),
                json!({"locations": [{"id": 2}]}),
                json!({"locations": [{"id": 1}, {"id": 2}]}),
            ),
            (
                "lists of texts are replaced",
                json!({"tender": {"submissionMethod": ["written", "inPerson"]}}),
                json!({"tender": {"submissionMethod": ["electronicSubmission"]}}),
                json!({"tender": {"submissionMethod": ["electronicSubmission"]}}),
            ),
            (
                "empty objects and lists change nothing",
                json!({"tender": {"id": "t"}, "awards": [{"id": 1}]}),
                json!({"tender": {}, "awards": [], "planning": {"budget": {}}, "contracts": [{}]}),
                json!({"tender": {"id": "t"}, "awards": [{"id": 1}]}),
            ),
            (
                "null in an object that was never stated leaves the object",
                json!({"tender": {"value": {"amount": null}}}),
                json!({}),
                json!({"tender": {"value": {}}}),
            ),
            (
                "another type replaces",
                json!({"tender": "none", "awards": {"id": 1}}),
                json!({"tender": {"id": "t"}, "awards": [{"id": 1}]}),
                json!({"tender": {"id": "t"}, "awards": [{"id": 1}]}),
            ),
            (
                "what describes a release alone is left out",
                json!({"links": [{"rel": "self"}], "publisher": {"name": "Hub"}, "language": "en"}),
                json!({"initiationType": "tender"}),
                json!({"language": "en", "initiationType": "tender"}),
            ),
        ] {
            assert_eq!(merged(vec![earlier, later]), expected, "{rule}");
        }
    }

    #[test]
    fn the_compiled_release_is_named_after_the_newest() {
        let releases = [
            json!({"id": "r1", "date": "2020-01-01"}),
            json!({"id": "r2", "date": "2021-01-01"}),
        ];
        let (compiled, _) = merge("ocds-a-1", releases.into_iter().map(fields).collect());
        assert_eq!(
            Value::from(compiled),
            json!({"ocid": "ocds-a-1", "id": "ocds-a-1-2021-01-01", "tag": ["compiled"], "date": "2021-01-01"})
        );
    }

    #[test]
    fn one_id_twice_in_a_list_is_told() {
        let twice = json!({"awards": [{"id": "a", "title": "x"}, {"id": "a", "title": "y"}]});
        let (compiled, collisions) = merge("ocds-a-1", vec![fields(twice)]);
        assert_eq!(compiled["awards"], json!([{"id": "a", "title": "y"}]));
        assert_eq!(
            collisions,
            [Collision {
                list: "awards".into(),
                id: "a".into(),
                release: 0
            }]
        );
    }

    /// JSON without nulls, empty containers or objects that share an id: what a release should be.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            "[a-z]{0,5}".prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let object = proptest::collection::btree_map("[a-z]{1,6}", inner.clone(), 1..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect()));
            let identified = proptest::collection::vec(object.clone(), 1..4).prop_map(|objects| {
                let with_id = |(id, mut object): (usize, Value)| {
                    object["id"] = id.into();
                    object
                };
                objects.into_iter().enumerate().map(with_id).collect()
            });
            prop_oneof![
                object,
                identified,
                proptest::collection::vec(inner, 1..4).prop_map(texts)
            ]
        })
    }

    fn texts(values: Vec<Value>) -> Value {
        values
            .iter()
            .map(|value| Value::from(value.to_string()))
            .collect()
    }

    proptest! {
        #[test]
        fn one_release_is_itself_without_what_is_omitted(
            release in proptest::collection::btree_map("[a-z]{3,8}", any_value(), 0..5),
        ) {
            let release: Map<String, Value> = release.into_iter().collect();
            let kept: Map<String, Value> =
                release.clone().into_iter().filter(|(f, _)| !OMITTED.contains(&f.as_str())).collect();
            prop_assert_eq!(merged(vec![release.into()]), Value::from(kept));
        }

        #[test]
        fn merging_a_release_twice_changes_nothing(
            release in proptest::collection::btree_map("[a-z]{3,8}", any_value(), 0..5),
        ) {
            let release: Value = release.into_iter().collect::<Map<_, _>>().into();
            prop_assert_eq!(merged(vec![release.clone(), release.clone()]), merged(vec![release]));
        }
    }
}
