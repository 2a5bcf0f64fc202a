//! What of a statement is hidden: literals and comments, in every way in which it may be read.

use super::dialect::{Dialect, Double, Reading};
use super::names::Names;

/// What a byte of a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A part of a word, a name or a sign.
    Shown,
    /// A part of a comment.
    Comment,
    /// A part of a literal.
    Literal,
}

/// What each byte of a statement is, and where something begins that does not end.
///
/// Where the readings of a dialect disagree, that one counts which hides more.
#[must_use]
pub fn marks(text: &str, dialect: Dialect) -> (Vec<Mark>, Option<usize>) {
    let mut marks = vec![Mark::Shown; text.len()];
    let ends = dialect.readings().iter().filter_map(|reading| {
        let mut scanner = Scanner {
            text,
            bytes: text.as_bytes(),
            reading,
            names: (reading.double == Double::NameByPlace).then(Names::default),
            place: 0,
            marks: &mut marks,
        };
        scanner.scan()
    });
    let end = ends.min();
    (marks, end)
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    reading: &'a Reading,
    names: Option<Names>,
    place: usize,
    marks: &'a mut [Mark],
}

impl Scanner<'_> {
    /// Reads to the end, or to where something begins that has none.
    fn scan(&mut self) -> Option<usize> {
        while self.place < self.bytes.len() {
            let start = self.place;
            if self.token().is_none() {
                return Some(start);
            }
        }
        None
    }

    /// Reads a token; none where it does not end.
    fn token(&mut self) -> Option<()> {
        let reading = self.reading;
        let byte = self.bytes[self.place];
        match (byte, self.at(1)) {
            (b'\'', _) => return self.literal(self.place, reading.backslash),
            (b'"', _) if reading.double == Double::Literal => {
                return self.literal(self.place, reading.backslash);
            }
            (b'"', _) => return self.quoted(b'"'),
            (b'`', _) if reading.backtick_names => return self.quoted(b'`'),
            (b'[', _) if reading.bracket_names => return self.quoted(b']'),
            (b'$', _) if reading.dollar_literals && self.tag().is_some() => return self.dollars(),
            (b'-', Some(b'-')) if !reading.dashes_need_blank || self.is_blank(2) => {
                return self.line_comment();
            }
            (b'#', _) if reading.hash_comments => return self.line_comment(),
            (b'/', Some(b'/')) if reading.slash_comments => return self.line_comment(),
            (b'/', Some(b'*')) => return self.block_comment(),
            (b'0'..=b'9', _) | (b'.', Some(b'0'..=b'9')) => self.number(),
            _ if self.is_word(byte) => return self.word(),
            _ => {
                self.place += 1;
                if let Some(names) = &mut self.names
                    && !byte.is_ascii_whitespace()
                {
                    names.mark(byte);
                }
            }
        }
        Some(())
    }

    fn at(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.place + offset).copied()
    }

    fn is_blank(&self, offset: usize) -> bool {
        let byte = self.at(offset);
        byte.is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
    }

    const fn is_word(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | 0x80..)
            || (byte == b'#' && self.reading.hash_names)
    }

    /// Marks what has been read since a place.
    fn mark(&mut self, start: usize, mark: Mark) {
        for place in &mut self.marks[start..self.place] {
            *place = (*place).max(mark);
        }
        if mark == Mark::Literal
            && let Some(names) = &mut self.names
        {
            names.quoted();
        }
    }

    /// Reads a literal from its first quotation mark on; what stands before that is a part of it.
    fn literal(&mut self, start: usize, backslash: bool) -> Option<()> {
        let quote = self.bytes[self.place];
        let triple = [quote; 3];
        let is_triple =
            self.reading.triple_literals && self.bytes[self.place..].starts_with(&triple);
        let length = if is_triple { triple.len() } else { 1 };
        self.place += length;
        loop {
            let byte = self.at(0)?;
            if byte == b'\\' && backslash {
                self.place += 2;
            } else if byte != quote {
                self.place += 1;
            } else if is_triple {
                if self.bytes[self.place..].starts_with(&triple) {
                    break;
                }
                self.place += 1;
            } else if self.at(1) == Some(quote) {
                self.place += 2;
            } else {
                break;
            }
        }
        self.place += length;
        self.mark(start, Mark::Literal);
        Some(())
    }

    /// Reads a name in quotation marks. One that holds more than names do is hidden like a literal.
    fn quoted(&mut self, quote: u8) -> Option<()> {
        let start = self.place;
        self.place += 1;
        loop {
            let byte = self.at(0)?;
            self.place += 1;
            if byte == quote {
                if self.at(0) != Some(quote) {
                    break;
                }
                self.place += 1;
            }
        }
        let name = &self.bytes[start + 1..self.place - 1];
        let is_plain = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'$' | b'#' | b'-' | b' ' | b'.' | 0x80..)
        };
        let is_name = match &self.names {
            Some(names) if quote == b'"' => names.is_next() || self.at(0) == Some(b'.'),
            _ => true,
        };
        match is_name && name.iter().all(is_plain) {
            true => {
                if let Some(names) = &mut self.names {
                    names.quoted();
                }
            }
            false => self.mark(start, Mark::Literal),
        }
        Some(())
    }

    /// The tag of a dollar literal, dollars included, where one begins here.
    fn tag(&self) -> Option<usize> {
        let tag = &self.bytes[self.place + 1..];
        let is_tag = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 0x80..);
        let length = tag.iter().take_while(is_tag).count();
        let is_literal =
            tag.get(length) == Some(&b'$') && !tag.first().is_some_and(u8::is_ascii_digit);
        is_literal.then_some(length + 2)
    }

    fn dollars(&mut self) -> Option<()> {
        let start = self.place;
        let tag = &self.bytes[start..start + self.tag()?];
        self.place += tag.len();
        while !self.bytes[self.place..].starts_with(tag) {
            self.at(0)?;
            self.place += 1;
        }
        self.place += tag.len();
        self.mark(start, Mark::Literal);
        Some(())
    }

    /// Reads to the end of the line. A carriage return alone ends it for some servers.
    fn line_comment(&mut self) -> Option<()> {
        let start = self.place;
        while let Some(byte) = self.at(0) {
            match (byte, self.at(1)) {
                (b'\n', _) | (b'\r', Some(b'\n')) => break,
                (b'\r', _) => return None,
                _ => self.place += 1,
            }
        }
        self.mark(start, Mark::Comment);
        Some(())
    }

    fn block_comment(&mut self) -> Option<()> {
        let start = self.place;
        let is_code = matches!(
            (self.at(2), self.at(3)),
            (Some(b'!'), _) | (Some(b'M'), Some(b'!'))
        );
        if is_code && self.reading.code_in_comments {
            return None;
        }
        let mut depth = 0;
        loop {
            match (self.at(0)?, self.at(1)) {
                (b'/', Some(b'*')) if depth == 0 || self.reading.nested_comments => {
                    depth += 1;
                    self.place += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.place += 2;
                }
                _ => self.place += 1,
            }
            if depth == 0 {
                break;
            }
        }
        self.mark(start, Mark::Comment);
        Some(())
    }

    /// Reads a number, and whatever letters and digits follow it.
    fn number(&mut self) {
        let start = self.place;
        let sigil = start.checked_sub(1).map(|before| self.bytes[before]);
        while let Some(byte) = self.at(0) {
            let is_exponent = matches!(byte, b'+' | b'-')
                && matches!(self.bytes[start..self.place], [.., b'e' | b'E'])
                && self.at(1).is_some_and(|next| next.is_ascii_digit());
            if !is_exponent && !self.is_word(byte) && byte != b'.' {
                break;
            }
            self.place += 1;
        }
        let digits = &self.bytes[start..self.place];
        let is_parameter =
            sigil.is_some_and(|sigil| self.reading.numbered_parameters.contains(&sigil));
        if !is_parameter || !digits.iter().all(u8::is_ascii_digit) {
            self.mark(start, Mark::Literal);
        }
    }

    /// Reads a word, and the literal whose kind it says.
    fn word(&mut self) -> Option<()> {
        let start = self.place;
        while let Some(byte) = self.at(0)
            && (self.is_word(byte) || byte == b'$')
        {
            self.place += 1;
        }
        let word = &self.text[start..self.place];
        let is = |kinds: &[&str]| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(word));
        let quote = self.at(0);
        let is_unicode = is(&["u"]) && quote == Some(b'&') && self.at(1) == Some(b'\'');
        if is_unicode {
            self.place += 1;
        } else if quote != Some(b'\'') {
            if let Some(names) = &mut self.names {
                names.word(word);
            }
            return Some(());
        }
        if self.reading.quote_literals && is(&["q", "nq"]) {
            return self.quote_literal(start);
        }
        let backslash = self.reading.backslash || (self.reading.escape_literals && is(&["e"]));
        let is_kind = is_unicode || is(&["e", "n", "b", "x", "r", "br", "rb"]);
        self.literal(if is_kind { start } else { self.place }, backslash)
    }

    /// Reads what follows Oracle's `q`: a literal that ends with a mark of its writer's choice.
    fn quote_literal(&mut self, start: usize) -> Option<()> {
        let mut rest = self.text[self.place + 1..].chars();
        let end = match rest.next()? {
            '[' => ']',
            '{' => '}',
            '(' => ')',
            '<' => '>',
            same => same,
        };
        loop {
            if rest.next()? == end && rest.as_str().starts_with('\'') {
                break;
            }
        }
        self.place = self.text.len() - rest.as_str().len() + 1;
        self.mark(start, Mark::Literal);
        Some(())
    }
}
