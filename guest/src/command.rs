//! The export `wasi:cli/run`: the filter on the streams that a shell gives.

use std::fs::File;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, RawFd};

use crate::filter::filter;

/// Runs the filter, once.
pub fn run() -> Result<(), ()> {
    let [mut input, mut output, mut errors] = [0, 1, 2].map(stream);
    let mut said = String::new();
    let result = filter(&mut *input, &mut *output, &mut said);
    // Where nobody listens, the exit status says enough.
    let _ = errors.write_all(said.as_bytes());
    result
}

/// A standard stream, as it is: what `std::io` puts around it adds 4 KB to the component.
fn stream(number: RawFd) -> ManuallyDrop<File> {
    // SAFETY: the standard streams are open, and nobody here closes them.
    ManuallyDrop::new(unsafe { File::from_raw_fd(number) })
}
