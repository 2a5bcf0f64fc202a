//! The calls of an execution that its host has recorded by itself: the longest one by one, and the
//! others in sums.

use std::rc::Rc;

use super::longest::{longest_first, shortness};
use super::sum::{Called, Calls};
use super::{HTTP, SLEEP, SQL, Span};
use crate::event::{AutoSpan, Call};
use crate::limits;
use crate::scrub::{Cache, Dialect, Scrubber};

/// The calls of an execution.
#[derive(Debug, Clone, Default)]
pub struct Automatic {
    /// As they came, at most twice as many as are kept.
    longest: Vec<Calls>,
    /// Sorted by what was called.
    sums: Vec<Calls>,
}

impl Automatic {
    /// Adds a call, or a sum of calls.
    ///
    /// # Errors
    ///
    /// Where its section is not known: nobody knows what of it is fit to be shown.
    pub fn add(&mut self, event: &AutoSpan, cache: &mut Cache) -> Result<(), &'static str> {
        let sections = [HTTP, SQL, SLEEP];
        let mut sections = sections.into_iter();
        let section = sections.find(|section| *section == event.section);
        let section = section.ok_or("automatic spans of an unknown section are ignored")?;
        let is_sum = event.duration.is_some() || event.count.is_some_and(|count| count > 1);
        let end = event.end.max(event.start);
        let took = || Some(end?.saturating_sub(event.start?));
        let calls = Calls {
            called: called(section, &event.detail, cache),
            start: event.start,
            end,
            count: event.count.unwrap_or(1).max(1),
            duration: event.duration.or_else(took).unwrap_or(0).max(0),
        };
        if is_sum || !calls.called.is_known() {
            self.sum(calls);
        } else {
            self.longest.push(calls);
            if self.longest.len() >= 2 * limits::CALLS {
                self.sum_shortest();
            }
        }
        Ok(())
    }

    /// The spans that stand for all of them.
    pub fn into_spans(mut self) -> impl Iterator<Item = Span> {
        self.sum_shortest();
        let calls = self.longest.into_iter().chain(self.sums);
        calls.map(Calls::into_span)
    }

    fn sum(&mut self, mut calls: Calls) {
        let find = |sums: &[Calls], called: &Called| {
            sums.binary_search_by(|known| known.called.cmp(called))
        };
        let mut place = find(&self.sums, &calls.called);
        if place.is_err() && self.sums.len() >= limits::CALL_SUMS {
            calls.called = Called::other(calls.called.section);
            place = find(&self.sums, &calls.called);
        }
        match place {
            Ok(place) => self.sums[place].add(&calls),
            Err(place) => self.sums.insert(place, calls),
        }
    }

    /// Sums the shortest until the rest is within its limit.
    fn sum_shortest(&mut self) {
        if self.longest.len() <= limits::CALLS {
            return;
        }
        let order = longest_first(self.longest.iter().map(|calls| calls.duration));
        let last_kept = order[limits::CALLS - 1];
        for (calls, index) in std::mem::take(&mut self.longest).into_iter().zip(0..) {
            match (shortness(calls.duration), index) <= last_kept {
                true => self.longest.push(calls),
                false => self.sum(calls),
            }
        }
    }
}

fn called(section: &'static str, call: &Call, cache: &mut Cache) -> Called {
    let mut names = [None, name(call.lib.as_deref()), None];
    let mut scrubbed =
        |text: Option<&str>, scrubber| Some(cache.scrubbed(scrubber, text?, call.is_cut));
    let text: Option<Rc<str>> = match section {
        HTTP => {
            names[0] = name(call.method.as_deref());
            scrubbed(call.url.as_deref(), Scrubber::Url)
        }
        SQL => {
            let dialect = call.dialect.as_deref();
            names[2] = name(dialect);
            let dialect = dialect.map_or(Dialect::Other, Dialect::named);
            scrubbed(call.query.as_deref(), Scrubber::Sql(dialect))
        }
        _ => None,
    };
    match text.is_none() && section != SLEEP {
        true => Called::other(section),
        false => Called {
            section,
            text,
            names,
        },
    }
}

