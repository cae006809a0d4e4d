//! Writing what was read as MiniJinja.
//!
//! Nunjucks keeps a variable that is set inside a loop or a condition; MiniJinja forgets it. So every
//! variable that a macro sets is an attribute of that macro's own namespace, `v1`, `v2` and so on by
//! depth, and a name that nobody set is a parameter, a loop's variable or an imported macro.

use super::Refused;
use super::parser::{At, Expression, Node};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A file's MiniJinja source, and the files that it imports from.
pub struct Emitted {
    pub source: String,
    pub imports: Vec<String>,
}

/// Write a file: its imports first, then its macros.
pub fn file(name: &str, nodes: &[Node]) -> Result<Emitted, Refused> {
    let mut emitter = Emitter {
        imports: Vec::new(),
        callable: BTreeSet::from(["caller".to_owned()]),
        macros: Vec::new(),
        for_pages: name.starts_with("govuk/components/"),
    };
    emitter.gather_callable(nodes);
    let mut body = String::new();
    for node in nodes {
        match node {
            Node::Text(text) if text.trim().is_empty() => {}
            Node::Import { .. } => emitter.node(node, &mut body)?,
            Node::Macro { .. } => emitter.node(node, &mut body)?,
            _ => return Err(Refused::new(name, 1, "something outside of every macro")),
        }
    }
    let mut source = String::new();
    let mut files = Vec::new();
    for (file, names) in emitter.imports {
        let _ = write!(
            source,
            "{{% from {file:?} import {} %}}",
            names.into_iter().collect::<Vec<_>>().join(", ")
        );
        files.push(file);
    }
    Ok(Emitted {
        source: source + &body,
        imports: files,
    })
}

/// One macro that is being written.
struct Frame {
    /// What it sets.
    set: BTreeSet<String>,
    /// Its parameters and the variables of its loops.
    bound: BTreeSet<String>,
}

struct Emitter {
    imports: Vec<(String, BTreeSet<String>)>,
    /// The macros that this file declares or imports.
    callable: BTreeSet<String>,
    macros: Vec<Frame>,
    /// Pages call this file's macros, so what they are given is looked at.
    for_pages: bool,
}

