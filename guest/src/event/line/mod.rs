//! How a line is read: from the fields of its JSON to the event that it says.

mod run_started;

use super::auto_span::{AutoSpan, Call};
use super::error::EventError;
use super::fields::{Fields, Ignored, number, object, ranges, text, time, word};
use super::run::{EarlierResult, RunAborted, RunFinished, Uploaded};
use super::test::{Failure, Outcome, Phase, Span, Tag, TestFinished, TestStarted};
use super::{
    AUTO_SPAN, EXPORTED, Event, PHASE, RESULT, RUN_ABORTED, RUN_FINISHED, RUN_STARTED, SPAN, TAG,
    TEST_FINISHED, TEST_STARTED, UPLOADED,
};
use crate::json::Json;
use crate::limits;

/// A line's event, and how much of the line was not understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The event.
    pub event: Event,
    /// Fields that this version does not know.
    pub unknown_fields: u64,
    /// What this version does not know, by name: `test-finished.otcome`, or an event.
    pub unknown: Vec<String>,
    /// Fields that were ignored, because the event can do without them and they are wrong.
    pub ignored: Vec<Ignored>,
}

/// Reads one line.
///
/// # Errors
///
/// [`EventError::Malformed`] and [`EventError::UnsupportedFormat`].
///
/// ```
/// use collector::event::{Event, parse};
///
/// let line = r#"{"event":"test-finished","execution":7,"time":1200,"colour":"red"}"#;
/// let parsed = parse(line).unwrap();
/// assert!(matches!(parsed.event, Event::TestFinished(test) if test.execution == 7));
/// assert_eq!(parsed.unknown_fields, 1);
/// ```
pub fn parse(line: &str) -> Result<Parsed, EventError> {
    if line.len() > limits::LINE_BYTES {
        return Err(EventError::Malformed(format!(
            "longer than {} bytes",
            limits::LINE_BYTES
        )));
    }
    let mut fields = Fields::parse(line)?;
    let name = fields.need("event", word)?;
    let mut outcome = None;
    let event = match &*name {
        RUN_STARTED => Event::RunStarted(Box::new(run_started::read(&mut fields)?)),
        TEST_STARTED => Event::TestStarted(TestStarted {
            execution: fields.need("execution", number)?,
            name: fields.need("name", text)?,
            time: fields.need("time", time)?,
            scope: fields.optional("scope", text).unwrap_or_default(),
            file: fields.optional("file", text),
            line: fields.optional("line", number),
            worker: fields.optional("worker", text),
        }),
        SPAN => Event::Span(Span {
            execution: fields.need("execution", number)?,
            section: fields.need("section", text)?,
            start: fields.optional("start", time),
            end: fields.optional("end", time),
            duration: fields.optional("duration", time),
            detail: fields.any("detail").map(Json::into_owned),
            id: fields.optional("id", number),
            parent: fields.optional("parent", number),
        }),
        AUTO_SPAN => Event::AutoSpan(Box::new(AutoSpan {
            execution: fields.need("execution", number)?,
            section: fields.need("section", text)?,
            start: fields.optional("start", time),
            end: fields.optional("end", time),
            count: fields.optional("count", number),
            duration: fields.optional("duration", time),
            detail: fields.inner("detail", call).unwrap_or_default(),
        })),
        TAG => Event::Tag(Tag {
            // Without it the tag would be the whole upload's.
            execution: match fields.any("execution") {
                Some(execution) => Some(
                    number(execution)
                        .map_err(|why| EventError::Malformed(format!("execution: {why}")))?,
                ),
                None => None,
            },
            key: fields.any("key").map(Json::into_owned),
            value: fields.any("value").map(Json::into_owned),
        }),
        PHASE => Event::Phase(Phase {
            execution: fields.need("execution", number)?,
            when: (&*fields.need("when", word)?).into(),
            outcome: (&**outcome.insert(fields.need("outcome", word)?)).into(),
            start: fields.optional("start", time),
            end: fields.optional("end", time),
            failures: fields.each_inner("failures", failure),
        }),
        TEST_FINISHED => Event::TestFinished(TestFinished {
            execution: fields.need("execution", number)?,
            time: fields.need("time", time)?,
            outcome: {
                outcome = fields.optional("outcome", word);
                outcome.as_deref().map(Into::into)
            },
            start: fields.optional("start", time),
            setup: fields.optional("setup", time),
            teardown: fields.optional("teardown", time),
            worker: fields.optional("worker", text),
        }),
        RESULT => Event::Result(EarlierResult {
            execution: fields.need("execution", number)?,
            result: Json::Object(fields.need("result", object)?).into_owned(),
        }),
        UPLOADED => Event::Uploaded(Uploaded {
            executions: fields.need("executions", ranges)?,
        }),
        EXPORTED => Event::Exported(Uploaded {
            executions: fields.need("executions", ranges)?,
        }),
        RUN_FINISHED => Event::RunFinished(RunFinished {
            time: fields.need("time", time)?,
            status: fields.optional("status", time),
        }),
        RUN_ABORTED => Event::RunAborted(RunAborted {
            time: fields.optional("time", time),
            reason: fields.optional("reason", text),
        }),
        _ => {
            return Ok(Parsed {
                unknown_fields: 0,
                unknown: vec![["event ", &*name].concat()],
                event: Event::Unknown(name.into_owned()),
                ignored: Vec::new(),
            });
        }
    };
    let mut unknown = fields.unknown_names(&name);
    unknown.extend(unknown_outcome(&event, outcome.as_deref()));
    let (unknown_fields, ignored) = fields.rest();
    Ok(Parsed {
        event,
        unknown_fields,
        unknown,
        ignored,
    })
}

