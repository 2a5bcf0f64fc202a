//! A command that is run as a step, and said.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, anyhow, ensure};

/// Says what comes next.
pub fn say(what: &str) {
    println!(
        "\n── {what} {}",
        "─".repeat(94_usize.saturating_sub(what.chars().count()))
    );
}

/// A program with arguments, run at the top of the workspace unless told otherwise.
pub fn program<S: AsRef<OsStr>>(program: S, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(crate::root());
    command
}

/// Cargo with arguments.
pub fn cargo(arguments: &[&str]) -> Command {
    program(
        std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        arguments,
    )
}

/// Runs a command, which must succeed.
pub fn run(mut command: Command) -> Result<()> {
    let status = status(&mut command)?;
    ensure!(status.success(), "{} failed: {status}", shown(&command));
    Ok(())
}

/// Runs a command, which must succeed; where it does not, the error ends with what to run next.
///
/// # Errors
///
/// Where it does not.
pub fn run_or(command: Command, next: &str) -> Result<()> {
    or(run(command), next)
}

/// Ends an error with what to run next.
///
/// # Errors
///
/// With all that the error says.
pub fn or<T>(result: Result<T>, next: &str) -> Result<T> {
    result.map_err(|error| anyhow!("{error:#}\nNext: {next}"))
}

/// Runs a command, which must succeed, and returns what it says.
///
/// # Errors
///
/// Where it does not.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("{} cannot be run", shown(command)))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} failed: {errors}",
        shown(command)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a command and returns how it ended.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    println!("$ {}", shown(command));
    command
        .status()
        .with_context(|| format!("{} cannot be run", shown(command)))
}

/// A command as one would type it, with paths from the top of the workspace.
fn shown(command: &Command) -> String {
    let root = format!("{}/", crate::root().display());
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().replace(&root, ""))
        .collect::<Vec<_>>()
        .join(" ")
}
