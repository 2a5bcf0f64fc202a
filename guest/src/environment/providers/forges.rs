//! CI systems of those who host code.

use super::super::provider::{Provider, UNKNOWN};

pub const FORGEJO_ACTIONS: Provider = Provider {
    name: "forgejo_actions",
    docs: "https://forgejo.org/docs/latest/user/actions/reference/",
    detect: "FORGEJO_ACTIONS",
    url: &["{GITHUB_SERVER_URL|bare}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_NUMBER}"],
    ..GITEA_ACTIONS
};

/// A run's page has the number of the run before Gitea 1.26, and the id since.
pub const GITEA_ACTIONS: Provider = Provider {
    name: "gitea_actions",
    docs: "https://docs.gitea.com/usage/actions/actions-variables",
    detect: "GITEA_ACTIONS",
    key: &["{GITHUB_RUN_ID}[-{GITHUB_RUN_ATTEMPT|again}]"],
    url: &["{GITHUB_SERVER_URL|bare}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"],
    branch: &["{GITHUB_HEAD_REF or GITHUB_REF or GITHUB_REF_NAME}"],
    commit_sha: &["{GITHUB_SHA}"],
    number: &["{GITHUB_RUN_NUMBER}"],
    job_id: &["{GITHUB_JOB}"],
    message: &["{TEST_ANALYTICS_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

/// A job that is tried again has the pipeline's id as before.
pub const GITLAB_CI: Provider = Provider {
    name: "gitlab_ci",
    docs: "https://docs.gitlab.com/ci/variables/predefined_variables/",
    detect: "GITLAB_CI",
    key: &["{CI_PIPELINE_ID}"],
    url: &[
        "{CI_PIPELINE_URL}",
        "{CI_PROJECT_URL|bare}/-/pipelines/{CI_PIPELINE_ID}",
    ],
    branch: &[
        "{CI_MERGE_REQUEST_SOURCE_BRANCH_NAME}",
        "{CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME}",
        "{CI_COMMIT_BRANCH or CI_COMMIT_TAG or CI_COMMIT_REF_NAME or CI_BUILD_REF_NAME}",
    ],
    commit_sha: &[
        "{CI_MERGE_REQUEST_SOURCE_BRANCH_SHA}",
        "{CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA}",
        "{CI_COMMIT_SHA or CI_BUILD_REF}",
    ],
    number: &["{CI_PIPELINE_IID}"],
    job_id: &["{CI_JOB_ID or CI_BUILD_ID}"],
    message: &["{CI_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

pub const BITBUCKET_PIPELINES: Provider = Provider {
    name: "bitbucket_pipelines",
    docs: "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
    detect: "BITBUCKET_BUILD_NUMBER",
    key: &[
        "{BITBUCKET_PIPELINE_UUID|unbraced}[-{BITBUCKET_STEP_RUN_NUMBER|again}]",
        "{BITBUCKET_REPO_FULL_NAME}-{BITBUCKET_BUILD_NUMBER}[-{BITBUCKET_STEP_RUN_NUMBER|again}]",
    ],
    url: &[
        "https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    ],
    branch: &["{BITBUCKET_BRANCH or BITBUCKET_TAG or BITBUCKET_BOOKMARK}"],
    commit_sha: &["{BITBUCKET_COMMIT}"],
    number: &["{BITBUCKET_BUILD_NUMBER}"],
    job_id: &["{BITBUCKET_STEP_UUID|unbraced}"],
    ..UNKNOWN
};

/// The source branch is a full ref where the code lies at Azure, and a name where at GitHub.
pub const AZURE_PIPELINES: Provider = Provider {
    name: "azure_pipelines",
    docs: "https://learn.microsoft.com/azure/devops/pipelines/build/variables",
    detect: "TF_BUILD",
    key: &["{BUILD_BUILDID}[-{SYSTEM_STAGEATTEMPT|again}]"],
    url: &[
        "{SYSTEM_COLLECTIONURI or SYSTEM_TEAMFOUNDATIONCOLLECTIONURI or SYSTEM_TEAMFOUNDATIONSERVERURI|bare}/{SYSTEM_TEAMPROJECTID or SYSTEM_TEAMPROJECT|quoted}/_build/results?buildId={BUILD_BUILDID}",
    ],
    branch: &["{SYSTEM_PULLREQUEST_SOURCEBRANCH or BUILD_SOURCEBRANCH or BUILD_SOURCEBRANCHNAME}"],
    commit_sha: &["{SYSTEM_PULLREQUEST_SOURCECOMMITID or BUILD_SOURCEVERSION}"],
    number: &["{BUILD_BUILDNUMBER or BUILD_BUILDID}"],
    job_id: &["{SYSTEM_JOBID}"],
    message: &["{BUILD_SOURCEVERSIONMESSAGE}"],
    ..UNKNOWN
};

pub const SOURCEHUT: Provider = Provider {
    name: "sourcehut",
    docs: "https://man.sr.ht/builds.sr.ht/",
    detect: "CI_NAME=sourcehut",
    key: &["{JOB_ID}"],
    url: &["{JOB_URL}"],
    branch: &["{GIT_REF}"],
    ..UNKNOWN
};
