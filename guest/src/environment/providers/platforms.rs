//! Places that build and host applications, and run their tests on the way.

use super::super::provider::{Provider, UNKNOWN};

/// The `CI_NODE_INDEX` tells the parallel nodes of a run apart.
pub const HEROKU_CI: Provider = Provider {
    name: "heroku_ci",
    docs: "https://devcenter.heroku.com/articles/heroku-ci#immutable-environment-variables",
    detect: "HEROKU_TEST_RUN_ID",
    key: &["{HEROKU_TEST_RUN_ID}"],
    branch: &["{HEROKU_TEST_RUN_BRANCH}"],
    commit_sha: &["{HEROKU_TEST_RUN_COMMIT_VERSION}"],
    number: &["{HEROKU_TEST_RUN_NUMBER}"],
    job_id: &["{CI_NODE_INDEX}"],
    ..UNKNOWN
};

/// In a preview `BRANCH` is `pull/24/head`, and `HEAD` the branch.
pub const NETLIFY: Provider = Provider {
    name: "netlify",
    docs: "https://docs.netlify.com/build/configure-builds/environment-variables/",
    detect: "NETLIFY=true",
    key: &["{DEPLOY_ID or BUILD_ID}"],
    url: &["https://app.netlify.com/sites/{SITE_NAME}/deploys/{DEPLOY_ID}"],
    branch: &["{HEAD or BRANCH}"],
    commit_sha: &["{COMMIT_REF}"],
    ..UNKNOWN
};

pub const VERCEL: Provider = Provider {
    name: "vercel",
    docs: "https://vercel.com/docs/environment-variables/system-environment-variables",
    detect: "VERCEL or NOW_BUILDER",
    key: &["{VERCEL_DEPLOYMENT_ID}"],
    url: &["https://{VERCEL_URL}"],
    branch: &["{VERCEL_GIT_COMMIT_REF}"],
    commit_sha: &["{VERCEL_GIT_COMMIT_SHA}"],
    message: &["{VERCEL_GIT_COMMIT_MESSAGE}"],
    ..UNKNOWN
};

pub const RENDER: Provider = Provider {
    name: "render",
    docs: "https://render.com/docs/environment-variables",
    detect: "RENDER=true",
    branch: &["{RENDER_GIT_BRANCH}"],
    commit_sha: &["{RENDER_GIT_COMMIT}"],
    ..UNKNOWN
};

pub const CLOUDFLARE_PAGES: Provider = Provider {
    name: "cloudflare_pages",
    docs: "https://developers.cloudflare.com/pages/configuration/build-configuration/#environment-variables",
    detect: "CF_PAGES=1",
    url: &["{CF_PAGES_URL}"],
    branch: &["{CF_PAGES_BRANCH}"],
    commit_sha: &["{CF_PAGES_COMMIT_SHA}"],
    ..UNKNOWN
};

pub const CLOUDFLARE_WORKERS: Provider = Provider {
    name: "cloudflare_workers",
    docs: "https://developers.cloudflare.com/workers/ci-cd/builds/configuration/#environment-variables",
    detect: "WORKERS_CI=1",
    key: &["{WORKERS_CI_BUILD_UUID}"],
    branch: &["{WORKERS_CI_BRANCH}"],
    commit_sha: &["{WORKERS_CI_COMMIT_SHA}"],
    ..UNKNOWN
};
