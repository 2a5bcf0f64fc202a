//! What the standard variables of OpenTelemetry say of a run's traces
//! (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).

use super::variables::Variables;
use crate::limits;
use crate::text::{split, split_once};

/// The variables that are wanted for traces.
pub const WANTED: [&str; 8] = [
    "BUILDKITE_ORGANIZATION_SLUG",
    "BUILDKITE_TAG",
    "BUILDKITE_TEST_ENGINE_SUITE_SLUG",
    "GITHUB_REF_TYPE",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SERVICE_NAME",
    "TRACEPARENT",
    "TRACESTATE",
];

/// The resource of a run's traces, as far as variables say it, and the span that the run belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telemetry {
    /// Attributes of the resource, each once: those of `OTEL_RESOURCE_ATTRIBUTES` count first.
    pub resource: Vec<(String, String)>,
    /// The span of the job.
    pub parent: Option<Parent>,
    /// How many pairs of `OTEL_RESOURCE_ATTRIBUTES` could not be read, or were too many.
    pub broken: u64,
}

/// A span of somebody else's trace (<https://www.w3.org/TR/trace-context/>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// The trace's id.
    pub trace_id: [u8; 16],
    /// The span's id.
    pub span_id: [u8; 8],
    /// The flags of W3C.
    pub flags: u8,
    /// What `TRACESTATE` says.
    pub state: String,
}

impl Telemetry {
    /// What variables say, and what is known by other names (`known`), which counts after them.
    pub fn new(variables: &Variables<'_>, known: &[(&str, Option<&str>)]) -> Self {
        let mut made = Self::default();
        let attributes = variables.get("OTEL_RESOURCE_ATTRIBUTES");
        for pair in split(attributes.unwrap_or_default(), ",") {
            match split_once(pair, "=").map(|(key, value)| (key.trim(), value.trim())) {
                Some((key, value)) if !key.is_empty() => made.set(key, &decoded(value)),
                _ => made.broken += u64::from(!pair.trim().is_empty()),
            }
        }
        if let Some(name) = variables.get("OTEL_SERVICE_NAME") {
            made.set("service.name", name);
        }
        let slugs = [
            ("service.name", "BUILDKITE_TEST_ENGINE_SUITE_SLUG"),
            ("service.namespace", "BUILDKITE_ORGANIZATION_SLUG"),
        ];
        let slugs = slugs.map(|(name, variable)| (name, variables.get(variable)));
        for (name, value) in slugs.iter().chain(known) {
            if let Some(value) = value
                && !made.has(name)
            {
                made.set(name, value);
            }
        }
        let state = variables.get("TRACESTATE").unwrap_or_default();
        made.parent = variables
            .get("TRACEPARENT")
            .and_then(|text| parent(text, state));
        made
    }

    /// Whether the resource has an attribute.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.resource.iter().any(|(known, _)| known == name)
    }

    fn set(&mut self, name: &str, value: &str) {
        let value = crate::text::shortened(value, limits::RESOURCE_CHARS).0;
        let mut known = self.resource.iter_mut();
        if let Some(place) = known.find(|(known, _)| known == name) {
            place.1 = value.into_owned();
        } else if self.resource.len() < limits::RESOURCE_ATTRIBUTES
            && name.len() <= limits::RUN_ENV_NAME_BYTES
        {
            self.resource.push((name.to_owned(), value.into_owned()));
        } else {
            self.broken += 1;
        }
    }
}

