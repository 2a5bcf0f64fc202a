//! SQL dialects: how each tells literals and comments from the rest of a statement.

/// A dialect of SQL, as far as reading it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// PostgreSQL.
    PostgreSql,
    /// MySQL and MariaDB.
    MySql,
    /// SQLite.
    Sqlite,
    /// Oracle.
    Oracle,
    /// SQL Server.
    Mssql,
    /// One that nobody named, or that is not known here: it may be any.
    Other,
}

/// The names by which SQLAlchemy, Django and drivers know them.
const NAMES: [(&str, Dialect); 9] = [
    ("postgresql", Dialect::PostgreSql),
    ("postgres", Dialect::PostgreSql),
    ("cockroachdb", Dialect::PostgreSql),
    ("mysql", Dialect::MySql),
    ("mariadb", Dialect::MySql),
    ("sqlite", Dialect::Sqlite),
    ("oracle", Dialect::Oracle),
    ("mssql", Dialect::Mssql),
    ("microsoft", Dialect::Mssql),
];

impl Dialect {
    /// The dialect of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let mut known = NAMES.iter();
        let known = known.find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map_or(Self::Other, |(_, dialect)| *dialect)
    }

    /// Every way in which its server may read a statement, by its settings.
    pub(super) const fn readings(self) -> &'static [Reading] {
        let all = &ALL;
        let (first, count) = match self {
            Self::PostgreSql => (0, 2),
            Self::MySql => (2, 2),
            Self::Sqlite => (4, 1),
            Self::Oracle => (5, 1),
            Self::Mssql => (6, 1),
            Self::Other => (0, all.len()),
        };
        all.split_at(first).1.split_at(count).0
    }
}

/// What a text in `"` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Double {
    /// A name.
    Name,
    /// A literal.
    Literal,
    /// A name where only a name can stand; elsewhere it may be a literal.
    NameByPlace,
}

/// One way in which a server reads a statement.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// What `"…"` is.
    pub double: Double,
    /// Whether a backslash makes the next character a part of the literal: always, or in `E'…'` alone.
    pub backslash: bool,
    /// `E'…'`.
    pub escape_literals: bool,
    /// `$$…$$` and `$tag$…$tag$`.
    pub dollar_literals: bool,
    /// `q'[…]'`.
    pub quote_literals: bool,
    /// `'''…'''` and `"""…"""`.
    pub triple_literals: bool,
    /// `` `…` `` is a name.
    pub backtick_names: bool,
    /// `[…]` is a name.
    pub bracket_names: bool,
    /// `#` may be a part of a name.
    pub hash_names: bool,
    /// A comment from `#` to the line's end.
    pub hash_comments: bool,
    /// A comment from `//` to the line's end.
    pub slash_comments: bool,
    /// `--` begins a comment only where a blank follows.
    pub dashes_need_blank: bool,
    /// `/* /* */ */` is one comment.
    pub nested_comments: bool,
    /// `/*! … */` is no comment, but code.
    pub code_in_comments: bool,
    /// What, before a number, makes it the number of a parameter.
    pub numbered_parameters: &'static [u8],
}

/// What the standard says.
const STANDARD: Reading = Reading {
    double: Double::Name,
    backslash: false,
    escape_literals: false,
    dollar_literals: false,
    quote_literals: false,
    triple_literals: false,
    backtick_names: false,
    bracket_names: false,
    hash_names: false,
    hash_comments: false,
    slash_comments: false,
    dashes_need_blank: false,
    nested_comments: false,
    code_in_comments: false,
    numbered_parameters: b"",
};

/// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>
const POSTGRESQL: Reading = Reading {
    escape_literals: true,
    dollar_literals: true,
    nested_comments: true,
    numbered_parameters: b"$",
    ..STANDARD
};

/// <https://dev.mysql.com/doc/refman/9.4/en/string-literals.html>; with the mode `ANSI_QUOTES` a text in
/// `"` would be a name.
const MYSQL: Reading = Reading {
    double: Double::Literal,
    backslash: true,
    backtick_names: true,
    hash_comments: true,
    dashes_need_blank: true,
    code_in_comments: true,
    ..STANDARD
};

/// All readings, those of a dialect beside each other.
const ALL: [Reading; 9] = [
    POSTGRESQL,
    // Without `standard_conforming_strings`, as before PostgreSQL 9.1.
    Reading {
        backslash: true,
        ..POSTGRESQL
    },
    MYSQL,
    // With the mode `NO_BACKSLASH_ESCAPES`.
    Reading {
        backslash: false,
        ..MYSQL
    },
    // <https://www.sqlite.org/lang_expr.html>; a name in `"` that nothing has is a literal
    // (<https://www.sqlite.org/quirks.html>).
    Reading {
        double: Double::NameByPlace,
        backtick_names: true,
        bracket_names: true,
        numbered_parameters: b"?:@$",
        ..STANDARD
    },
    // Oracle's SQL Language Reference, "Literals".
    Reading {
        quote_literals: true,
        hash_names: true,
        numbered_parameters: b":",
        ..STANDARD
    },
    // SQL Server; without `SET QUOTED_IDENTIFIER OFF` a text in `"` would be a name.
    Reading {
        double: Double::Literal,
        bracket_names: true,
        hash_names: true,
        nested_comments: true,
        ..STANDARD
    },
    // BigQuery, ClickHouse, Spark and Hive.
    Reading {
        double: Double::Literal,
        backslash: true,
        triple_literals: true,
        backtick_names: true,
        hash_comments: true,
        ..STANDARD
    },
    // Snowflake.
    Reading {
        backslash: true,
        dollar_literals: true,
        slash_comments: true,
        ..STANDARD
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_has_its_own_readings_and_an_unknown_one_all() {
        let count = |name: &str| Dialect::named(name).readings().len();
        assert_eq!(count("PostgreSQL"), 2);
        assert_eq!(count("mariadb"), 2);
        assert_eq!(count("snowflake"), ALL.len());
        assert_eq!(Dialect::named("CockroachDB"), Dialect::PostgreSql);
        assert_eq!(Dialect::named("microsoft"), Dialect::Mssql);
        let only = |name: &str| &Dialect::named(name).readings()[0];
        assert!(only("postgres").dollar_literals);
        assert!(only("mysql").hash_comments);
        assert!(only("sqlite").backtick_names && only("sqlite").bracket_names);
        assert!(only("oracle").quote_literals);
        assert!(only("mssql").bracket_names && only("mssql").nested_comments);
    }
}
