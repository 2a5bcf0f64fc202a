//! The CI systems, in the order in which they are looked for.

use super::Provider;

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "buildkite",
        docs: "https://buildkite.com/docs/pipelines/configure/environment-variables",
        detect: &["BUILDKITE_BUILD_ID"],
        key: &["{BUILDKITE_BUILD_ID}"],
        url: &["{BUILDKITE_BUILD_URL}"],
        branch: &["{BUILDKITE_BRANCH}"],
        commit_sha: &["{BUILDKITE_COMMIT}"],
        number: &["{BUILDKITE_BUILD_NUMBER}"],
        job_id: &["{BUILDKITE_JOB_ID}"],
        message: &["{BUILDKITE_MESSAGE}"],
    },
    Provider {
        name: "github_actions",
        docs: "https://docs.github.com/actions/reference/workflows-and-actions/variables",
        detect: &["GITHUB_ACTION", "GITHUB_RUN_NUMBER", "GITHUB_RUN_ATTEMPT"],
        key: &["{GITHUB_ACTION}-{GITHUB_RUN_NUMBER}-{GITHUB_RUN_ATTEMPT}"],
        url: &["https://github.com/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"],
        branch: &["{GITHUB_HEAD_REF}", "{GITHUB_REF|ref}"],
        commit_sha: &["{GITHUB_SHA}"],
        number: &["{GITHUB_RUN_NUMBER}"],
        job_id: &[],
        message: &["{TEST_ANALYTICS_COMMIT_MESSAGE}"],
    },
    Provider {
        name: "circleci",
        docs: "https://circleci.com/docs/reference/variables/",
        detect: &["CIRCLE_BUILD_NUM", "CIRCLE_WORKFLOW_ID"],
        key: &["{CIRCLE_WORKFLOW_ID}-{CIRCLE_BUILD_NUM}"],
        url: &["{CIRCLE_BUILD_URL}"],
        branch: &["{CIRCLE_BRANCH}"],
        commit_sha: &["{CIRCLE_SHA1}"],
        number: &["{CIRCLE_BUILD_NUM}"],
        job_id: &[],
        message: &["{TEST_ANALYTICS_COMMIT_MESSAGE}"],
    },
];
