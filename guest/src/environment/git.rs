//! What git adds to what the CI system says.
//!
//! | of the run | git's |
//! |---|---|
//! | no commit, or `HEAD` | the one that is checked out |
//! | a commit hash that is cut off | the whole |
//! | no branch | the one that is checked out |
//! | no message | that of the commit, if git has it |
//! | `Merge <commit> into <commit>`, the text of a merge that nobody made | that of the first commit |

use super::filter;
use crate::event::{Commit, Git};
use crate::text::split_once;

/// The shortest beginning of a commit hash that people write.
const ABBREVIATION: usize = 7;

/// What stands for a commit that nobody has looked up, and for a branch that is not there.
const HEAD: &str = "HEAD";

/// The commit of a run, of which the CI system says this.
pub fn commit_sha(git: &Git, own: Option<String>) -> Option<String> {
    let commit = match own.as_deref() {
        None | Some(HEAD) => git.commits.first(),
        Some(sha) => commit(git, sha),
    };
    commit.map(|commit| commit.sha.clone()).or(own)
}

/// The branch of a run, of which the CI system says none.
pub fn branch(git: &Git) -> Option<String> {
    let branch = git.branch.as_deref()?.trim();
    (!branch.is_empty() && branch != HEAD).then(|| branch.to_owned())
}

/// The message of a run of this commit, of which the CI system says this.
pub fn message(git: &Git, own: Option<String>, commit_sha: Option<&str>) -> Option<String> {
    if own.as_deref().is_some_and(|own| merged(own).is_none()) {
        return own;
    }
    let of_commit = match commit_sha {
        Some(sha) => commit(git, sha).and_then(said),
        None => git.commits.first().and_then(said),
    };
    let text = match of_commit {
        Some(text) if merged(text).is_none() => return Some(text.to_owned()),
        text => text,
    };
    let head = own.as_deref().or(text).and_then(merged);
    let of_head = head.and_then(|sha| commit(git, sha)).and_then(said);
    own.or_else(|| text.map(str::to_owned))
        .map(|text| of_head.map_or(text, str::to_owned))
}

/// The commit of this hash, or of one that begins so.
fn commit<'a>(git: &'a Git, sha: &str) -> Option<&'a Commit> {
    let is_hash = sha.len() >= ABBREVIATION && filter::is_hex(sha);
    git.commits.iter().find(|commit| {
        let beginning = commit.sha.get(..sha.len());
        is_hash && beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(sha))
    })
}

fn said(commit: &Commit) -> Option<&str> {
    let message = commit.message.as_deref()?.trim();
    (!message.is_empty()).then_some(message)
}

/// The first commit of `Merge <commit> into <commit>`, and nothing of any other text.
fn merged(text: &str) -> Option<&str> {
    let (head, base) = split_once(text.trim().strip_prefix("Merge ")?, " into ")?;
    (filter::is_sha(head) && filter::is_sha(base)).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MERGE: &str = "0d3a1e5f7c9b2468ace013579bdf02468ace1357";
    const HEAD_OF_PR: &str = "b9f0fb3fdbb94c9d24b2c75b49663122a529e123";
    const BASE: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";

    fn git() -> Git {
        let commit = |sha: &str, message: &str| Commit {
            sha: sha.into(),
            message: Some(message.into()),
        };
        Git {
            branch: Some("spin\n".into()),
            commits: vec![
                commit(MERGE, &merge_text()),
                commit(BASE, "Base\n"),
                commit(HEAD_OF_PR, "Spin\n\nTwice.\n"),
            ],
        }
    }

    fn merge_text() -> String {
        format!("Merge {HEAD_OF_PR} into {BASE}")
    }

    #[test]
    fn a_commit_is_completed() {
        for (own, expected) in [
            (None, MERGE),
            (Some("HEAD"), MERGE),
            (Some("b9f0fb3fdbb9"), HEAD_OF_PR),
            (Some("B9F0FB3FDBB9"), HEAD_OF_PR),
            (Some("b9f0fb"), "b9f0fb"),
            (Some("b9f0fb3fdbb8"), "b9f0fb3fdbb8"),
            (Some(BASE), BASE),
            (Some("main"), "main"),
        ] {
            let sha = commit_sha(&git(), own.map(str::to_owned));
            assert_eq!(sha.as_deref(), Some(expected), "{own:?}");
        }
        assert_eq!(
            commit_sha(&Git::default(), Some("HEAD".into())).unwrap(),
            "HEAD"
        );
        assert_eq!(commit_sha(&Git::default(), None), None);
    }

    #[test]
    fn head_is_no_branch() {
        assert_eq!(branch(&git()).as_deref(), Some("spin"));
        for text in ["HEAD", " ", ""] {
            let branch = branch(&Git {
                branch: Some(text.into()),
                ..Git::default()
            });
            assert_eq!(branch, None, "{text:?}");
        }
    }

    #[test]
    fn a_message_is_that_of_the_commit() {
        let spin = Some("Spin\n\nTwice.");
        for (own, sha, expected) in [
            (None, Some(BASE), Some("Base")),
            (None, Some("a1b2c3d"), Some("Base")),
            (None, Some("ffffffffffffffffffffffffffffffffffffffff"), None),
            (None, Some("main"), None),
            (None, None, spin),
            (None, Some(MERGE), spin),
            (Some("Own"), Some(BASE), Some("Own")),
            (
                Some("Merge spin into main"),
                Some(BASE),
                Some("Merge spin into main"),
            ),
            (Some(merge_text().as_str()), Some(HEAD_OF_PR), spin),
            (Some(merge_text().as_str()), Some(MERGE), spin),
            (Some(merge_text().as_str()), Some("ffffffff"), spin),
        ] {
            let message = message(&git(), own.map(str::to_owned), sha);
            assert_eq!(message.as_deref(), expected, "{own:?} {sha:?}");
        }
    }

    #[test]
    fn the_text_of_a_merge_stays_where_git_has_nothing_better() {
        let mut shallow = git();
        shallow.commits.truncate(1);
        for own in [None, Some(merge_text())] {
            let message = message(&shallow, own, Some(MERGE));
            assert_eq!(message, Some(merge_text()));
        }
        let message = message(&Git::default(), Some(merge_text()), None);
        assert_eq!(message, Some(merge_text()));
    }
}