impl Emitter {
    fn gather_callable(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Import { names, .. } => self.callable.extend(names.iter().cloned()),
                Node::Macro { name, body, .. } => {
                    self.callable.insert(name.clone());
                    self.gather_callable(body);
                }
                _ => {}
            }
        }
    }

    fn nodes(&mut self, nodes: &[Node], out: &mut String) -> Result<(), Refused> {
        nodes.iter().try_for_each(|node| self.node(node, out))
    }

    fn node(&mut self, node: &Node, out: &mut String) -> Result<(), Refused> {
        match node {
            Node::Text(text) => {
                let raw = text.contains("{{") || text.contains("{%") || text.contains("{#");
                out.push_str(&if raw {
                    format!("{{% raw %}}{text}{{% endraw %}}")
                } else {
                    text.clone()
                });
            }
            Node::Output(value) => {
                let value = self.value(value)?;
                let _ = write!(out, "{{{{ {value}|js_print }}}}");
            }
            Node::If {
                branches,
                otherwise,
            } => {
                for (place, (condition, body)) in branches.iter().enumerate() {
                    let word = if place == 0 { "if" } else { "elif" };
                    let condition = self.value(condition)?;
                    let _ = write!(out, "{{% {word} {condition}|js_true %}}");
                    self.nodes(body, out)?;
                }
                if !otherwise.is_empty() {
                    out.push_str("{% else %}");
                    self.nodes(otherwise, out)?;
                }
                out.push_str("{% endif %}");
            }
            Node::For { names, list, body } => self.repetition(names, list, body, out)?,
            Node::Set { name, value, at } => {
                let value = self.value(value)?;
                let place = self.place(name, at)?;
                let _ = write!(out, "{{% set {place} = {value} %}}");
            }
            Node::Capture { name, body, at } => {
                let place = self.place(name, at)?;
                out.push_str("{% set captured %}");
                self.nodes(body, out)?;
                let _ = write!(
                    out,
                    "{{% endset %}}{{% set {place} = captured|js_unsafe %}}"
                );
            }
            Node::Macro {
                name,
                parameters,
                body,
            } => self.declaration(name, parameters, body, out)?,
            Node::Call { call, body } => {
                let call = self.value(call)?;
                let _ = write!(out, "{{% call {call} %}}");
                self.nodes(body, out)?;
                out.push_str("{% endcall %}");
            }
            Node::Import { file, names } => {
                let place = self.imports.iter().position(|(known, _)| known == file);
                let place = place.unwrap_or_else(|| {
                    self.imports.push((file.clone(), BTreeSet::new()));
                    self.imports.len() - 1
                });
                self.imports[place].1.extend(names.iter().cloned());
            }
        }
        Ok(())
    }

    fn repetition(
        &mut self,
        names: &[String],
        list: &Expression,
        body: &[Node],
        out: &mut String,
    ) -> Result<(), Refused> {
        let list = self.value(list)?;
        let items = if names.len() == 1 {
            "js_items"
        } else {
            "js_entries"
        };
        let _ = write!(out, "{{% for {} in {list}|{items} %}}", names.join(", "));
        let outside = self.macros.last().map(|frame| frame.bound.clone());
        if let Some(frame) = self.macros.last_mut() {
            frame.bound.extend(names.iter().cloned());
            frame.bound.insert("loop".into());
        }
        self.nodes(body, out)?;
        if let Some((frame, outside)) = self.macros.last_mut().zip(outside) {
            frame.bound = outside;
        }
        out.push_str("{% endfor %}");
        Ok(())
    }

    fn declaration(
        &mut self,
        name: &str,
        parameters: &[(String, Option<Expression>)],
        body: &[Node],
        out: &mut String,
    ) -> Result<(), Refused> {
        let mut written = Vec::new();
        // What a page gives may not be undefined; what official templates leave out is none.
        let looked_at = self.for_pages && self.macros.is_empty();
        for (parameter, value) in parameters {
            written.push(match value {
                Some(value) => format!("{parameter}={}", self.value(value)?),
                None if looked_at => parameter.clone(),
                None => format!("{parameter}=none"),
            });
        }
        let mut set = BTreeSet::new();
        gather(body, &mut set);
        let mut bound: BTreeSet<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
        // A parameter that is set again becomes a variable that begins as the parameter.
        let again: Vec<String> = bound.intersection(&set).cloned().collect();
        bound.retain(|name| !set.contains(name));
        self.macros.push(Frame { set, bound });
        let depth = self.macros.len();
        let _ = write!(
            out,
            "{{% macro {name}({}) %}}{{% set v{depth} = namespace() %}}",
            written.join(", ")
        );
        if looked_at {
            for (parameter, _) in parameters {
                let _ = write!(out, "{{% set _ = {parameter}|js_given({name:?}) %}}");
            }
        }
        for name in again {
            let _ = write!(out, "{{% set v{depth}.{name} = {name} %}}");
        }
        self.nodes(body, out)?;
        out.push_str("{% endmacro %}");
        self.macros.pop();
        Ok(())
    }

    /// Where a variable that is set is kept.
    fn place(&self, name: &str, at: &At) -> Result<String, Refused> {
        let depth = self.macros.len();
        match self.macros.last() {
            Some(frame) if !frame.bound.contains(name) => Ok(format!("v{depth}.{name}")),
            Some(_) => Err(at.refused(format!("setting the loop's variable `{name}`"))),
            None => Err(at.refused("`set` outside of a macro")),
        }
    }

    /// A name: what the nearest macro that knows it means by it.
    fn name(&self, name: &str, at: &At) -> Result<String, Refused> {
        if name == "caller" {
            return Ok("(caller if caller is defined else none)".into());
        }
        for (place, frame) in self.macros.iter().enumerate().rev() {
            // A macro inside another does not see that one's parameters and loops.
            if frame.bound.contains(name) && place + 1 == self.macros.len() {
                return Ok(name.to_owned());
            }
            if frame.set.contains(name) {
                return Ok(format!("v{}|js_get({name:?})", place + 1));
            }
        }
        Err(at.refused(format!("the name `{name}`, which nothing sets")))
    }

    fn values(&self, values: &[Expression]) -> Result<String, Refused> {
        let values: Result<Vec<String>, Refused> =
            values.iter().map(|value| self.value(value)).collect();
        Ok(values?.join(", "))
    }

    /// An expression, ready for a filter to follow.
    fn value(&self, value: &Expression) -> Result<String, Refused> {
        Ok(match value {
            Expression::Literal(text) => text.clone(),
            Expression::Null | Expression::Undefined => "none".into(),
            Expression::Name(name, at) => format!("({})", self.name(name, at)?),
            Expression::List(values) => format!("[{}]", self.values(values)?),
            Expression::Object(entries) => {
                let mut written = Vec::new();
                for (key, value) in entries {
                    written.push(format!("{key:?}: {}", self.value(value)?));
                }
                format!("{{{}}}", written.join(", "))
            }
            Expression::Get(of, key) => {
                // MiniJinja's loop is an object of its own.
                if let (Expression::Name(name, _), Expression::Literal(key)) = (&**of, &**key)
                    && name == "loop"
                {
                    return Ok(format!("loop.{}", key.trim_matches('"')));
                }
                format!("({}|js_get({}))", self.value(of)?, self.value(key)?)
            }
            Expression::Call(name, values, at) => {
                if !self.callable.contains(name) {
                    return Err(at.refused(format!("a call of `{name}`, which is no macro here")));
                }
                format!("{name}({})", self.values(values)?)
            }
            Expression::Not(value) => format!("(not {}|js_true)", self.value(value)?),
            Expression::Apply(function, value, more) => {
                let value = self.value(value)?;
                if more.is_empty() {
                    format!("({value}|{function})")
                } else {
                    format!("({value}|{function}({}))", self.values(more)?)
                }
            }
            Expression::Choice(parts) => {
                let [value, condition, otherwise] = &**parts;
                format!(
                    "({} if {}|js_true else {})",
                    self.value(value)?,
                    self.value(condition)?,
                    self.value(otherwise)?
                )
            }
        })
    }
}

/// Every variable that these nodes set, macros inside them left out.
fn gather(nodes: &[Node], set: &mut BTreeSet<String>) {
    for node in nodes {
        match node {
            Node::Set { name, .. } => {
                set.insert(name.clone());
            }
            Node::Capture { name, body, .. } => {
                set.insert(name.clone());
                gather(body, set);
            }
            Node::If {
                branches,
                otherwise,
            } => {
                branches.iter().for_each(|(_, body)| gather(body, set));
                gather(otherwise, set);
            }
            Node::For { body, .. } | Node::Call { body, .. } => gather(body, set),
            Node::Text(_) | Node::Output(_) | Node::Macro { .. } | Node::Import { .. } => {}
        }
    }
}