/// A word that is no outcome, where nothing else makes a result of it: a phase that says why it did not
/// pass has failed, whatever its runner calls that.
fn unknown_outcome(event: &Event, word: Option<&str>) -> Option<String> {
    let is_unknown = match event {
        Event::Phase(phase) => phase.outcome == Outcome::Other && phase.failures.is_empty(),
        Event::TestFinished(test) => test.outcome == Some(Outcome::Other),
        _ => false,
    };
    let word = word.filter(|_| is_unknown)?;
    Some([event.name(), ".outcome ", word].concat())
}

fn call(fields: &mut Fields<'_>) -> Result<Call, &'static str> {
    Ok(Call {
        method: fields.optional("method", text),
        url: fields.optional("url", text),
        query: fields.optional("query", text),
        dialect: fields.optional("dialect", text),
        lib: fields.optional("lib", text),
        // In doubt it is: what was cut shows less.
        is_cut: !matches!(fields.any("cut"), None | Some(Json::Bool(false))),
    })
}

fn failure(fields: &mut Fields<'_>) -> Result<Failure, &'static str> {
    Ok(Failure {
        reason: fields.optional("reason", text),
        expanded: fields.each("expanded", text),
        backtrace: fields.each("backtrace", text),
        part: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn malformed(line: &str) -> String {
        match parse(line) {
            Err(EventError::Malformed(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_malformed_line_names_the_field() {
        assert_eq!(malformed(r#"{"execution":1}"#), "no event");
        assert_eq!(malformed(r#"{"event":"test-started"}"#), "no execution");
        let why = malformed(r#"{"event":"phase","execution":"one"}"#);
        assert_eq!(why, "execution: not a whole number from 0 to 2^53-1");
    }

    #[test]
    fn what_is_not_an_object_is_malformed() {
        for line in [
            "",
            "1",
            "[]",
            "nonsense",
            "{",
            "null",
            "\"event\"",
            r#"["coverage"]"#,
        ] {
            malformed(line);
        }
    }

    #[test]
    fn numbers_that_json_readers_disagree_on_are_malformed() {
        for time in [
            "NaN",
            "1e999",
            "1.5",
            "99999999999999999999",
            "9007199254740992",
        ] {
            malformed(&format!(
                r#"{{"event":"run-finished","time":{time},"status":0}}"#
            ));
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_unknown_whatever_its_fields() {
        let parsed = parse(r#"{"event":"coverage","execution":"all","time":{}}"#).unwrap();
        assert_eq!(parsed.event, Event::Unknown("coverage".into()));
    }

    #[test]
    fn a_field_of_the_wrong_type_that_can_be_missed_is_ignored() {
        let ignored = |line: &str| {
            let parsed = parse(line).unwrap();
            let of = |ignored: &Ignored| (ignored.field, ignored.why);
            (
                parsed.event,
                parsed.ignored.iter().map(of).collect::<Vec<_>>(),
            )
        };
        let phase = r#"{"event":"phase","execution":1,"when":"call","outcome":"failed""#;
        let line = format!(
            r#"{phase},"start":1.5,"failures":[["reason"],{{"reason":1,"expanded":["a",null,"b"]}}]}}"#
        );
        let (event, whys) = ignored(&line);
        let Event::Phase(phase) = event else {
            panic!("{event:?}")
        };
        assert_eq!(phase.start, None);
        assert_eq!(phase.failures.len(), 1);
        assert_eq!(phase.failures[0].expanded, ["a", "b"]);
        assert_eq!(
            whys,
            [
                ("start", "not a whole number between ±2^53"),
                ("failures", "not an object"),
                ("reason", "not a text"),
                ("expanded", "not a text"),
            ]
        );
        let id = "5e2b1c1e-0000-4000-8000-000000000000";
        let (event, whys) = ignored(&format!(
            r#"{{"event":"run-started","format":1,"id":"{id}","unix_time_ms":1795341600000.5,"collector":{{}},"runner":["pytest"],"git":{{"commits":[{{"message":"m"}},{{"sha":"s"}}]}},"settings":{{"key":5,"url":"u"}}}}"#
        ));
        let Event::RunStarted(run) = event else {
            panic!("{event:?}")
        };
        assert_eq!((run.collector, run.runner), (None, None));
        assert_eq!(run.git.unwrap().commits[0].sha, "s");
        assert_eq!(run.settings.texts().collect::<Vec<_>>(), [("url", "u")]);
        assert_eq!(
            whys,
            [
                ("unix_time_ms", "not a whole number from 0 to 2^53-1"),
                ("commits", "no sha"),
                ("key", "not a text"),
                ("collector", "no name"),
                ("runner", "not an object"),
            ]
        );
    }

    #[test]
    fn a_tag_of_no_number_is_not_a_tag_of_the_upload() {
        let why = malformed(r#"{"event":"tag","execution":"1","key":"a","value":"b"}"#);
        assert_eq!(why, "execution: not a whole number from 0 to 2^53-1");
    }

    #[test]
    fn a_line_has_a_greatest_length() {
        let line = |length: usize| {
            let start = r#"{"event":""#;
            format!("{start}{}\"}}", "x".repeat(length - start.len() - 2))
        };
        assert!(parse(&line(limits::LINE_BYTES)).is_ok());
        let why = malformed(&line(limits::LINE_BYTES + 1));
        assert_eq!(why, "longer than 8388608 bytes");
    }

    #[test]
    fn a_whole_number_may_be_written_as_a_float() {
        let line = r#"{"event":"test-finished","execution":1.0,"time":1e3}"#;
        let parsed = parse(line).unwrap();
        assert!(matches!(parsed.event, Event::TestFinished(test) if test.time == 1_000));
    }

    #[test]
    fn numbers_end_where_some_readers_round_them() {
        let line =
            |time: &str| format!(r#"{{"event":"test-finished","execution":1,"time":{time}}}"#);
        assert!(parse(&line("9007199254740991")).is_ok());
        malformed(&line("9007199254740992"));
        malformed(&line("9223372036854775807"));
    }

    #[test]
    fn null_is_an_absent_field() {
        let parsed = parse(r#"{"event":"run-finished","time":5,"status":null}"#).unwrap();
        assert!(matches!(parsed.event, Event::RunFinished(run) if run.status.is_none()));
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        let line =
            r#"{"event":"run-started","format":2,"id":"5e2b1c1e-0000-4000-8000-000000000000"}"#;
        assert_eq!(parse(line), Err(EventError::UnsupportedFormat(2)));
    }
}
