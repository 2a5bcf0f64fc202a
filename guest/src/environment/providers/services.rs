//! CI systems that run for everybody.

use super::super::provider::{Provider, UNKNOWN};

pub const HARNESS: Provider = Provider {
    name: "harness",
    docs: "https://developer.harness.io/docs/continuous-integration/troubleshoot-ci/ci-env-var/",
    detect: "HARNESS_EXECUTION_ID or HARNESS_BUILD_ID",
    key: &[
        "{HARNESS_EXECUTION_ID}",
        "{HARNESS_PIPELINE_ID}-{HARNESS_BUILD_ID}",
    ],
    url: &["{CI_BUILD_LINK or DRONE_BUILD_LINK}"],
    branch: &["{DRONE_TAG or DRONE_BRANCH or DRONE_COMMIT_BRANCH or CI_COMMIT_BRANCH}"],
    pull_request: "DRONE_BUILD_EVENT=pull_request or DRONE_PULL_REQUEST",
    pull_request_branch: &["{DRONE_SOURCE_BRANCH}"],
    commit_sha: &["{DRONE_COMMIT_SHA or CI_COMMIT_SHA or DRONE_COMMIT}"],
    number: &["{HARNESS_BUILD_ID}"],
    job_id: &["{HARNESS_STAGE_ID}"],
    message: &["{DRONE_COMMIT_MESSAGE or CI_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

/// Variables reach the tests only with `TEST_RUNNER_` before their names.
pub const XCODE_CLOUD: Provider = Provider {
    name: "xcodeCloud",
    docs: "https://developer.apple.com/documentation/xcode/environment-variable-reference",
    detect: "CI_XCODE_CLOUD or CI_XCODE_PROJECT",
    key: &["{CI_BUILD_ID}"],
    url: &["{CI_BUILD_URL or CI_PULL_REQUEST_HTML_URL}"],
    branch: &["{CI_PULL_REQUEST_SOURCE_BRANCH or CI_TAG or CI_BRANCH or CI_GIT_REF}"],
    commit_sha: &["{CI_COMMIT}"],
    number: &["{CI_BUILD_NUMBER}"],
    ..UNKNOWN
};

/// A restart keeps all ids, and says only that it is one. Shippable says that it is Travis.
pub const TRAVIS_CI: Provider = Provider {
    name: "travis_ci",
    docs: "https://docs.travis-ci.com/user/environment-variables/",
    detect: "TRAVIS and not SHIPPABLE",
    key: &[
        "{TRAVIS_BUILD_ID}-restarted if TRAVIS_JOB_RESTARTED",
        "{TRAVIS_BUILD_ID}",
    ],
    url: &["{TRAVIS_BUILD_WEB_URL}"],
    branch: &["{TRAVIS_PULL_REQUEST_BRANCH or TRAVIS_BRANCH}"],
    commit_sha: &["{TRAVIS_PULL_REQUEST_SHA or TRAVIS_COMMIT}"],
    number: &["{TRAVIS_BUILD_NUMBER}"],
    job_id: &["{TRAVIS_JOB_ID}"],
    message: &["{TRAVIS_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

pub const APPVEYOR: Provider = Provider {
    name: "appveyor",
    docs: "https://www.appveyor.com/docs/environment-variables/",
    detect: "APPVEYOR",
    key: &[
        "{APPVEYOR_BUILD_ID}-rerun if APPVEYOR_RE_RUN_INCOMPLETE",
        "{APPVEYOR_BUILD_ID}",
    ],
    url: &[
        "{APPVEYOR_URL|bare}/project/{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}/builds/{APPVEYOR_BUILD_ID}",
        "https://ci.appveyor.com/project/{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}/builds/{APPVEYOR_BUILD_ID}",
    ],
    branch: &[
        "{APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH or APPVEYOR_REPO_TAG_NAME or APPVEYOR_REPO_BRANCH}",
    ],
    commit_sha: &["{APPVEYOR_PULL_REQUEST_HEAD_COMMIT or APPVEYOR_REPO_COMMIT}"],
    number: &["{APPVEYOR_BUILD_NUMBER}"],
    job_id: &["{APPVEYOR_JOB_ID}"],
    message: &["{APPVEYOR_REPO_COMMIT_MESSAGE}[\n{APPVEYOR_REPO_COMMIT_MESSAGE_EXTENDED}]"],
    ..UNKNOWN
};

/// The pipeline's id tells a rebuild of a part of it from the first build, the workflow's does not.
pub const SEMAPHORE: Provider = Provider {
    name: "semaphore",
    docs: "https://docs.semaphore.io/reference/env-vars",
    detect: "SEMAPHORE",
    key: &["{SEMAPHORE_PIPELINE_ID or SEMAPHORE_WORKFLOW_ID or SEMAPHORE_BUILD_NUMBER}"],
    url: &["{SEMAPHORE_ORGANIZATION_URL|bare}/workflows/{SEMAPHORE_WORKFLOW_ID}"],
    branch: &[
        "{SEMAPHORE_GIT_PR_BRANCH or SEMAPHORE_GIT_WORKING_BRANCH}",
        "{SEMAPHORE_GIT_TAG_NAME or SEMAPHORE_GIT_BRANCH or BRANCH_NAME}",
    ],
    commit_sha: &["{SEMAPHORE_GIT_PR_SHA or SEMAPHORE_GIT_SHA or REVISION}"],
    number: &["{SEMAPHORE_WORKFLOW_NUMBER or SEMAPHORE_BUILD_NUMBER}"],
    job_id: &["{SEMAPHORE_JOB_ID}"],
    ..UNKNOWN
};

pub const CODEFRESH: Provider = Provider {
    name: "codefresh",
    docs: "https://codefresh.io/docs/docs/pipelines/variables/",
    detect: "CF_BUILD_ID",
    key: &["{CF_BUILD_ID}"],
    url: &["{CF_BUILD_URL}"],
    branch: &["{CF_BRANCH}"],
    commit_sha: &["{CF_REVISION}"],
    job_id: &["{CF_STEP_NAME}"],
    message: &["{CF_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

/// A run was an execution until 2024.
pub const BUDDY: Provider = Provider {
    name: "buddy",
    docs: "https://buddy.works/docs/pipelines/environment-variables",
    detect: "BUDDY or BUDDY_WORKSPACE_ID",
    key: &["{BUDDY_PIPELINE_ID}-{BUDDY_RUN_ID or BUDDY_EXECUTION_ID}"],
    url: &["{BUDDY_RUN_URL or BUDDY_EXECUTION_URL}"],
    branch: &[
        "{BUDDY_RUN_PR_HEAD_BRANCH or BUDDY_EXECUTION_PULL_REQUEST_HEAD_BRANCH}",
        "{BUDDY_RUN_BRANCH or BUDDY_EXECUTION_BRANCH}",
        "{BUDDY_RUN_TAG or BUDDY_EXECUTION_TAG}",
    ],
    commit_sha: &["{BUDDY_RUN_COMMIT or BUDDY_EXECUTION_REVISION}"],
    number: &["{BUDDY_RUN_ID or BUDDY_EXECUTION_ID}"],
    job_id: &["{BUDDY_ACTION_ID}"],
    message: &["{BUDDY_RUN_COMMIT_MESSAGE or BUDDY_EXECUTION_REVISION_MESSAGE}"],
    ..UNKNOWN
};

/// `BITRISEIO_PULL_REQUEST_HEAD_BRANCH` is `pull/24/head`.
pub const BITRISE: Provider = Provider {
    name: "bitrise",
    docs: "https://docs.bitrise.io/en/bitrise-ci/references/available-environment-variables.html",
    detect: "BITRISE_IO or BITRISE_BUILD_SLUG",
    key: &["{BITRISEIO_PIPELINE_ID or BITRISE_BUILD_SLUG}"],
    url: &["{BITRISEIO_PIPELINE_BUILD_URL or BITRISE_BUILD_URL}"],
    branch: &["{BITRISE_GIT_BRANCH or BITRISE_GIT_TAG}"],
    commit_sha: &["{BITRISE_GIT_COMMIT or GIT_CLONE_COMMIT_HASH}"],
    number: &["{BITRISE_BUILD_NUMBER}"],
    job_id: &["{BITRISE_BUILD_SLUG}"],
    message: &[
        "{BITRISE_GIT_MESSAGE}",
        "{GIT_CLONE_COMMIT_MESSAGE_SUBJECT}[\n\n{GIT_CLONE_COMMIT_MESSAGE_BODY}]",
    ],
    ..UNKNOWN
};

/// In a pull request the branch is `pull/24`: no variable has the head's.
pub const CIRRUS_CI: Provider = Provider {
    name: "cirrus_ci",
    docs: "https://cirrus-ci.org/guide/writing-tasks/#environment-variables",
    detect: "CIRRUS_CI",
    key: &["{CIRRUS_BUILD_ID}"],
    url: &["https://cirrus-ci.com/build/{CIRRUS_BUILD_ID}"],
    branch: &["{CIRRUS_TAG or CIRRUS_BRANCH}"],
    commit_sha: &["{CIRRUS_CHANGE_IN_REPO}"],
    job_id: &["{CIRRUS_TASK_ID}"],
    message: &["{CIRRUS_CHANGE_MESSAGE}"],
    ..UNKNOWN
};

pub const CODEMAGIC: Provider = Provider {
    name: "codemagic",
    docs: "https://docs.codemagic.io/yaml-basic-configuration/environment-variables/",
    detect: "CM_BUILD_ID",
    key: &["{CM_BUILD_ID}"],
    url: &["https://codemagic.io/app/{CM_PROJECT_ID}/build/{CM_BUILD_ID}"],
    branch: &["{CM_TAG or CM_BRANCH}"],
    pull_request: "CM_PULL_REQUEST",
    pull_request_branch: &["{CM_BRANCH}"],
    commit_sha: &["{CM_COMMIT}"],
    number: &["{PROJECT_BUILD_NUMBER or BUILD_NUMBER}"],
    ..UNKNOWN
};

/// It is no more.
pub const SAIL: Provider = Provider {
    name: "sail",
    docs: "https://sail.ci/docs/environment-variables",
    detect: "SAILCI",
    branch: &["{SAIL_COMMIT_BRANCH or SAIL_COMMIT_REF}"],
    commit_sha: &["{SAIL_COMMIT_SHA}"],
    ..UNKNOWN
};

pub const CODESHIP: Provider = Provider {
    name: "codeship",
    docs: "https://docs.cloudbees.com/docs/cloudbees-codeship/latest/basic-builds-and-configuration/set-environment-variables",
    detect: "CI_NAME=codeship",
    key: &["{CI_BUILD_ID or CI_BUILD_NUMBER}"],
    url: &[
        "{CI_BUILD_URL}",
        "{CI_PULL_REQUEST} if CI_PULL_REQUEST=http*",
    ],
    branch: &["{CI_BRANCH}"],
    commit_sha: &["{CI_COMMIT_ID}"],
    number: &["{CI_BUILD_NUMBER}"],
    message: &["{CI_COMMIT_MESSAGE or CI_MESSAGE}"],
    ..UNKNOWN
};

/// A task that is tried again keeps the run's id.
pub const RWX: Provider = Provider {
    name: "rwx",
    docs: "https://www.rwx.com/docs/rwx/environment-variables",
    detect: "RWX=true",
    key: &["{RWX_RUN_ID}[-{RWX_TASK_ATTEMPT_NUMBER|again}]"],
    url: &["{RWX_RUN_URL}"],
    branch: &["{RWX_GIT_REF_NAME}"],
    commit_sha: &["{RWX_GIT_COMMIT_SHA}"],
    job_id: &["{RWX_TASK_ID}"],
    message: &["{RWX_GIT_COMMIT_MESSAGE}"],
    ..UNKNOWN
};
