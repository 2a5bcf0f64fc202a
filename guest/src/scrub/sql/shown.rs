//! What of a statement is shown: its words and signs, and `?` for what is hidden.

use super::hidden::Mark;
use crate::scrub::MARK;

/// What stands for a literal.
const HIDDEN: &str = "?";

/// What may stand between literals in a list, and means no more than they do.
const CONSTANTS: [&str; 4] = ["null", "true", "false", "default"];

/// The words of a type that has more than one.
const TYPE_WORDS: [&str; 6] = ["varying", "precision", "with", "without", "time", "zone"];

/// What follows is secret without being a literal.
const BEFORE_SECRETS: &str = "identified";

/// The words and signs of a statement.
pub struct Shown<'a> {
    tokens: Vec<Token<'a>>,
    /// The brackets that are open.
    lists: Vec<List>,
    is_cut: bool,
}

#[derive(Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    is_spaced: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A literal, or `?`.
    Value,
    /// A parameter with a name or a number.
    Parameter,
    /// Letters, digits and the like.
    Word,
    /// Anything else, a byte of it.
    Sign(u8),
}

/// What is in a pair of brackets so far.
struct List {
    /// The index of the bracket that opens it.
    start: usize,
    /// How many literals and parameters there are.
    items: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// An item follows.
    Item,
    /// An item in brackets of its own has begun.
    Nested,
    /// An item has come.
    AfterItem,
    /// `::` has come, and a type follows.
    Type,
    /// A type has come.
    AfterType,
    /// Something else has come: it is no list of literals.
    Other,
}

