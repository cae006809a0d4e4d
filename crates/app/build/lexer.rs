//! Cutting a Nunjucks template into tokens, with its rules for white space beside tags.

use super::Refused;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// Text between tags, already cut where a tag says so with `-`.
    Text(String),
    /// `{{`
    OutputStart,
    /// `}}`
    OutputEnd,
    /// `{%`
    BlockStart,
    /// `%}`
    BlockEnd,
    Name(String),
    Str(String),
    Number(String),
    /// An operator or a bracket.
    Sign(&'static str),
}

/// Longer signs first, so that `===` is not read as `==`.
const SIGNS: [&str; 20] = [
    "===", "!==", "==", "!=", ">=", "<=", ">", "<", "=", "+", "|", ".", ",", ":", "(", ")", "[",
    "]", "{", "}",
];

/// The tokens of a template, each with the line that it begins on.
pub fn tokens(file: &str, source: &str) -> Result<Vec<(Token, usize)>, Refused> {
    let mut lexer = Lexer {
        file,
        source,
        place: 0,
        tokens: Vec::new(),
        cut_next: false,
    };
    while lexer.place < source.len() {
        lexer.text_and_tag()?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    file: &'a str,
    source: &'a str,
    place: usize,
    tokens: Vec<(Token, usize)>,
    /// The tag before ended with `-`, so the white space after it goes.
    cut_next: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.place..]
    }

    fn line(&self) -> usize {
        self.source[..self.place].matches('\n').count() + 1
    }

    fn refused(&self, construct: impl Into<String>) -> Refused {
        Refused::new(self.file, self.line(), construct)
    }

    fn push(&mut self, token: Token) {
        self.tokens.push((token, self.line()));
    }

    fn text_and_tag(&mut self) -> Result<(), Refused> {
        let rest = self.rest();
        let tag = ["{{", "{%", "{#"]
            .iter()
            .filter_map(|start| rest.find(start))
            .min();
        let mut text = &rest[..tag.unwrap_or(rest.len())];
        let cut_end = tag.is_some_and(|tag| rest[tag + 2..].starts_with('-'));
        let length = text.len();
        if self.cut_next && !text.is_empty() {
            text = text.trim_start();
        }
        if cut_end {
            text = text.trim_end();
        }
        if length > 0 {
            self.cut_next = false;
        }
        if !text.is_empty() {
            self.push(Token::Text(text.to_owned()));
        }
        self.place += length;
        match self.rest().as_bytes().get(1) {
            None => Ok(()),
            Some(b'#') => self.comment(),
            Some(b'{') => self.tag(Token::OutputStart, Token::OutputEnd, "}}"),
            Some(_) => self.tag(Token::BlockStart, Token::BlockEnd, "%}"),
        }
    }

    fn comment(&mut self) -> Result<(), Refused> {
        let end = self
            .rest()
            .find("#}")
            .ok_or_else(|| self.refused("a comment without an end"))?;
        self.cut_next = self.rest()[..end].ends_with('-');
        self.place += end + 2;
        Ok(())
    }

    fn tag(&mut self, start: Token, end: Token, end_sign: &str) -> Result<(), Refused> {
        self.push(start);
        self.place += 2;
        if self.rest().starts_with('-') {
            self.place += 1;
        }
        let mut braces = 0_usize;
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.place += rest.len() - trimmed.len();
            let cut = trimmed.starts_with('-') && trimmed[1..].starts_with(end_sign);
            // Inside `{ … }` two closing braces end an object, not the tag.
            if cut || (trimmed.starts_with(end_sign) && (end_sign == "%}" || braces == 0)) {
                self.push(end);
                self.place += end_sign.len() + usize::from(cut);
                self.cut_next = cut;
                return Ok(());
            }
            let token = self.token(trimmed)?;
            match token {
                Token::Sign("{") => braces += 1,
                Token::Sign("}") => braces = braces.saturating_sub(1),
                _ => {}
            }
        }
    }

    fn token(&mut self, rest: &'a str) -> Result<Token, Refused> {
        let Some(first) = rest.chars().next() else {
            return Err(self.refused("a tag without an end"));
        };
        let (token, length) = if first == '"' || first == '\'' {
            self.string(rest, first)?
        } else if first.is_ascii_digit() {
            let length = taken(rest, |c| c.is_ascii_digit() || c == '.');
            (Token::Number(rest[..length].to_owned()), length)
        } else if first.is_alphabetic() || first == '_' {
            let length = taken(rest, |c| c.is_alphanumeric() || c == '_');
            (Token::Name(rest[..length].to_owned()), length)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(self.refused(format!("the sign {first:?}")));
        };
        self.push(token.clone());
        self.place += length;
        Ok(token)
    }

    fn string(&self, rest: &str, quote: char) -> Result<(Token, usize), Refused> {
        let end = rest[1..]
            .find(quote)
            .ok_or_else(|| self.refused("a string without an end"))?;
        let text = &rest[1..=end];
        if text.contains('\\') {
            return Err(self.refused("a backslash in a string"));
        }
        Ok((Token::Str(text.to_owned()), end + 2))
    }
}

fn taken(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}