/// A name, if it is one: what is long or has other characters may be anything.
fn name(text: Option<&str>) -> Option<Box<str>> {
    let text = text?;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    let is_name = (1..=limits::CALL_NAME_BYTES).contains(&text.len()) && text.bytes().all(is_part);
    is_name.then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(query: &str, start: i64, end: i64) -> AutoSpan {
        AutoSpan {
            section: SQL.to_owned(),
            start: Some(start),
            end: Some(end),
            detail: Call {
                query: Some(query.to_owned()),
                ..Call::default()
            },
            ..AutoSpan::default()
        }
    }

    fn sum(text: &str, start: i64, end: i64, count: u64, duration: i64) -> AutoSpan {
        AutoSpan {
            count: Some(count),
            duration: Some(duration),
            ..query(text, start, end)
        }
    }

    fn request(url: Option<&str>, method: Option<&str>, lib: Option<&str>) -> AutoSpan {
        AutoSpan {
            section: HTTP.to_owned(),
            start: Some(10),
            end: Some(30),
            detail: Call {
                url: url.map(str::to_owned),
                method: method.map(str::to_owned),
                lib: lib.map(str::to_owned),
                ..Call::default()
            },
            ..AutoSpan::default()
        }
    }

    fn spans(events: impl IntoIterator<Item = AutoSpan>) -> Vec<Span> {
        let (mut automatic, mut cache) = (Automatic::default(), Cache::default());
        for event in events {
            automatic.add(&event, &mut cache).unwrap();
            assert!(automatic.longest.len() < 2 * limits::CALLS);
        }
        automatic.into_spans().collect()
    }

    /// Section, start, end, duration and detail of each.
    fn shown(spans: &[Span]) -> Vec<String> {
        let time = |time: Option<i64>| time.map_or("-".to_owned(), |time| time.to_string());
        let line = |span: &Span| {
            let detail = span.detail.as_deref().unwrap_or("-");
            let (start, end) = (time(span.start), time(span.end));
            format!("{} {start} {end} {} {detail}", span.section, span.duration)
        };
        spans.iter().map(line).collect()
    }

    #[test]
    fn a_call_is_a_span_of_its_section() {
        let mut statement = query("SELECT 'secret'", 5, 9);
        statement.detail.dialect = Some("sqlite".to_owned());
        statement.detail.lib = Some("sqlalchemy".to_owned());
        let sleep = |lib: Option<&str>| AutoSpan {
            section: SLEEP.to_owned(),
            ..request(Some("/secret"), Some("GET"), lib)
        };
        let all = [
            request(
                Some("https://me:secret@h/?q=secret"),
                Some("post"),
                Some("httpx"),
            ),
            request(Some("/"), Some("PROPFIND"), None),
            statement,
            sleep(None),
            sleep(Some("time")),
        ];
        assert_eq!(
            shown(&spans(all)),
            [
                r#"http 10 30 20 {"method":"POST","url":"https://h/?q=…","lib":"httpx"}"#,
                r#"annotation 10 30 20 {"method":"PROPFIND","url":"/","lib":"","content":"http PROPFIND /"}"#,
                r#"sql 5 9 4 {"query":"SELECT ?","lib":"sqlalchemy","dialect":"sqlite"}"#,
                "sleep 10 30 20 -",
                r#"sleep 10 30 20 {"lib":"time"}"#,
            ]
        );
    }

    #[test]
    fn calls_with_the_same_scrubbed_text_are_summed() {
        let all = [
            sum("SELECT 1", 50, 60, 2_000, 1_000_000_000),
            sum("SELECT 2", 20, 90, 1_000, 234_000_000),
            sum("SELECT 'a' FROM b", 30, 40, 1, 7),
            AutoSpan {
                section: SLEEP.to_owned(),
                ..sum("", 5, 9, 3, 4)
            },
            AutoSpan {
                duration: None,
                ..sum("COMMIT", 3, 9, 2, 0)
            },
        ];
        assert_eq!(
            shown(&spans(all)),
            [
                r#"sleep 5 9 4 {"content":"3 × sleep, 4 ns in all"}"#,
                r#"sql 3 9 6 {"query":"2 × COMMIT, 6 ns in all"}"#,
                r#"sql 20 1234000020 1234000000 {"query":"3,000 × SELECT ?, 1.2 s in all"}"#,
                r#"sql 30 40 7 {"query":"SELECT ? FROM b"}"#,
            ]
        );
    }

    #[test]
    fn requests_are_summed_by_method_and_library() {
        let of = |url, method, lib| AutoSpan {
            duration: Some(10),
            ..request(url, Some(method), Some(lib))
        };
        let all = [
            of(Some("/a?b=1"), "GET", "x"),
            of(Some("/a?b=2"), "GET", "x"),
            of(Some("/a?b=1"), "PUT", "x"),
            of(Some("/a?b=1"), "GET", "y"),
        ];
        assert_eq!(
            shown(&spans(all)),
            [
                r#"http 10 30 20 {"method":"GET","url":"2 × /a?b=…, 20 ns in all","lib":"x"}"#,
                r#"http 10 30 10 {"method":"GET","url":"/a?b=…","lib":"y"}"#,
                r#"http 10 30 10 {"method":"PUT","url":"/a?b=…","lib":"x"}"#,
            ]
        );
    }

    #[test]
    fn calls_without_a_text_are_others_of_their_section() {
        let no_query = |count| AutoSpan {
            detail: Call {
                lib: Some("x".to_owned()),
                ..Call::default()
            },
            count,
            ..query("", 1, 2)
        };
        let all = [
            request(None, Some("GET"), Some("x")),
            request(None, None, None),
            no_query(Some(1_000)),
            no_query(None),
            no_query(Some(0)),
        ];
        assert_eq!(
            shown(&spans(all)),
            [
                r#"annotation 10 50 40 {"content":"2 × other HTTP requests, 40 ns in all"}"#,
                r#"sql 1 4 3 {"query":"1,002 × other queries, 3 ns in all"}"#,
            ]
        );
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        for (name, is_kept) in [
            ("psycopg.pool-2+x_y".to_owned(), true),
            (String::new(), false),
            ("secret word".to_owned(), false),
            ("größe".to_owned(), false),
            ("x".repeat(limits::CALL_NAME_BYTES), true),
            ("x".repeat(limits::CALL_NAME_BYTES + 1), false),
        ] {
            let mut event = query("", 1, 2);
            event.detail.lib = Some(name.clone());
            let detail = spans([event]).remove(0).detail.unwrap();
            assert_eq!(detail.contains(r#""lib""#), is_kept, "{name}: {detail}");
        }
    }

    #[test]
    fn a_section_that_is_not_known_is_ignored() {
        let event = AutoSpan {
            section: "redis".to_owned(),
            ..AutoSpan::default()
        };
        let mut automatic = Automatic::default();
        let why = automatic.add(&event, &mut Cache::default()).unwrap_err();
        assert_eq!(why, "automatic spans of an unknown section are ignored");
        assert_eq!(automatic.into_spans().count(), 0);
    }

    #[test]
    fn the_longest_are_spans_of_their_own_and_the_others_summed() {
        let calls = |count: i64| (0..count).map(|n| query("a", n, 2 * n));
        let most = limits::CALLS as i64;
        assert_eq!(spans(calls(most)).len(), limits::CALLS);
        let one_more = spans(calls(most + 1));
        assert_eq!(
            (one_more.len(), one_more[0].duration),
            (limits::CALLS + 1, 1)
        );
        assert_eq!(
            shown(&one_more[limits::CALLS..]),
            [r#"sql 0 0 0 {"query":"a"}"#]
        );
        let many = spans(calls(10_000));
        assert_eq!(many.len(), limits::CALLS + 1);
        assert!(
            many.iter()
                .zip(9_800..10_000)
                .all(|(span, n)| span.duration == n)
        );
        assert_eq!(
            shown(&many[limits::CALLS..]),
            [r#"sql 0 48015100 48015100 {"query":"9,800 × a, 48 ms in all"}"#]
        );
        // Of equal ones the first.
        let equal = spans((0..1_000).map(|n| query("a", n, n + 5)));
        assert!(
            equal
                .iter()
                .zip(0..200)
                .all(|(span, n)| span.start == Some(n))
        );
    }

    #[test]
    fn what_is_new_beyond_many_sums_is_summed_by_section() {
        let sums = |count: usize| (0..count).map(|n| sum(&format!("a{n} "), 5, 9, 2, 4));
        assert_eq!(spans(sums(limits::CALL_SUMS)).len(), limits::CALL_SUMS);
        let many = spans(sums(1_000).chain(sums(limits::CALL_SUMS)));
        assert_eq!(many.len(), limits::CALL_SUMS + 1);
        assert_eq!(
            shown(&many[..2]),
            [
                r#"sql 5 2005 2000 {"query":"1,000 × other queries, 2.0 µs in all"}"#,
                r#"sql 5 13 8 {"query":"4 × a0, 8 ns in all"}"#,
            ]
        );
    }

    #[test]
    fn times_that_make_no_sense_are_mended() {
        let times = |start, end, duration| AutoSpan {
            start,
            end,
            duration,
            ..query("a", 0, 0)
        };
        for (event, expected) in [
            (times(Some(9), Some(5), None), "sql 9 9 0"),
            (times(None, Some(5), None), "sql - 5 0"),
            (times(Some(5), None, None), "sql 5 5 0"),
            (times(Some(5), Some(9), Some(-1)), "sql 5 9 0"),
            (
                times(None, None, Some(i64::MAX)),
                "sql - - 9223372036854775807",
            ),
        ] {
            let shown = shown(&spans([event])).remove(0);
            assert_eq!(shown, format!(r#"{expected} {{"query":"a"}}"#));
        }
        let most = || sum("a", i64::MAX, i64::MAX, u64::MAX, i64::MAX);
        let shown = shown(&spans([most(), most()]));
        assert!(
            shown[0].starts_with("sql 9223372036854775807 9223372036854775807 92"),
            "{shown:?}"
        );
    }
}
