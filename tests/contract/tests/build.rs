//! What the component is made of, and that its bytes do not depend on where it is made.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use contract::{artefact, golden, repository};
use xtask::component::{Build, cargo_home, digest, digest_of};
use xtask::inventory;

#[test]
fn the_inventory_is_up_to_date() {
    let inventory = inventory::make().unwrap();
    golden::compare(&repository(inventory::FILE), &inventory).unwrap_or_else(|why| panic!("{why}"));
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
    copy_sources(&build.root);
    bring_crates(&build.home);

    let built = digest_of(&build.run().unwrap()).unwrap();
    assert_eq!(built, digest(&artefact::bytes()));
    fs::remove_dir_all(elsewhere).unwrap();
}

/// What is under version control, and what would be after the next commit.
fn copy_sources(to: &Path) {
    let git = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(repository("."))
        .output()
        .expect("git runs");
    assert!(git.status.success(), "{}", git.status);
    let names = String::from_utf8(git.stdout).expect("names are UTF-8");
    for name in names.split_terminator('\0') {
        let target = to.join(name);
        fs::create_dir_all(target.parent().expect("it is in a folder")).unwrap();
        match fs::copy(repository(name), target) {
            // Deleted, and not committed yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            copied => drop(copied.unwrap()),
        }
    }
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
