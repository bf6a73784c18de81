//! What the tool prints: for people on a terminal, or as JSON.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

/// Where a sub-command prints.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    /// Prints JSON, or text for people.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON was asked for.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// Whether a person is looking: progress may be drawn.
    pub fn is_for_people(self) -> bool {
        !self.json && io::stderr().is_terminal()
    }

    /// Prints a value as one line of JSON, or else the text for people.
    ///
    /// # Errors
    /// Where standard output can't be written.
    pub fn print<T: Serialize>(self, value: &T, text: impl FnOnce() -> String) -> io::Result<()> {
        let line = if self.json {
            serde_json::to_string(value)?
        } else {
            text()
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{line}")?;
        out.flush()
    }

    /// Says on standard error why the sub-command failed, with the causes.
    pub fn complain(self, error: &dyn std::error::Error) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(&format!("\n  because: {error}"));
            cause = error.source();
        }
        // There is nobody left to tell where standard error is closed.
        let _ = writeln!(io::stderr(), "casefold: {text}");
    }
}
