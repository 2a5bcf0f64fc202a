//! Uploads to Test Engine.

use std::env;
use std::io::Write;
use std::time::Duration;

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

/// Test Engine, and the token for it.
pub struct TestEngine {
    agent: Agent,
    url: String,
    authorization: String,
}

impl TestEngine {
    /// As the environment has it; none without a token.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let token = variable("BUILDKITE_ANALYTICS_TOKEN")?;
        let url = variable("BUILDKITE_ANALYTICS_API_URL").unwrap_or_else(|| API_URL.to_owned());
        let config = Agent::config_builder().timeout_global(Some(PATIENCE));
        Some(Self {
            agent: config.build().new_agent(),
            url: format!("{url}/uploads"),
            authorization: format!("Token token=\"{token}\""),
        })
    }

    /// Sends a body.
    ///
    /// # Errors
    ///
    /// Where it was not accepted.
    pub fn upload(&self, body: &str) -> Result<()> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(body.as_bytes())?;
        self.agent
            .post(&self.url)
            .header("Authorization", &self.authorization)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .send(gzip.finish()?)
            .with_context(|| self.url.clone())?;
        Ok(())
    }
}
