//! The systems that the collectors before this one know: runs go on under the same keys.

use super::super::provider::{Provider, UNKNOWN};

pub const BUILDKITE: Provider = Provider {
    name: "buildkite",
    docs: "https://buildkite.com/docs/pipelines/configure/environment-variables",
    is_exact: true,
    detect: "BUILDKITE_BUILD_ID",
    key: &["{BUILDKITE_BUILD_ID}"],
    url: &["{BUILDKITE_BUILD_URL}"],
    branch: &["{BUILDKITE_BRANCH}"],
    commit_sha: &["{BUILDKITE_COMMIT}"],
    number: &["{BUILDKITE_BUILD_NUMBER}"],
    job_id: &["{BUILDKITE_JOB_ID}"],
    message: &["{BUILDKITE_MESSAGE}"],
    ..UNKNOWN
};

/// The names with dots are fields of the event's file, as GitHub's expressions name them.
pub const GITHUB_ACTIONS: Provider = Provider {
    name: "github_actions",
    docs: "https://docs.github.com/actions/reference/workflows-and-actions/variables",
    is_exact: true,
    detect: "GITHUB_ACTION and GITHUB_RUN_NUMBER and GITHUB_RUN_ATTEMPT",
    key: &["{GITHUB_ACTION}-{GITHUB_RUN_NUMBER}-{GITHUB_RUN_ATTEMPT}"],
    url: &[
        "{GITHUB_SERVER_URL|bare}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
        "https://github.com/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    ],
    branch: &["{GITHUB_HEAD_REF}", "{GITHUB_REF|ref}"],
    commit_sha: &[
        "{github.event.pull_request.head.sha} if settings.pull_request_head",
        "{GITHUB_SHA}",
    ],
    number: &["{GITHUB_RUN_NUMBER}"],
    message: &[
        "{TEST_ANALYTICS_COMMIT_MESSAGE}",
        "{github.event.head_commit.message}",
    ],
    ..UNKNOWN
};

pub const CIRCLECI: Provider = Provider {
    name: "circleci",
    docs: "https://circleci.com/docs/reference/variables/",
    is_exact: true,
    detect: "CIRCLE_BUILD_NUM and CIRCLE_WORKFLOW_ID",
    key: &["{CIRCLE_WORKFLOW_ID}-{CIRCLE_BUILD_NUM}"],
    url: &["{CIRCLE_BUILD_URL}"],
    branch: &["{CIRCLE_BRANCH}"],
    commit_sha: &["{CIRCLE_SHA1}"],
    number: &["{CIRCLE_BUILD_NUM}"],
    message: &["{TEST_ANALYTICS_COMMIT_MESSAGE}"],
    ..UNKNOWN
};