impl<'a> Shown<'a> {
    /// The tokens of a text, whose bytes are marked.
    pub fn of(text: &'a str, marks: &[Mark]) -> Self {
        let mut shown = Self {
            tokens: Vec::new(),
            lists: Vec::new(),
            is_cut: false,
        };
        let bytes = text.as_bytes();
        let run = |start: usize, is_in: &dyn Fn(usize) -> bool| {
            (start..bytes.len())
                .find(|place| !is_in(*place))
                .unwrap_or(bytes.len())
        };
        let is_word = |place: usize| {
            let byte = bytes[place];
            marks[place] == Mark::Shown
                && (byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..))
        };
        let word_end = |start: usize| run(start, &is_word);
        let mut place = 0;
        let mut is_spaced = false;
        while place < bytes.len() && !shown.is_cut {
            let byte = bytes[place];
            let (kind, end) = match (marks[place], byte) {
                (Mark::Comment, _) => {
                    is_spaced = true;
                    place += 1;
                    continue;
                }
                (Mark::Literal, _) => {
                    let is_literal = |place: usize| marks[place] == Mark::Literal;
                    (Kind::Value, run(place, &is_literal))
                }
                _ if byte.is_ascii_whitespace() || byte.is_ascii_control() => {
                    is_spaced = true;
                    place += 1;
                    continue;
                }
                (_, b'?' | b':' | b'@' | b'$')
                    if !shown.ends_with(b':') && word_end(place + 1) > place + 1 =>
                {
                    (Kind::Parameter, word_end(place + 1))
                }
                (_, b'?') => (Kind::Value, place + 1),
                (_, b'%') if let Some(end) = percent_parameter(bytes, place, &word_end) => {
                    (Kind::Parameter, end)
                }
                _ if is_word(place) => (Kind::Word, word_end(place)),
                _ => (Kind::Sign(byte), place + 1),
            };
            shown.push(Token {
                kind,
                text: match kind {
                    Kind::Value => HIDDEN,
                    _ => text.get(place..end).unwrap_or(HIDDEN),
                },
                is_spaced,
            });
            is_spaced = false;
            place = end;
        }
        shown
    }

    /// The text, and a mark at its end where something is missing there.
    pub fn text(mut self, is_cut: bool) -> String {
        let is_cut = is_cut || self.is_cut;
        // How far the list goes that was cut makes no other statement of it.
        while is_cut && let Some(list) = self.lists.pop_if(|list| list.state != State::Other) {
            self.tokens.truncate(list.start);
            if self.ends_with(b',') {
                self.tokens.pop();
            }
        }
        let mut text = String::new();
        for token in &self.tokens {
            if token.is_spaced && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(token.text);
        }
        if is_cut {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(MARK);
        }
        text
    }

    fn ends_with(&self, sign: u8) -> bool {
        self.tokens
            .last()
            .is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    fn push(&mut self, token: Token<'a>) {
        let last = self.tokens.last();
        if token.kind == Kind::Value
            && !token.is_spaced
            && last.is_some_and(|last| last.kind == Kind::Value)
        {
            return;
        }
        let is = |words: &[&str]| {
            words
                .iter()
                .any(|word| word.eq_ignore_ascii_case(token.text))
        };
        if let Some(list) = self.lists.last_mut() {
            let is_item = match token.kind {
                Kind::Value | Kind::Parameter => true,
                Kind::Word => is(&CONSTANTS),
                Kind::Sign(_) => false,
            };
            list.state = match (list.state, token.kind) {
                (State::Item, _) if is_item => {
                    list.items += 1;
                    State::AfterItem
                }
                (State::Item, Kind::Sign(b'-' | b'+')) => State::Item,
                (State::Item, Kind::Sign(b'(' | b'[')) => State::Nested,
                (State::AfterItem | State::AfterType, Kind::Sign(b',')) => State::Item,
                (State::AfterItem | State::AfterType | State::Type, Kind::Sign(b':')) => {
                    State::Type
                }
                (State::Type, Kind::Word) => State::AfterType,
                (State::AfterType, Kind::Sign(b'.')) => State::Type,
                (State::AfterType, Kind::Sign(b'(' | b'[')) => State::AfterType,
                (State::AfterType, Kind::Word) if is(&TYPE_WORDS) => State::AfterType,
                (state, Kind::Sign(b')' | b']')) => state,
                _ => State::Other,
            };
        }
        self.tokens.push(token);
        match token.kind {
            Kind::Sign(b'(' | b'[') => self.lists.push(List {
                start: self.tokens.len() - 1,
                items: 0,
                state: State::Item,
            }),
            Kind::Sign(b')' | b']') => self.close(),
            Kind::Word if is(&[BEFORE_SECRETS]) => self.is_cut = true,
            _ => {}
        }
    }

    /// Folds the list that has just been closed, and the row of such lists that it ends.
    fn close(&mut self) {
        let Some(list) = self.lists.pop() else {
            return;
        };
        let is_list = matches!(list.state, State::AfterItem | State::AfterType);
        if let Some(outer) = self.lists.last_mut()
            && outer.state == State::Nested
        {
            outer.items += 1;
            outer.state = if is_list {
                State::AfterItem
            } else {
                State::Other
            };
        }
        if !is_list {
            return;
        }
        if (list.items > 1 || list.state == State::AfterType)
            && let Some(close) = self.tokens.pop()
        {
            self.tokens.truncate(list.start + 1);
            for (kind, text) in [(Kind::Value, HIDDEN), (close.kind, close.text)] {
                self.tokens.push(Token {
                    kind,
                    text,
                    is_spaced: false,
                });
            }
        }
        let is_item = |kind| matches!(kind, Kind::Value | Kind::Parameter);
        let (before, row) = self.tokens.split_at_mut(list.start);
        if let [.., open, value, close, comma] = before
            && let [_, last, _] = row
            && [open.kind, close.kind, comma.kind] == (*b"(),").map(Kind::Sign)
            && is_item(value.kind)
            && is_item(last.kind)
        {
            value.kind = Kind::Value;
            value.text = HIDDEN;
            self.tokens.truncate(list.start - 1);
        }
    }
}

/// Where a parameter of Python's ends, `%s` or `%(name)s`, if one begins here.
fn percent_parameter(
    bytes: &[u8],
    place: usize,
    word_end: &dyn Fn(usize) -> usize,
) -> Option<usize> {
    let mut last = place + 1;
    if bytes.get(last) == Some(&b'(') {
        last = word_end(last + 1);
        if bytes.get(last) != Some(&b')') {
            return None;
        }
        last += 1;
    }
    let is_parameter = bytes.get(last) == Some(&b's') && word_end(last) == last + 1;
    is_parameter.then_some(last + 1)
}
