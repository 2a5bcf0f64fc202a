//! CI systems of clouds, and what runs jobs in them.

use super::super::provider::{Provider, UNKNOWN};

/// CodeBuild as a stage of a pipeline, of whose run no variable says the id.
pub const AWS_CODEPIPELINE: Provider = Provider {
    name: "aws_codepipeline",
    detect: "CODEBUILD_BUILD_ID and CODEBUILD_INITIATOR=codepipeline/*",
    ..AWS_CODEBUILD
};

/// The builds of a batch have an id each. The version of a source that is no repository says
/// nothing of branch and commit.
pub const AWS_CODEBUILD: Provider = Provider {
    name: "aws_codebuild",
    docs: "https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html",
    detect: "CODEBUILD_BUILD_ID",
    key: &["{CODEBUILD_BUILD_ID}"],
    url: &[
        "{CODEBUILD_BUILD_URL or CODEBUILD_PUBLIC_BUILD_URL}",
        "https://{AWS_REGION}.console.aws.amazon.com/codebuild/home?region={AWS_REGION}#/builds/{CODEBUILD_BUILD_ID}/view/new",
    ],
    branch: &[
        "{CODEBUILD_WEBHOOK_HEAD_REF}",
        "{CODEBUILD_WEBHOOK_TRIGGER|-branch/} if CODEBUILD_WEBHOOK_TRIGGER=branch/*",
        "{CODEBUILD_WEBHOOK_TRIGGER|-tag/} if CODEBUILD_WEBHOOK_TRIGGER=tag/*",
        "{CODEBUILD_SOURCE_VERSION|source} if CODEBUILD_SOURCE_REPO_URL=*://* or CODEBUILD_SOURCE_REPO_URL=git@*",
    ],
    commit_sha: &["{CODEBUILD_RESOLVED_SOURCE_VERSION or CODEBUILD_SOURCE_VERSION|sha}"],
    number: &["{CODEBUILD_BUILD_NUMBER}"],
    job_id: &["{CODEBUILD_BATCH_BUILD_IDENTIFIER}"],
    ..UNKNOWN
};

/// Beside `BUILDER_OUTPUT` there are only the variables that the build's configuration maps.
pub const GOOGLE_CLOUD_BUILD: Provider = Provider {
    name: "google_cloud_build",
    docs: "https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values",
    detect: "BUILDER_OUTPUT or BUILD_ID and PROJECT_ID and not JENKINS_URL and not JENKINS_HOME",
    key: &["{BUILD_ID}"],
    url: &[
        "https://console.cloud.google.com/cloud-build/builds[;region={LOCATION}]/{BUILD_ID}?project={PROJECT_ID}",
    ],
    branch: &["{_HEAD_BRANCH or BRANCH_NAME or TAG_NAME or REF_NAME}"],
    commit_sha: &["{COMMIT_SHA or REVISION_ID}"],
    ..UNKNOWN
};

/// Nothing is set but what the task maps, by these names.
pub const TEKTON: Provider = Provider {
    name: "tekton",
    docs: "https://tekton.dev/docs/pipelines/variables/",
    detect: "TEKTON_PIPELINE_RUN",
    key: &["{TEKTON_PIPELINE_RUN}"],
    branch: &["{TEKTON_BRANCH}"],
    commit_sha: &["{TEKTON_COMMIT_SHA}"],
    ..UNKNOWN
};

/// Branch and commit are what the workflow maps, by these names.
pub const ARGO_WORKFLOWS: Provider = Provider {
    name: "argo_workflows",
    docs: "https://argo-workflows.readthedocs.io/en/latest/environment-variables/",
    detect: "ARGO_WORKFLOW_NAME or ARGO_WORKFLOW_UID",
    key: &["{ARGO_WORKFLOW_UID or ARGO_WORKFLOW_NAME}"],
    branch: &["{ARGO_BRANCH}"],
    commit_sha: &["{ARGO_COMMIT_SHA}"],
    job_id: &["{ARGO_NODE_ID}"],
    ..UNKNOWN
};

pub const SCALEWAY_JOBS: Provider = Provider {
    name: "scaleway_jobs",
    docs: "https://www.scaleway.com/en/docs/serverless-jobs/",
    detect: "SCW_SLS_RESOURCE_ID",
    key: &["{SCW_SLS_RESOURCE_ID}"],
    ..UNKNOWN
};
