//! SQL of automatic spans: a statement's shape, without its literals and comments.
//!
//! ```text
//! statement ──hidden──► what each byte is ──shown──► signs, words and `?`, lists folded
//! ```
//!
//! What a server takes for a literal depends on its dialect, and on settings that nobody here knows.
//! So a statement is read in each way that is possible ([`dialect`]), and only what is no literal in
//! any of them is shown. No statement is parsed: what a server refuses is a statement as well.

mod dialect;
mod hidden;
mod names;
mod shown;

pub use dialect::Dialect;

use shown::Shown;

/// A statement without its literals and comments.
///
/// - A literal becomes `?`, a list of literals or of parameters becomes one `?`, and so do rows of
///   such lists.
/// - What begins and does not end is cut where it began, and `…` stands for it; so it does where
///   somebody has cut the statement, and for all that follows `IDENTIFIED`, since Oracle's passwords
///   need no quotation marks.
/// - Blanks become one.
///
/// ```
/// use collector::scrub::{Dialect, sql};
///
/// let raw = "SELECT * FROM users\n WHERE name = 'O''Hara' AND id IN (1, 2, 3) -- me";
/// let shown = sql(raw, Dialect::PostgreSql, false);
/// assert_eq!(shown, "SELECT * FROM users WHERE name = ? AND id IN (?)");
/// ```
#[must_use]
pub fn sql(text: &str, dialect: Dialect, is_cut: bool) -> String {
    let (marks, end) = hidden::marks(text, dialect);
    Shown::of(&text[..end.unwrap_or(text.len())], &marks).text(is_cut || end.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::MARK;

    fn shown(dialect: &str, text: &str) -> String {
        sql(text, Dialect::named(dialect), false)
    }

    #[test]
    fn literals_of_every_dialect_are_hidden() {
        for (dialect, text, expected) in [
            ("", "SELECT 'a', 1, -1.5e-3, 0xff", "SELECT ?, ?, -?, ?"),
            ("", "a='it''s'and b=.5", "a=?and b=?"),
            (
                "",
                "a IS NULL AND t1.c2 = true",
                "a IS NULL AND t1.c2 = true",
            ),
            (
                "",
                "N'a' = x'00' OR B'1' = U&'a' OR e'b'",
                "? = ? OR ? = ? OR ?",
            ),
            ("", "DATE '2020-01-01' LIKE'x'", "DATE ? LIKE?"),
            ("", r"'a\' , 'secret'", "? …"),
            ("postgresql", r"'a\' , 'secret'", "? …"),
            ("postgresql", r"E'a\'' , b", "? , b"),
            ("postgresql", r"e'a\\' , b", "? , b"),
            (
                "postgresql",
                "$$it's$$ || $a$ $$ $b$ $a$ || $1",
                "? || ? || $1",
            ),
            ("postgresql", "a$b$c + $1.5 + $1a", "a$b$c + $? + $?"),
            (
                "postgresql",
                r#""a" = U&"d\0061" AND "it's" = 1"#,
                r#""a" = U&? AND ? = ?"#,
            ),
            (
                "postgresql",
                "a #>> '{b}' ? 'c' ?| d[1:2]",
                "a #>> ? ? ? ?| d[?:?]",
            ),
            ("mysql", r"'it\'s', b", "? …"),
            (
                "mysql",
                r#""it's" = `b` AND "a""b" = 1"#,
                "? = `b` AND ? = ?",
            ),
            ("mysql", "`it's` = 1", "? = ?"),
            ("mysql", "5--3", "?--?"),
            ("mysql", "@a := 1, @@b, _utf8'c'", "@a := ?, @@b, _utf8?"),
            ("sqlite", r"'a\', b", "?, b"),
            (
                "sqlite",
                "`a` = [b c] AND [it's] = ?1",
                "`a` = [b c] AND ? = ?1",
            ),
            ("sqlite", "$a = :b AND @c = ?", "$a = :b AND @c = ?"),
            (
                "oracle",
                "q'[it's]' || Nq'!it's!' || q'(a)b)' || :1",
                "? || ? || ? || :1",
            ),
            ("oracle", "a#1 = q'aba' OR v$x = 1f", "a#1 = ? OR v$x = ?"),
            (
                "mssql",
                "[a]]b] = N'c' OR #t.[d] = $1.50 OR @p1 = 0xff",
                "? = ? OR #t.[d] = $? OR @p1 = ?",
            ),
            ("mssql", r#""a" = 'b\', c"#, "? = ?, c"),
            ("bigquery", "'''it's''' = 1", "? …"),
            ("snowflake", "a = $$it's$$", "a = ? …"),
            ("", "q'[it's]' = secret", "? …"),
            ("", "$1 = ?1 AND :1 = @1", "$? = ? AND :? = @?"),
            ("", r#""a"."b" = 1"#, "?.? = ?"),
        ] {
            assert_eq!(shown(dialect, text), expected, "{dialect}: {text}");
        }
    }

    #[test]
    fn comments_go() {
        for (dialect, text, expected) in [
            ("", "a /* secret */ b -- secret", "a b"),
            ("", "a--secret\nb", "a b"),
            ("", "a -- secret\r\nb", "a b"),
            ("", "a -- secret\rb", "a …"),
            ("", "a /* b", "a …"),
            ("", "/* a */", ""),
            ("", "a/*/ 'b' */c", "a c"),
            ("postgresql", "a /* /* */ 'b */ c", "a c"),
            ("mssql", "a /* /* */ secret */ c", "a c"),
            ("sqlite", "a /* /* */ c", "a c"),
            ("oracle", "/*+ hint */a", "a"),
            ("mysql", "a # secret\nb -- secret\nc --d", "a b c --d"),
            ("mysql", "a --", "a"),
            ("mysql", "a /*!40101 'b*/c' */", "a …"),
            ("mariadb", "a /*M! b */", "a …"),
            ("mysql", "a /*Mb */ c", "a c"),
            ("postgresql", "a /*! b */ c", "a c"),
            ("snowflake", "a // secret\nb", "a b"),
            ("postgresql", "a // b", "a // b"),
        ] {
            assert_eq!(shown(dialect, text), expected, "{dialect}: {text}");
        }
    }

    #[test]
    fn what_does_not_end_is_cut_where_it_began() {
        for (dialect, text, expected) in [
            ("", "a = 'secret", "a = …"),
            ("", "a = 'secret''", "a = …"),
            ("postgresql", "a = \"secret", "a = …"),
            ("postgresql", "a = $b$secret", "a = …"),
            ("postgresql", "a = $b$secret$B$", "a = …"),
            ("mysql", "a = `secret", "a = …"),
            ("mysql", "a = 'secret\\", "a = …"),
            ("mssql", "a = [secret", "a = …"),
            ("oracle", "a = q'[secret]", "a = …"),
            ("oracle", "a = q'", "a = …"),
            ("", "'", "…"),
            (
                "oracle",
                "ALTER USER a IDENTIFIED BY secret",
                "ALTER USER a IDENTIFIED …",
            ),
        ] {
            assert_eq!(shown(dialect, text), expected, "{dialect}: {text}");
        }
        assert_eq!(
            sql("SELECT a FROM b", Dialect::Other, true),
            "SELECT a FROM b …"
        );
        assert_eq!(sql("", Dialect::Other, true), MARK);
    }

    #[test]
    fn lists_of_literals_and_parameters_are_one() {
        for (text, expected) in [
            ("IN (1, 2,3)", "IN (?)"),
            ("IN ( 'a' , 'b' )", "IN (?)"),
            ("IN (1)", "IN (?)"),
            ("IN (:a, :b) OR x = :c", "IN (?) OR x = :c"),
            ("IN (:a)", "IN (:a)"),
            ("IN (%s, %s) AND a = %s", "IN (?) AND a = %s"),
            ("IN (%(a)s, %(b)s)", "IN (?)"),
            ("IN ($a, @b, ?)", "IN (?)"),
            ("IN (-1, +2)", "IN (?)"),
            ("IN ((1, 2), (3, 4))", "IN (?)"),
            ("VALUES (1, NULL, true, DEFAULT)", "VALUES (?)"),
            (
                "VALUES (1, 'a'), (2, 'b'), (3, 'c') RETURNING a",
                "VALUES (?) RETURNING a",
            ),
            ("VALUES (:a), (:b)", "VALUES (?)"),
            ("VALUES (?),\n (?)", "VALUES (?)"),
            ("ARRAY[1, 2]", "ARRAY[?]"),
            (
                "($1::int, $2::double precision, $3::a.b[], $4::numeric(1, 2)::text)",
                "(?)",
            ),
            ("VALUES ($1::int), ($2::int)", "VALUES (?)"),
            ("$1::int", "$1::int"),
            (
                "f(1, a), g(2 + 3, 4), h(a, 1, 2)",
                "f(?, a), g(? + ?, ?), h(a, ?, ?)",
            ),
            ("f(), (a), ()", "f(), (a), ()"),
            ("(1, 2 b)", "(?, ? b)"),
            ("(1::int a, 2)", "(?::int a, ?)"),
            ("(1, (a), 2)", "(?, (a), ?)"),
            ("(1, , 2)", "(?, , ?)"),
            ("(1,)", "(?,)"),
            ("LIMIT 1, 2", "LIMIT ?, ?"),
            (") ] (", ") ] ("),
            ("(1, 2]", "(?]"),
            (
                "a % s, 100%, %(a), %(a)d, %sa",
                "a % s, ?%, %(a), %(a)d, %sa",
            ),
            ("a::int, b := 1, c:d", "a::int, b := ?, c:d"),
        ] {
            assert_eq!(shown("postgresql", text), expected, "{text}");
        }
    }

    #[test]
    fn how_far_a_list_went_before_it_was_cut_makes_no_difference() {
        for (text, expected) in [
            ("IN (1, 2", "IN …"),
            ("IN (1, 2,", "IN …"),
            ("IN (", "IN …"),
            ("IN ((1, 2), (3", "IN …"),
            ("VALUES (1, 2), (3,", "VALUES (?) …"),
            ("VALUES (1, 2), (3, 'a", "VALUES (?) …"),
            ("f(a, (1", "f(a …"),
        ] {
            assert_eq!(sql(text, Dialect::Other, true), expected, "{text}");
        }
    }

    #[test]
    fn what_only_a_name_can_be_stays_in_sqlite() {
        for (text, expected) in [
            (
                r#"SELECT "a"."b", COUNT(*) AS "__count" FROM "a" INNER JOIN "c" ON "a"."d" = "c" . "e""#,
                r#"SELECT "a"."b", COUNT(*) AS "__count" FROM "a" INNER JOIN "c" ON "a"."d" = ? . "e""#,
            ),
            (
                r#"INSERT INTO "a" ("b", "c") VALUES ("secret", ?), ("b", "c")"#,
                r#"INSERT INTO "a" ("b", "c") VALUES (?)"#,
            ),
            (
                r#"INSERT OR REPLACE INTO m.a("b") SELECT "secret", f("secret", "d")"#,
                r#"INSERT OR REPLACE INTO m.a("b") SELECT ?, f(?)"#,
            ),
            (
                r#"UPDATE "a" SET "b" = "secret", "c" = f(1, "secret") WHERE "d" = 1, "e""#,
                r#"UPDATE "a" SET "b" = ?, "c" = f(?) WHERE ? = ?, ?"#,
            ),
            (
                r#"INSERT INTO a ("b") VALUES (1) ON CONFLICT ("b") DO UPDATE SET "b" = "excluded"."b", "c" = 2 RETURNING "d", "e""#,
                r#"INSERT INTO a ("b") VALUES (?) ON CONFLICT (?) DO UPDATE SET "b" = "excluded"."b", "c" = ? RETURNING ?, ?"#,
            ),
            (
                r#"a IS NOT DISTINCT FROM "secret" AND b = "secret""#,
                "a IS NOT DISTINCT FROM ? AND b = ?",
            ),
            (
                r#"CREATE TABLE IF NOT EXISTS "a" ("b" text)"#,
                r#"CREATE TABLE IF NOT EXISTS "a" (? text)"#,
            ),
            (
                r#"SAVEPOINT "s1"; SELECT "x", "y""#,
                r#"SAVEPOINT "s1"; SELECT ?, ?"#,
            ),
            (
                r#"UPDATE a SET b = 1; SELECT 1, "secret""#,
                "UPDATE a SET b = ?; SELECT ?, ?",
            ),
            (r#"INSERT INTO a AS b ("c")"#, "INSERT INTO a AS b (?)"),
            (r#"FROM "it's""#, "FROM ?"),
        ] {
            assert_eq!(shown("sqlite", text), expected);
        }
    }

    #[test]
    fn blanks_become_one() {
        let text = " \tSELECT\r\n\n  a ,b\u{0}\u{1b}[31m  FROM\u{b} größe ";
        assert_eq!(shown("oracle", text), "SELECT a ,b [? FROM größe");
    }
}
