//! What a run tells while it goes on.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "the command is for a person"
)]

/// A step begins.
pub(crate) fn step(what: impl AsRef<str>) {
    eprintln!("{}", what.as_ref());
}

/// What came of it.
pub(crate) fn result(text: impl AsRef<str>) {
    println!("{}", text.as_ref());
}
