//! CI systems that people run themselves.

use super::super::provider::{Provider, UNKNOWN};

/// Older versions call a pipeline a build.
pub const WOODPECKER: Provider = Provider {
    name: "woodpecker",
    docs: "https://woodpecker-ci.org/docs/usage/environment",
    detect: "CI=woodpecker or CI_SYSTEM_NAME=woodpecker",
    key: &["{CI_REPO}-{CI_PIPELINE_NUMBER or CI_BUILD_NUMBER}"],
    url: &["{CI_PIPELINE_URL or CI_BUILD_LINK}"],
    branch: &["{CI_COMMIT_SOURCE_BRANCH or CI_COMMIT_TAG or CI_COMMIT_BRANCH or CI_COMMIT_REF}"],
    commit_sha: &["{CI_COMMIT_SHA}"],
    number: &["{CI_PIPELINE_NUMBER or CI_BUILD_NUMBER}"],
    job_id: &["{CI_STEP_NUMBER or CI_JOB_NUMBER}"],
    message: &["{CI_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

/// `CI_BUILD_LINK` is a page of the forge, not of the build.
pub const DRONE: Provider = Provider {
    name: "drone",
    docs: "https://docs.drone.io/pipeline/environment/reference/",
    detect: "DRONE or CI=drone",
    key: &["{DRONE_REPO}-{DRONE_BUILD_NUMBER}"],
    url: &["{DRONE_BUILD_LINK}"],
    branch: &["{DRONE_TAG or DRONE_BRANCH or DRONE_COMMIT_BRANCH or DRONE_COMMIT_REF}"],
    pull_request: "DRONE_BUILD_EVENT=pull_request or DRONE_PULL_REQUEST",
    pull_request_branch: &["{DRONE_SOURCE_BRANCH or DRONE_COMMIT_REF}"],
    commit_sha: &["{DRONE_COMMIT_SHA or DRONE_COMMIT}"],
    number: &["{DRONE_BUILD_NUMBER}"],
    job_id: &[
        "{DRONE_STAGE_NUMBER}[.{DRONE_STEP_NUMBER}]",
        "{DRONE_STEP_NUMBER or DRONE_JOB_NUMBER}",
    ],
    message: &["{DRONE_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

/// Branches have the name of their remote before them.
pub const SCREWDRIVER: Provider = Provider {
    name: "screwdriver",
    docs: "https://docs.screwdriver.cd/user-guide/environment-variables",
    detect: "SCREWDRIVER=true",
    key: &["{SD_EVENT_ID or SD_BUILD_ID}"],
    url: &["{SD_UI_BUILD_URL}"],
    branch: &["{GIT_BRANCH|-origin/,upstream/}"],
    pull_request: "SD_PULL_REQUEST",
    pull_request_branch: &["{PR_BRANCH_NAME or GIT_BRANCH|-origin/,upstream/}"],
    commit_sha: &["{SD_BUILD_SHA}"],
    job_id: &["{SD_BUILD_ID}"],
    ..UNKNOWN
};

pub const BAMBOO: Provider = Provider {
    name: "bamboo",
    docs: "https://confluence.atlassian.com/bamboo/bamboo-variables-289277087.html",
    detect: "bamboo_buildKey or bamboo_planKey",
    key: &["{bamboo_planKey}-{bamboo_buildNumber}"],
    url: &["{bamboo_resultsUrl}"],
    branch: &["{bamboo_repository_pr_sourceBranch or bamboo_planRepository_branchName}"],
    commit_sha: &["{bamboo_planRepository_revision}"],
    number: &["{bamboo_buildNumber}"],
    job_id: &["{bamboo_shortJobKey}"],
    ..UNKNOWN
};

pub const VELA: Provider = Provider {
    name: "vela",
    docs: "https://go-vela.github.io/docs/reference/environment/variables/",
    detect: "VELA",
    key: &["{VELA_REPO_FULL_NAME}-{VELA_BUILD_NUMBER}"],
    url: &["{VELA_BUILD_LINK}"],
    branch: &["{VELA_PULL_REQUEST_SOURCE or VELA_BUILD_TAG or VELA_BUILD_BRANCH}"],
    commit_sha: &["{VELA_BUILD_COMMIT}"],
    number: &["{VELA_BUILD_NUMBER}"],
    message: &["{VELA_BUILD_MESSAGE}"],
    ..UNKNOWN
};

/// The stage's counter is its attempt.
pub const GOCD: Provider = Provider {
    name: "gocd",
    docs: "https://docs.gocd.org/current/faq/dev_use_current_revision_in_build.html",
    detect: "GO_SERVER_URL and GO_PIPELINE_NAME",
    key: &["{GO_PIPELINE_NAME}/{GO_PIPELINE_COUNTER}/{GO_STAGE_NAME}/{GO_STAGE_COUNTER}"],
    url: &[
        "{GO_SERVER_URL|bare}/pipelines/{GO_PIPELINE_NAME}/{GO_PIPELINE_COUNTER}/{GO_STAGE_NAME}/{GO_STAGE_COUNTER}",
    ],
    commit_sha: &["{GO_REVISION}"],
    number: &["{GO_PIPELINE_COUNTER}"],
    job_id: &["{GO_JOB_NAME}"],
    ..UNKNOWN
};

pub const PROW: Provider = Provider {
    name: "prow",
    docs: "https://docs.prow.k8s.io/docs/jobs/",
    detect: "PROW_JOB_ID",
    key: &["{PROW_JOB_ID}"],
    branch: &["{PULL_HEAD_REF or PULL_BASE_REF}"],
    commit_sha: &["{PULL_PULL_SHA or PULL_BASE_SHA}"],
    number: &["{BUILD_ID}"],
    ..UNKNOWN
};

/// The names with dots are properties of the build, in a file that the agent writes. `LOCAL` is
/// what an IDE says when it runs tests. The `BUILD_NUMBER` alone is any text, and no id.
pub const TEAMCITY: Provider = Provider {
    name: "teamcity",
    docs: "https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html",
    detect: "TEAMCITY_VERSION!=LOCAL",
    key: &[
        "{teamcity.build.id or BUILD_URL}",
        "{TEAMCITY_PROJECT_NAME}-{TEAMCITY_BUILDCONF_NAME}-{BUILD_NUMBER}",
    ],
    url: &[
        "{BUILD_URL}",
        "{teamcity.serverUrl|bare}/viewLog.html?buildId={teamcity.build.id}",
    ],
    branch: &[
        "{TEAMCITY_PULLREQUEST_SOURCE_BRANCH}",
        "{teamcity.pullRequest.source.branch}",
        "{TEAMCITY_BUILD_BRANCH}",
        "{BRANCH_NAME}",
        "{teamcity.build.branch}",
    ],
    no_branch: &["<default>"],
    commit_sha: &["{BUILD_VCS_NUMBER}"],
    number: &["{BUILD_NUMBER}"],
    ..UNKNOWN
};

/// `JENKINS_URL` is missing where nobody has told the server its address. In a multibranch job
/// `BRANCH_NAME` is `PR-24` in a pull request.
pub const JENKINS: Provider = Provider {
    name: "jenkins",
    docs: "https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables",
    detect: "JENKINS_URL or HUDSON_URL or JENKINS_HOME and BUILD_TAG",
    key: &["{BUILD_TAG}", "{JOB_NAME}-{BUILD_NUMBER}", "{BUILD_URL}"],
    url: &["{BUILD_URL}"],
    branch: &[
        "{ghprbSourceBranch}",
        "{gitlabSourceBranch}",
        "{CHANGE_BRANCH}",
        "{TAG_NAME}",
        "{BRANCH_NAME}",
        "{GIT_LOCAL_BRANCH}",
        "{GIT_BRANCH|-origin/|-tags/}",
        "{gitlabBranch}",
    ],
    no_branch: &["detached"],
    commit_sha: &["{ghprbActualCommit or GIT_COMMIT}"],
    number: &["{BUILD_NUMBER}"],
    ..UNKNOWN
};
