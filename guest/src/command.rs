//! The export `wasi:cli/run`: the filter on the streams that a shell gives.

use std::fs::File;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, RawFd};

use crate::filter::{Form, filter};

/// The variable that says what is made of the events. No argument: hosts of 2.0 whose WASI is empty need
/// not give any.
const FORM: &str = "COLLECTOR_OUTPUT";

/// Runs the filter, once.
pub fn run() -> Result<(), ()> {
    let [mut input, mut output, mut errors] = [0, 1, 2].map(stream);
    let mut said = String::new();
    let form = match std::env::var_os(FORM) {
        Some(form) if form == "traces" => Form::Traces,
        _ => Form::Uploads,
    };
    let result = filter(form, &mut *input, &mut *output, &mut said);
    // Where nobody listens, the exit status says enough.
    let _ = errors.write_all(said.as_bytes());
    result
}

/// A standard stream, as it is: what `std::io` puts around it adds 4 KB to the component.
fn stream(number: RawFd) -> ManuallyDrop<File> {
    // SAFETY: the standard streams are open, and nobody here closes them.
    ManuallyDrop::new(unsafe { File::from_raw_fd(number) })
}
