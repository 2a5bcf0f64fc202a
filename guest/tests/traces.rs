//! Traces of runs made up by proptest: both encodings say the same, and keep their limits.

mod story;

use collector::encode::otlp::{Encoding, Settings};
use collector::limits;
use collector::run::{Outputs, Run};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest as Request;
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;
use prost::Message;
use story::{replays, stories};

/// All requests of a run, in an encoding.
fn requests(lines: &str, encoding: Encoding) -> Vec<Request> {
    let mut run = Run::new(Outputs {
        uploads: false,
        results: false,
    });
    run.keep_traces(Settings {
        encoding,
        service: "shop".to_owned(),
    });
    run.feed(lines);
    run.finish();
    let taken = std::iter::from_fn(|| run.take_traces(7));
    taken
        .map(|traces| {
            let request = match encoding {
                Encoding::Json => {
                    assert!(traces.body.len() <= limits::TRACES_BYTES);
                    serde_json::from_str(&traces.body).unwrap()
                }
                Encoding::Protobuf => {
                    let bytes = bytes(&traces.body);
                    assert!(bytes.len() <= limits::TRACES_BYTES);
                    Request::decode(bytes.as_slice()).unwrap()
                }
            };
            let roots = spans(&request).filter(|span| span.parent_span_id.is_empty());
            assert_eq!(roots.count(), traces.executions as usize);
            request
        })
        .collect()
}

fn spans(request: &Request) -> impl Iterator<Item = &Span> {
    let scopes = request
        .resource_spans
        .iter()
        .flat_map(|each| &each.scope_spans);
    scopes.flat_map(|scope| &scope.spans)
}

/// The bytes that Base64 stands for.
fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(|byte| match byte {
            b'A'..=b'Z' => u32::from(byte - b'A'),
            b'a'..=b'z' => u32::from(byte - b'a') + 26,
            b'0'..=b'9' => u32::from(byte - b'0') + 52,
            b'+' => 62,
            _ => 63,
        })
        .collect();
    let mut bytes = Vec::new();
    for four in digits.chunks(4) {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}

proptest! {
    #[test]
    fn both_encodings_say_the_same(story in prop_oneof![stories(), replays()]) {
        let lines = story.lines.join("\n");
        let protobuf = requests(&lines, Encoding::Protobuf);
        let json = requests(&lines, Encoding::Json);
        prop_assert_eq!(&protobuf, &json);
        let roots = protobuf.iter().flat_map(spans).filter(|span| span.parent_span_id.is_empty());
        prop_assert_eq!(roots.count(), story.started.len());
        for span in protobuf.iter().flat_map(spans) {
            prop_assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
            prop_assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
        }
    }
}

/// A test with more spans than a trace may have, each as large as its limits allow.
#[test]
fn a_hostile_test_is_within_the_limits() {
    let detail = "\\\"".repeat(limits::DETAIL_TEXT_CHARS);
    let mut lines = vec![
        story::RUN_STARTED.to_owned(),
        r#"{"event":"test-started","execution":1,"name":"n","time":0}"#.to_owned(),
    ];
    for number in 0..2_000 {
        let size = if number < 90 { detail.as_str() } else { "" };
        lines.push(format!(
            r#"{{"event":"span","execution":1,"section":"annotation","start":1,"end":{},"detail":{{"content":"{size}"}}}}"#,
            number + 2
        ));
    }
    let lines = lines.join("\n");
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let requests = requests(&lines, encoding);
        let all: Vec<_> = requests.iter().flat_map(spans).collect();
        assert!(all.len() > 30, "{}", all.len());
        assert!(all[0].events.len() <= limits::TRACE_EVENTS);
        // Some of the shortest are left out of every output.
        assert!(all[0].events.len() + all[0].dropped_events_count as usize > 1_900);
        let said = all[0]
            .attributes
            .iter()
            .any(|each| each.key == "test.spans.left_out");
        assert!(said);
    }
}
