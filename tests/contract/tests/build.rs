//! What the component is made of, and that its bytes do not depend on where it is made.

use std::fs;
use std::path::{Path, PathBuf};

use contract::{artefact, golden, repository};
use xtask::component::{Build, cargo_home, digest, digest_of};
use xtask::{inventory, sources, version};

#[test]
fn the_inventory_is_up_to_date() {
    let inventory = inventory::make().unwrap();
    golden::compare(&repository(inventory::FILE), &inventory).unwrap_or_else(|why| panic!("{why}"));
}

/// What `cargo xtask release` changes, and with it the name of everything that is published.
#[test]
fn every_file_names_the_version_of_the_workspace() {
    let root = repository(".");
    let current = version::current(&root).unwrap();
    for follower in &version::FOLLOWERS {
        assert_eq!(
            follower.version(&root).unwrap(),
            current,
            "{}",
            follower.path
        );
    }
}

#[test]
fn a_new_version_is_in_every_file_that_names_it_and_changes_nothing_else() {
    let checkout = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("new version");
    fs::remove_dir_all(&checkout).ok();
    let paths = || version::FOLLOWERS.iter().map(|each| each.path);
    for path in paths().chain(["Cargo.toml"]) {
        fs::create_dir_all(checkout.join(path).parent().unwrap()).unwrap();
        fs::copy(repository(path), checkout.join(path)).unwrap();
    }
    version::set(&checkout, "12.34.567").unwrap();

    assert_eq!(version::current(&checkout).unwrap(), "12.34.567");
    for follower in &version::FOLLOWERS {
        assert_eq!(follower.version(&checkout).unwrap(), "12.34.567");
    }
    version::set(&checkout, &version::current(&repository(".")).unwrap()).unwrap();
    for path in paths().chain(["Cargo.toml"]) {
        let (old, new) = (repository(path), checkout.join(path));
        assert_eq!(fs::read(new).unwrap(), fs::read(old).unwrap(), "{path}");
    }
    fs::remove_dir_all(checkout).unwrap();
}

#[test]
fn what_is_no_version_of_a_release_changes_nothing() {
    for version in ["2.1", "v2.1.0", "2.1.0rc1", "2.01.0", "", "2.1.0.0"] {
        version::set(&repository("."), version).unwrap_err();
    }
}

/// In another folder, with another home of cargo's, from nothing.
#[test]
fn another_build_gives_the_same_bytes() {
    let elsewhere = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("another place");
    fs::remove_dir_all(&elsewhere).ok();
    let build = Build {
        root: elsewhere.join("checkout"),
        home: elsewhere.join("cargo"),
        target: elsewhere.join("built"),
    };
    sources::copy(&repository("."), &build.root).unwrap();
    bring_crates(&build.home);

    let built = digest_of(&build.run().unwrap()).unwrap();
    assert_eq!(built, digest(&artefact::bytes()));
    fs::remove_dir_all(elsewhere).unwrap();
}

/// The crates that cargo has fetched already, where they can be shown without copying them.
fn bring_crates(home: &Path) {
    fs::create_dir_all(home).unwrap();
    let own = cargo_home().unwrap();
    if let Ok(settings) = fs::read(own.join("config.toml")) {
        fs::write(home.join("config.toml"), settings).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(own.join("registry"), home.join("registry")).unwrap();
}
