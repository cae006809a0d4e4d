//! Reading the tokens of a Nunjucks template as nodes and expressions, by Nunjucks' own precedence.

use super::Refused;
use super::lexer::{self, Token};

/// A part of a template, with what it needs for a message.
#[derive(Debug)]
pub enum Node {
    Text(String),
    Output(Expression),
    If {
        branches: Vec<(Expression, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    For {
        names: Vec<String>,
        list: Expression,
        body: Vec<Node>,
    },
    Set {
        name: String,
        value: Expression,
        at: At,
    },
    /// `{% set name %}…{% endset %}`
    Capture {
        name: String,
        body: Vec<Node>,
        at: At,
    },
    Macro {
        name: String,
        parameters: Vec<(String, Option<Expression>)>,
        body: Vec<Node>,
    },
    /// `{% call name(…) %}…{% endcall %}`
    Call {
        call: Expression,
        body: Vec<Node>,
    },
    Import {
        file: String,
        names: Vec<String>,
    },
}

/// Where something stands: a file and a line.
#[derive(Clone, Debug)]
pub struct At {
    pub file: String,
    pub line: usize,
}

impl At {
    pub fn refused(&self, construct: impl Into<String>) -> Refused {
        Refused::new(&self.file, self.line, construct)
    }
}

#[derive(Debug)]
pub enum Expression {
    /// A string, number or boolean, as MiniJinja writes it.
    Literal(String),
    Null,
    Undefined,
    Name(String, At),
    List(Vec<Expression>),
    Object(Vec<(String, Expression)>),
    Get(Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>, At),
    Not(Box<Expression>),
    /// A filter, test or operator: one function of the program, on a value and further values.
    Apply(&'static str, Box<Expression>, Vec<Expression>),
    /// What, if which, else what.
    Choice(Box<[Expression; 3]>),
}

/// Filters by their name in Nunjucks, with the fewest and the most values they take.
const FILTERS: [(&str, &str, usize, usize); 9] = [
    ("capitalize", "js_capitalize", 0, 0),
    ("default", "js_default", 1, 2),
    ("escape", "js_escape", 0, 0),
    ("indent", "js_indent", 1, 2),
    ("length", "js_length", 0, 0),
    ("replace", "js_replace", 2, 2),
    ("safe", "js_safe", 0, 0),
    ("string", "js_string", 0, 0),
    ("trim", "js_trim", 0, 0),
];

const TESTS: [(&str, &str, usize); 5] = [
    ("escaped", "js_is_escaped", 0),
    ("mapping", "js_is_mapping", 0),
    ("null", "js_is_null", 0),
    ("sameas", "js_same", 1),
    ("string", "js_is_string", 0),
];

const COMPARISONS: [(&str, &str, bool); 5] = [
    ("===", "js_same", true),
    ("!==", "js_same", false),
    ("==", "js_equal", true),
    ("!=", "js_equal", false),
    (">", "js_more", true),
];

/// Read a file; a file that it includes stands in its place.
pub fn nodes(file: &str, read: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Node>, Refused> {
    let source = read(file).ok_or_else(|| Refused::new(file, 1, "a file that is not there"))?;
    let mut parser = Parser {
        file,
        read,
        tokens: lexer::tokens(file, &source)?,
        place: 0,
    };
    let (nodes, _) = parser.until(&[])?;
    Ok(nodes)
}

struct Parser<'a> {
    file: &'a str,
    read: &'a dyn Fn(&str) -> Option<String>,
    tokens: Vec<(Token, usize)>,
    place: usize,
}

impl Parser<'_> {
    fn at(&self) -> At {
        let place = self.place.min(self.tokens.len().saturating_sub(1));
        At {
            file: self.file.to_owned(),
            line: self.tokens.get(place).map_or(1, |(_, line)| *line),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.place).map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.place += 1;
        token
    }

    fn unknown<T>(&self) -> Result<T, Refused> {
        Err(match self.peek() {
            Some(Token::Name(name)) => self.at().refused(format!("`{name}` here")),
            Some(Token::Sign(sign)) => self.at().refused(format!("`{sign}` here")),
            Some(token) => self.at().refused(format!("{token:?} here")),
            None => self.at().refused("an end here"),
        })
    }

    fn skip(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.place += usize::from(found);
        found
    }

    fn skip_sign(&mut self, sign: &'static str) -> bool {
        self.skip(&Token::Sign(sign))
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name)) if name == word);
        self.place += usize::from(found);
        found
    }

    fn need(&mut self, token: &Token) -> Result<(), Refused> {
        if self.skip(token) {
            Ok(())
        } else {
            self.unknown()
        }
    }

    fn need_word(&mut self, word: &str) -> Result<(), Refused> {
        if self.skip_word(word) {
            Ok(())
        } else {
            self.unknown()
        }
    }

    fn name(&mut self) -> Result<String, Refused> {
        match self.peek() {
            Some(Token::Name(name)) => {
                let name = name.clone();
                self.place += 1;
                Ok(name)
            }
            _ => self.unknown(),
        }
    }

    fn string(&mut self) -> Result<String, Refused> {
        match self.peek() {
            Some(Token::Str(text)) => {
                let text = text.clone();
                self.place += 1;
                Ok(text)
            }
            _ => self.unknown(),
        }
    }

    /// Nodes up to one of these tags, and its name; with none given, up to the end of the file.
    fn until(&mut self, ends: &[&str]) -> Result<(Vec<Node>, String), Refused> {
        let mut nodes = Vec::new();
        while let Some(token) = self.next() {
            match token {
                Token::Text(text) => nodes.push(Node::Text(text)),
                Token::OutputStart => {
                    nodes.push(Node::Output(self.expression()?));
                    self.need(&Token::OutputEnd)?;
                }
                Token::BlockStart => {
                    let at = self.at();
                    let tag = self.name()?;
                    if ends.contains(&tag.as_str()) {
                        return Ok((nodes, tag));
                    }
                    nodes.extend(self.block(&tag, at)?);
                }
                _ => {
                    self.place -= 1;
                    return self.unknown();
                }
            }
        }
        if ends.is_empty() {
            Ok((nodes, String::new()))
        } else {
            Err(self
                .at()
                .refused(format!("a template that ends before `{}`", ends[0])))
        }
    }

    /// The nodes up to this tag, which is then over.
    fn body(&mut self, end: &str) -> Result<Vec<Node>, Refused> {
        let (nodes, _) = self.until(&[end])?;
        self.need(&Token::BlockEnd)?;
        Ok(nodes)
    }

    fn block(&mut self, tag: &str, at: At) -> Result<Vec<Node>, Refused> {
        Ok(vec![match tag {
            "if" => self.branches()?,
            "for" => self.repetition()?,
            "set" => self.assignment(at)?,
            "macro" => self.declaration()?,
            "call" => {
                let call = self.expression()?;
                if !matches!(call, Expression::Call(..)) {
                    return Err(at.refused("`call` of what is no macro"));
                }
                self.need(&Token::BlockEnd)?;
                let body = self.body("endcall")?;
                Node::Call { call, body }
            }
            "from" => self.import()?,
            "include" => {
                let file = self.beside(&at)?;
                self.need(&Token::BlockEnd)?;
                return nodes(&file, self.read);
            }
            tag => return Err(at.refused(format!("the tag `{tag}`"))),
        }])
    }

    fn branches(&mut self) -> Result<Node, Refused> {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = self.expression()?;
            self.need(&Token::BlockEnd)?;
            let (body, end) = self.until(&["elif", "elseif", "else", "endif"])?;
            branches.push((condition, body));
            match end.as_str() {
                "else" => {
                    self.need(&Token::BlockEnd)?;
                    otherwise = self.body("endif")?;
                }
                "endif" => self.need(&Token::BlockEnd)?,
                _ => continue,
            }
            return Ok(Node::If {
                branches,
                otherwise,
            });
        }
    }

    fn repetition(&mut self) -> Result<Node, Refused> {
        let mut names = vec![self.name()?];
        if self.skip_sign(",") {
            names.push(self.name()?);
        }
        self.need_word("in")?;
        let list = self.expression()?;
        self.need(&Token::BlockEnd)?;
        let body = self.body("endfor")?;
        Ok(Node::For { names, list, body })
    }

    fn assignment(&mut self, at: At) -> Result<Node, Refused> {
        let name = self.name()?;
        if self.skip_sign("=") {
            let value = self.expression()?;
            self.need(&Token::BlockEnd)?;
            return Ok(Node::Set { name, value, at });
        }
        self.need(&Token::BlockEnd)?;
        let body = self.body("endset")?;
        Ok(Node::Capture { name, body, at })
    }

    fn declaration(&mut self) -> Result<Node, Refused> {
        let name = self.name()?;
        let mut parameters = Vec::new();
        self.need(&Token::Sign("("))?;
        while !self.skip_sign(")") {
            let parameter = self.name()?;
            let value = if self.skip_sign("=") {
                Some(self.expression()?)
            } else {
                None
            };
            parameters.push((parameter, value));
            self.skip_sign(",");
        }
        self.need(&Token::BlockEnd)?;
        let body = self.body("endmacro")?;
        Ok(Node::Macro {
            name,
            parameters,
            body,
        })
    }

    fn import(&mut self) -> Result<Node, Refused> {
        let file = self.beside(&self.at())?;
        self.need_word("import")?;
        let mut names = vec![self.name()?];
        while self.skip_sign(",") {
            names.push(self.name()?);
        }
        self.need(&Token::BlockEnd)?;
        Ok(Node::Import { file, names })
    }

    /// The name of a file written relative to this one.
    fn beside(&mut self, at: &At) -> Result<String, Refused> {
        let path = self.string()?;
        let mut parts: Vec<&str> = self.file.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                "." => {}
                ".." => {
                    parts
                        .pop()
                        .ok_or_else(|| at.refused(format!("the path {path:?}")))?;
                }
                part => parts.push(part),
            }
        }
        Ok(parts.join("/"))
    }

    fn expression(&mut self) -> Result<Expression, Refused> {
        let value = self.either()?;
        if !self.skip_word("if") {
            return Ok(value);
        }
        let condition = self.either()?;
        let otherwise = if self.skip_word("else") {
            self.either()?
        } else {
            Expression::Literal("\"\"".to_owned())
        };
        Ok(Expression::Choice(Box::new([value, condition, otherwise])))
    }

    fn either(&mut self) -> Result<Expression, Refused> {
        let mut value = self.both()?;
        while self.skip_word("or") {
            value = Expression::Apply("js_or", Box::new(value), vec![self.both()?]);
        }
        Ok(value)
    }

    fn both(&mut self) -> Result<Expression, Refused> {
        let mut value = self.negation()?;
        while self.skip_word("and") {
            value = Expression::Apply("js_and", Box::new(value), vec![self.negation()?]);
        }
        Ok(value)
    }

    fn negation(&mut self) -> Result<Expression, Refused> {
        if self.skip_word("not") {
            return Ok(Expression::Not(Box::new(self.negation()?)));
        }
        self.membership()
    }

    fn membership(&mut self) -> Result<Expression, Refused> {
        let mut value = self.test()?;
        loop {
            let negated = self.skip_word("not");
            if !self.skip_word("in") {
                return if negated { self.unknown() } else { Ok(value) };
            }
            value = Expression::Apply("js_in", Box::new(value), vec![self.test()?]);
            if negated {
                value = Expression::Not(Box::new(value));
            }
        }
    }

    fn test(&mut self) -> Result<Expression, Refused> {
        let value = self.comparison()?;
        if !self.skip_word("is") {
            return Ok(value);
        }
        let negated = self.skip_word("not");
        let at = self.at();
        let name = self.name()?;
        let arguments = if self.skip_sign("(") {
            self.list(")")?
        } else {
            Vec::new()
        };
        let (_, function, _) = TESTS
            .iter()
            .find(|(test, _, count)| *test == name && *count == arguments.len())
            .ok_or_else(|| {
                at.refused(format!("the test `{name}` of {} values", arguments.len()))
            })?;
        let value = Expression::Apply(function, Box::new(value), arguments);
        Ok(if negated {
            Expression::Not(Box::new(value))
        } else {
            value
        })
    }

    fn comparison(&mut self) -> Result<Expression, Refused> {
        let value = self.sum()?;
        let Some(Token::Sign(sign)) = self.peek() else {
            return Ok(value);
        };
        let Some((_, function, plain)) = COMPARISONS.iter().find(|(known, _, _)| known == sign)
        else {
            return Ok(value);
        };
        self.place += 1;
        let value = Expression::Apply(function, Box::new(value), vec![self.sum()?]);
        Ok(if *plain {
            value
        } else {
            Expression::Not(Box::new(value))
        })
    }

    fn sum(&mut self) -> Result<Expression, Refused> {
        let mut value = self.filtered()?;
        while self.skip_sign("+") {
            value = Expression::Apply("js_plus", Box::new(value), vec![self.filtered()?]);
        }
        Ok(value)
    }

    fn filtered(&mut self) -> Result<Expression, Refused> {
        let mut value = self.member()?;
        while self.skip_sign("|") {
            let at = self.at();
            let name = self.name()?;
            let arguments = if self.skip_sign("(") {
                self.list(")")?
            } else {
                Vec::new()
            };
            let truthy =
                matches!(&arguments[..], [Expression::Literal(text)] if text == "\"truthy\"");
            if name == "select" && truthy {
                value = Expression::Apply("js_select", Box::new(value), Vec::new());
                continue;
            }
            let count = arguments.len();
            let (_, function, ..) = FILTERS
                .iter()
                .find(|(filter, _, few, many)| *filter == name && (*few..=*many).contains(&count))
                .ok_or_else(|| at.refused(format!("the filter `{name}` with {count} values")))?;
            value = Expression::Apply(function, Box::new(value), arguments);
        }
        Ok(value)
    }

    fn member(&mut self) -> Result<Expression, Refused> {
        let mut value = self.primary()?;
        loop {
            let at = self.at();
            if self.skip_sign(".") {
                let name = self.name()?;
                if self.skip_sign("(") {
                    let mut arguments = self.list(")")?;
                    let (Some(wanted), "includes", true) =
                        (arguments.pop(), name.as_str(), arguments.is_empty())
                    else {
                        return Err(at.refused(format!("the method `{name}`")));
                    };
                    value = Expression::Apply("js_in", Box::new(wanted), vec![value]);
                    continue;
                }
                value = Expression::Get(Box::new(value), Box::new(literal(&name)));
            } else if self.skip_sign("[") {
                let key = self.expression()?;
                self.need(&Token::Sign("]"))?;
                value = Expression::Get(Box::new(value), Box::new(key));
            } else if self.skip_sign("(") {
                let Expression::Name(name, at) = value else {
                    return Err(at.refused("a call of what is no macro"));
                };
                value = Expression::Call(name, self.list(")")?, at);
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Result<Expression, Refused> {
        let at = self.at();
        Ok(match self.next() {
            Some(Token::Str(text)) => literal(&text),
            Some(Token::Number(number)) => Expression::Literal(number),
            Some(Token::Name(name)) => match name.as_str() {
                "true" | "false" => Expression::Literal(name),
                "null" | "none" => Expression::Null,
                "undefined" => Expression::Undefined,
                "not" | "and" | "or" | "in" | "is" | "if" | "else" => {
                    return Err(at.refused(format!("`{name}` here")));
                }
                _ => Expression::Name(name, at),
            },
            Some(Token::Sign("(")) => {
                let value = self.expression()?;
                self.need(&Token::Sign(")"))?;
                value
            }
            Some(Token::Sign("[")) => Expression::List(self.list("]")?),
            Some(Token::Sign("{")) => self.object()?,
            _ => {
                self.place -= 1;
                return self.unknown();
            }
        })
    }

    fn list(&mut self, end: &'static str) -> Result<Vec<Expression>, Refused> {
        let mut values = Vec::new();
        while !self.skip_sign(end) {
            values.push(self.expression()?);
            if !self.skip_sign(",") && self.peek() != Some(&Token::Sign(end)) {
                return self.unknown();
            }
        }
        Ok(values)
    }

    fn object(&mut self) -> Result<Expression, Refused> {
        let mut entries = Vec::new();
        while !self.skip_sign("}") {
            let key = match self.peek() {
                Some(Token::Str(_)) => self.string()?,
                _ => self.name()?,
            };
            self.need(&Token::Sign(":"))?;
            entries.push((key, self.expression()?));
            if !self.skip_sign(",") && self.peek() != Some(&Token::Sign("}")) {
                return self.unknown();
            }
        }
        Ok(Expression::Object(entries))
    }
}

/// A string as MiniJinja writes it.
pub fn literal(text: &str) -> Expression {
    Expression::Literal(format!("{text:?}"))
}
