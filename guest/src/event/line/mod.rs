//! How a line is read: from the fields of its JSON to the event that it says.

mod run_started;

use super::error::EventError;
use super::fields::Fields;
use super::run::{EarlierResult, RunAborted, RunFinished, Uploaded};
use super::test::{Failure, Phase, Span, Tag, TestFinished, TestStarted};
use super::{
    Event, PHASE, RESULT, RUN_ABORTED, RUN_FINISHED, RUN_STARTED, SPAN, TAG, TEST_FINISHED,
    TEST_STARTED, UPLOADED,
};

/// A line's event, and how much of the line was not understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The event.
    pub event: Event,
    /// Fields that this version does not know.
    pub unknown_fields: u64,
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
    let mut fields = Fields::parse(line)?;
    let name = fields.need("event", Fields::word)?;
    let event = match &*name {
        RUN_STARTED => Event::RunStarted(Box::new(run_started::read(&mut fields)?)),
        TEST_STARTED => Event::TestStarted(TestStarted {
            execution: fields.need("execution", Fields::number)?,
            scope: fields.text("scope")?.unwrap_or_default(),
            name: fields.need("name", Fields::text)?,
            file: fields.text("file")?,
            line: fields.number("line")?,
            time: fields.need("time", Fields::time)?,
        }),
        SPAN => Event::Span(Span {
            execution: fields.need("execution", Fields::number)?,
            section: fields.need("section", Fields::text)?,
            start: fields.time("start")?,
            end: fields.time("end")?,
            duration: fields.time("duration")?,
            detail: fields.any("detail"),
            id: fields.number("id")?,
            parent: fields.number("parent")?,
        }),
        TAG => Event::Tag(Tag {
            execution: fields.number("execution")?,
            key: fields.any("key"),
            value: fields.any("value"),
        }),
        PHASE => Event::Phase(Phase {
            execution: fields.need("execution", Fields::number)?,
            when: (&*fields.need("when", Fields::word)?).into(),
            outcome: (&*fields.need("outcome", Fields::word)?).into(),
            start: fields.time("start")?,
            end: fields.time("end")?,
            failures: fields.each("failures", failure)?,
        }),
        TEST_FINISHED => Event::TestFinished(TestFinished {
            execution: fields.need("execution", Fields::number)?,
            time: fields.need("time", Fields::time)?,
            outcome: fields.word("outcome")?.map(|word| (&*word).into()),
            start: fields.time("start")?,
        }),
        RESULT => Event::Result(EarlierResult {
            execution: fields.need("execution", Fields::number)?,
            result: fields.need("result", Fields::object)?,
        }),
        UPLOADED => Event::Uploaded(Uploaded {
            executions: fields.need("executions", Fields::ranges)?,
        }),
        RUN_FINISHED => Event::RunFinished(RunFinished {
            time: fields.need("time", Fields::time)?,
            status: fields.time("status")?,
        }),
        RUN_ABORTED => Event::RunAborted(RunAborted {
            time: fields.time("time")?,
            reason: fields.text("reason")?,
        }),
        _ => {
            return Ok(Parsed {
                event: Event::Unknown(name.into_owned()),
                unknown_fields: 0,
            });
        }
    };
    Ok(Parsed {
        event,
        unknown_fields: fields.left(),
    })
}

fn failure(fields: &mut Fields<'_>) -> Result<Failure, EventError> {
    Ok(Failure {
        reason: fields.text("reason")?,
        expanded: fields.texts("expanded")?,
        backtrace: fields.texts("backtrace")?,
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
        assert_eq!(why, "execution: not a whole number");
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
        for time in ["NaN", "1e999", "1.5", "99999999999999999999"] {
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
    fn an_array_is_no_object() {
        let phase = r#"{"event":"phase","execution":1,"when":"call","outcome":"failed""#;
        malformed(&format!(r#"{phase},"failures":[["reason"]]}}"#));
        let id = "5e2b1c1e-0000-4000-8000-000000000000";
        let run = format!(r#"{{"event":"run-started","format":1,"id":"{id}""#);
        malformed(&format!(r#"{run},"runner":["pytest","9.2.0"]}}"#));
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
