//! Where in a statement for SQLite only a name can stand: there a text in `"` is a name that must not be
//! hidden, and elsewhere it may be a literal.

/// After these words a name follows, and never a literal.
const BEFORE_NAMES: [&str; 12] = [
    "from",
    "join",
    "into",
    "update",
    "table",
    "as",
    "exists",
    "index",
    "view",
    "savepoint",
    "references",
    "set",
];

/// Words that end a list of assignments, or the place where columns may be listed.
const AFTER_LISTS: [&str; 9] = [
    "where",
    "from",
    "returning",
    "select",
    "values",
    "on",
    "order",
    "limit",
    "default",
];

/// What a statement has said so far, as far as it tells names from literals.
#[derive(Debug, Default)]
pub struct Names {
    /// The last word, or mark, and nothing for what is neither.
    last: String,
    /// The word before that word.
    before_last: String,
    /// How many parentheses are open.
    depth: usize,
    /// Whether a table's name follows, or has just come, after which its columns may be listed.
    is_after_into: bool,
    /// The depth of a list in which names come after commas: of columns, or of assignments.
    list: Option<usize>,
}

impl Names {
    /// A word has come.
    pub fn word(&mut self, word: &str) {
        let is_part_of_name = self.last == "." || self.last == "into";
        self.before_last = std::mem::replace(&mut self.last, word.to_ascii_lowercase());
        match self.last.as_str() {
            "into" => self.is_after_into = true,
            "set" => self.list = Some(self.depth),
            word if AFTER_LISTS.contains(&word) => {
                self.list = None;
                self.is_after_into = false;
            }
            _ => self.is_after_into &= is_part_of_name,
        }
    }

    /// A mark has come.
    pub fn mark(&mut self, mark: u8) {
        match mark {
            b'(' => {
                self.depth += 1;
                if self.is_after_into {
                    self.list = Some(self.depth);
                }
            }
            b')' => {
                if self.list == Some(self.depth) {
                    self.list = None;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            b';' => *self = Self::default(),
            _ => {}
        }
        self.is_after_into &= mark == b'.';
        self.last.clear();
        self.last.push(char::from(mark));
    }

    /// A literal or a quoted name has come.
    pub fn quoted(&mut self) {
        self.is_after_into &= self.last == "." || self.last == "into";
        self.last.clear();
    }

    /// Whether what follows is a name and no literal.
    #[must_use]
    pub fn is_next(&self) -> bool {
        match self.last.as_str() {
            "." => true,
            // `a IS DISTINCT FROM "b"` compares values.
            "from" => self.before_last != "distinct",
            "," | "(" => self.list == Some(self.depth),
            word => BEFORE_NAMES.contains(&word),
        }
    }
}
