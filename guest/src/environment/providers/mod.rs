//! The CI systems, in the order in which they are looked for.
//!
//! The order matters where one system exports the variables of another, or hosts its runners: the
//! one that runs the tests comes first.

mod clouds;
mod established;
mod forges;
mod platforms;
mod servers;
mod services;

use super::provider::Provider;

/// All of them. A run in none of these is `generic`.
pub const PROVIDERS: &[&Provider] = &[
    &established::BUILDKITE,
    // Forgejo and Gitea export GitHub's variables, and Forgejo Gitea's marker.
    &forges::FORGEJO_ACTIONS,
    &forges::GITEA_ACTIONS,
    &established::GITHUB_ACTIONS,
    &established::CIRCLECI,
    &forges::GITLAB_CI,
    // Woodpecker and Harness export Drone's variables.
    &servers::WOODPECKER,
    &services::HARNESS,
    &servers::DRONE,
    &services::XCODE_CLOUD,
    &forges::AZURE_PIPELINES,
    &forges::BITBUCKET_PIPELINES,
    &services::TRAVIS_CI,
    &services::APPVEYOR,
    &services::SEMAPHORE,
    &services::CODEFRESH,
    &services::BUDDY,
    &services::BITRISE,
    &services::CIRRUS_CI,
    &services::CODEMAGIC,
    &servers::SCREWDRIVER,
    &services::SAIL,
    &platforms::HEROKU_CI,
    &services::CODESHIP,
    &servers::BAMBOO,
    &forges::SOURCEHUT,
    &services::RWX,
    &servers::VELA,
    &servers::GOCD,
    &servers::PROW,
    &platforms::NETLIFY,
    &platforms::VERCEL,
    &platforms::RENDER,
    &platforms::CLOUDFLARE_PAGES,
    &platforms::CLOUDFLARE_WORKERS,
    &servers::TEAMCITY,
    // Clouds host the runners of others.
    &clouds::AWS_CODEPIPELINE,
    &clouds::AWS_CODEBUILD,
    // Before Google Cloud Build, whose variables have names that people use for their own.
    &servers::JENKINS,
    &clouds::GOOGLE_CLOUD_BUILD,
    &clouds::TEKTON,
    &clouds::ARGO_WORKFLOWS,
    &clouds::SCALEWAY_JOBS,
];
