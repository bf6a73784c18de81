//! What the tool prints: for people on a terminal, or as JSON.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

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

/// A span of time for people, in the unit that its size is worth.
pub(crate) fn span(span: Duration) -> String {
    match span.as_secs_f64() {
        ..1.0 => format!("{} ms", span.as_millis()),
        seconds @ ..10.0 => format!("{seconds:.1} s"),
        seconds @ ..90.0 => format!("{seconds:.0} s"),
        seconds @ ..5_400.0 => format!("{:.0} min", seconds / 60.0),
        seconds @ ..172_800.0 => format!("{:.0} h", seconds / 3_600.0),
        seconds => format!("{:.0} d", seconds / 86_400.0),
    }
}

/// A number of bytes for people.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes as f64 {
        ..1024.0 => format!("{bytes} bytes"),
        few @ ..1_048_576.0 => format!("{:.1} KiB", few / 1024.0),
        many @ ..1_073_741_824.0 => format!("{:.1} MiB", many / 1_048_576.0),
        all => format!("{:.1} GiB", all / 1_073_741_824.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_unit_that_its_size_is_worth() {
        let told = |millis| span(Duration::from_millis(millis));
        assert_eq!(told(0), "0 ms");
        assert_eq!(told(12), "12 ms");
        assert_eq!(told(999), "999 ms");
        assert_eq!(told(3_400), "3.4 s");
        assert_eq!(told(42_000), "42 s");
        assert_eq!(told(5 * 60_000), "5 min");
        assert_eq!(told(89 * 60_000), "89 min");
        assert_eq!(told(26 * 3_600_000), "26 h");
        assert_eq!(told(2 * 86_400_000), "2 d");
        assert_eq!(told(400 * 86_400_000), "400 d");
    }
}