/// A text with its `%20` and the like as characters; what is no such escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..])
                if let (Some(high), Some(low)) = (digit(*high), digit(*low)) =>
            {
                bytes.push(high << 4 | low);
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// Reads a `TRACEPARENT`; one that breaks a rule is none.
fn parent(text: &str, state: &str) -> Option<Parent> {
    let text = text.as_bytes();
    let hex = |from: usize, bytes: &mut [u8]| -> Option<()> {
        for (byte, pair) in bytes.iter_mut().zip(text.get(from..)?.chunks(2)) {
            let [high, low] = pair else { return None };
            if pair.iter().any(u8::is_ascii_uppercase) {
                return None;
            }
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(())
    };
    let (mut version, mut flags) = ([0], [0]);
    let (mut trace_id, mut span_id) = ([0; 16], [0; 8]);
    let is_long = text.len() > 55;
    let dashes = [2, 35, 52]
        .iter()
        .all(|place| text.get(*place) == Some(&b'-'));
    hex(0, &mut version)?;
    hex(3, &mut trace_id)?;
    hex(36, &mut span_id)?;
    hex(53, &mut flags)?;
    let is_right = text.len() >= 55
        && dashes
        && version != [0xff]
        // A later version may have more behind it.
        && !(is_long && (version == [0] || text[55] != b'-'))
        && trace_id != [0; 16]
        && span_id != [0; 8];
    is_right.then(|| Parent {
        trace_id,
        span_id,
        flags: flags[0],
        state: crate::text::truncated(state, limits::RESOURCE_CHARS).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{self, Event};
    use serde_json::{Value, json};

    fn telemetry(environment: Value) -> Telemetry {
        let line = json!({"event": "run-started", "format": 1,
            "id": "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b", "environment": environment});
        let Event::RunStarted(run) = event::parse(&line.to_string()).unwrap().event else {
            panic!("no run-started");
        };
        Telemetry::new(
            &Variables::new(&run, true),
            &[("service.name", None), ("x", Some("y"))],
        )
    }

    fn resource(environment: Value) -> (Vec<(String, String)>, u64) {
        let made = telemetry(environment);
        (made.resource, made.broken)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |text: &&str| (*text).to_owned();
        pairs
            .iter()
            .map(|(key, value)| (own(key), own(value)))
            .collect()
    }

    #[test]
    fn the_resource_is_what_the_specification_says() {
        for (attributes, expected, broken) in [
            ("a=b", &[("a", "b"), ("x", "y")] as &[_], 0),
            ("", &[("x", "y")], 0),
            (" a = b%20c , ", &[("a", "b c"), ("x", "y")], 0),
            ("a=b=c,a=d", &[("a", "d"), ("x", "y")], 0),
            ("a,=b,c=%zz%4", &[("c", "%zz%4"), ("x", "y")], 2),
            ("x=mine", &[("x", "mine")], 0),
        ] {
            let made = resource(json!({"OTEL_RESOURCE_ATTRIBUTES": attributes}));
            assert_eq!(made, (pairs(expected), broken), "{attributes}");
        }
    }

    #[test]
    fn the_service_has_the_first_name_of_four() {
        let mut environment = json!({
            "OTEL_SERVICE_NAME": "named", "OTEL_RESOURCE_ATTRIBUTES": "service.name=attribute",
            "BUILDKITE_TEST_ENGINE_SUITE_SLUG": "suite",
        });
        for (variable, name) in [
            ("OTEL_SERVICE_NAME", "named"),
            ("OTEL_RESOURCE_ATTRIBUTES", "attribute"),
            ("BUILDKITE_TEST_ENGINE_SUITE_SLUG", "suite"),
        ] {
            let made = resource(environment.clone()).0;
            assert_eq!(made[0], ("service.name".to_owned(), name.to_owned()));
            environment.as_object_mut().unwrap().remove(variable);
        }
        assert!(!telemetry(environment).has("service.name"));
    }

    #[test]
    fn a_parent_is_what_w3c_says() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let span = "b7ad6b7169203331";
        let parse =
            |text: String| telemetry(json!({"TRACEPARENT": text, "TRACESTATE": "a=b"})).parent;
        let made = parse(format!("00-{trace}-{span}-01")).unwrap();
        assert_eq!(
            (made.trace_id[0], made.span_id[7], made.flags),
            (0x0a, 0x31, 1)
        );
        assert_eq!(made.state, "a=b");
        assert!(parse(format!("01-{trace}-{span}-00-more")).is_some());
        for broken in [
            format!("00-{trace}-{span}"),
            format!("ff-{trace}-{span}-01"),
            format!("00-{trace}-{span}-01-more"),
            format!("01-{trace}-{span}-01more"),
            format!("00-{}-{span}-01", trace.to_uppercase()),
            format!("00-{}-{span}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{trace}-{span}-0g"),
            format!("00_{trace}-{span}-01"),
            "x".to_owned(),
        ] {
            assert_eq!(parse(broken.clone()), None, "{broken}");
        }
    }
}
