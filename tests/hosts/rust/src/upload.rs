//! Uploads to Test Engine.

use std::env;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use ureq::Agent;
use wasmtime::Result;
use wasmtime::error::Context;

/// Where Test Engine takes uploads
/// (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).
const API_URL: &str = "https://analytics-api.buildkite.com/v1";

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a run waits at its end for what is not uploaded, tries included.
const DEADLINE: Duration = Duration::from_secs(60);

/// How often a body is sent again, and how long that waits at first.
const RETRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What kept a body from being accepted.
struct Trouble {
    why: wasmtime::Error,
    /// Whether the same body may be accepted later.
    may_pass: bool,
    /// How long the server asks to wait.
    after: Option<Duration>,
}

/// Test Engine, and the token for it.
pub struct TestEngine {
    agent: Agent,
    url: String,
    authorization: String,
    until: Instant,
}

impl TestEngine {
    /// As the environment has it; none without a token.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        let variable = |name: &str| {
            let value = env::var(name).ok()?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let token = variable("BUILDKITE_ANALYTICS_TOKEN")?;
        let url = variable("BUILDKITE_ANALYTICS_API_URL").unwrap_or_else(|| API_URL.to_owned());
        let timeout = variable("BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT");
        let timeout = timeout.and_then(|seconds| seconds.parse().ok());
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false);
        Some(Self {
            agent: config.build().new_agent(),
            url: format!("{}/uploads", url.trim_end_matches('/')),
            until: Instant::now() + timeout.map_or(DEADLINE, Duration::from_secs_f64),
            authorization: format!("Token token=\"{token}\""),
        })
    }

    /// Sends a body, and sends it again where that may help.
    ///
    /// # Errors
    ///
    /// Where it was not accepted.
    pub fn upload(&self, body: &str) -> Result<()> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(body.as_bytes())?;
        let body = gzip.finish()?;
        let mut pause = FIRST_PAUSE;
        for retry in 0.. {
            let Err(trouble) = self.post(&body) else {
                break;
            };
            let wait = trouble.after.unwrap_or(pause);
            let is_in_time = Instant::now() + wait < self.until;
            if !trouble.may_pass || retry == RETRIES || !is_in_time {
                return Err(trouble.why).with_context(|| self.url.clone());
            }
            thread::sleep(wait);
            pause *= 2;
        }
        Ok(())
    }

    fn post(&self, body: &[u8]) -> Result<(), Trouble> {
        let request = self
            .agent
            .post(&self.url)
            .header("Authorization", &self.authorization)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip");
        let answer = request.send(body).map_err(|error| Trouble {
            why: error.into(),
            may_pass: true,
            after: None,
        })?;
        let status = answer.status().as_u16();
        if answer.status().is_success() {
            return Ok(());
        }
        let after = answer.headers().get("Retry-After");
        let after = after.and_then(|value| value.to_str().ok()?.parse().ok());
        Err(Trouble {
            why: wasmtime::Error::msg(format!("http status: {status}")),
            may_pass: [408, 409, 429].contains(&status) || status >= 500,
            after: after.map(Duration::from_secs),
        })
    }
}
