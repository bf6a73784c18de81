//! Operating figures: what a deployment's dashboard and alarms are made of.
//!
//! Figures are told as lines of CloudWatch's embedded metric format (EMF): JSON on standard
//! output, which CloudWatch Logs makes metrics of by itself. So telling one costs no request, and
//! the line remains in the log with what is no metric: a correlation id, a docket number, a code.
//! Nothing personal is ever in it.
//!
//! | module | holds |
//! | --- | --- |
//! | [`table`] | every metric: its name, unit, dimensions and meaning; `docs/metrics.md` and Terraform are held to it |
//! | [`mod@line`] | a line, put together and written out |
//! | this one | the handle on where lines go |

pub mod line;
pub mod table;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub use self::line::Line;
use crate::clock::Clock;
use crate::config::MetricsMode;

/// Where a process tells its figures; nowhere by default. A clone is cheap.
#[derive(Clone, Default)]
pub struct Metrics(Option<Arc<Emf>>);

struct Emf {
    deployment: String,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn Sink>,
}

/// Takes lines, each a JSON object without a line's end.
pub trait Sink: Send + Sync {
    /// Takes a line. Losing one is no matter to the work that it tells of, so it can't fail.
    fn take(&self, line: &str);
}

/// Standard output.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardOutput;

impl Sink for StandardOutput {
    fn take(&self, line: &str) {
        // In one write, so that lines of several threads can't mix.
        let line = format!("{line}\n");
        // Without a reader there is nobody to tell, of this either.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }
}

/// Keeps lines, for whoever looks at them.
impl Sink for Mutex<Vec<String>> {
    fn take(&self, line: &str) {
        let mut lines = self.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line.to_owned());
    }
}

impl Metrics {
    /// Tells nothing.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Tells what a process does for a deployment, at the clock's times.
    pub fn emf(deployment: &str, clock: Arc<dyn Clock>, sink: Arc<dyn Sink>) -> Self {
        Self(Some(Arc::new(Emf {
            deployment: deployment.to_owned(),
            clock,
            sink,
        })))
    }

    /// What a process is configured to: lines on standard output, of the deployment that the
    /// prefix of its tables names, or nothing.
    pub fn of(mode: MetricsMode, deployment: &str, clock: Arc<dyn Clock>) -> Self {
        match mode {
            MetricsMode::Emf => Self::emf(deployment, clock, Arc::new(StandardOutput)),
            MetricsMode::Off => Self::off(),
        }
    }

    /// Tells a line. The line is not even put together where nothing is told.
    pub fn tell(&self, line: impl FnOnce() -> Line) {
        let Some(emf) = &self.0 else { return };
        for text in line().written(&emf.deployment, emf.clock.now()) {
            emf.sink.take(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn nothing_is_put_together_where_nothing_is_told() {
        Metrics::off().tell(|| panic!("a line is put together"));
        Metrics::default().tell(|| panic!("a line is put together"));
    }

    #[test]
    fn a_line_names_the_deployment_and_goes_to_the_sink() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let metrics = Metrics::emf("court-7", Arc::new(SystemClock), lines.clone());
        metrics.tell(|| Line::of("command-api").count(&table::COMMANDS, 1));
        let lines = lines.lock().unwrap();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains(r#""Deployment":"court-7""#), "{lines:?}");
    }
}
