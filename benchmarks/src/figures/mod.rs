//! The figures, one file each: what is measured, and what is to be reached.

pub(crate) mod apart;
pub(crate) mod commands;
pub(crate) mod contest;
pub(crate) mod folding;
pub(crate) mod http;
pub(crate) mod instructions;
pub(crate) mod lambda;
pub(crate) mod memory;
pub(crate) mod profile;
pub(crate) mod rebuild;
pub(crate) mod units;

use std::path::PathBuf;
use std::time::Duration;

use crate::contestants::{Grounds, Size};
use crate::report::Run;

/// What all figures of a run share.
pub(crate) struct Context {
    pub(crate) run: Run,
    /// Whether a million commits are rebuilt, too.
    pub(crate) million: bool,
    /// Whether a budget that is missed becomes the new one.
    pub(crate) accept: bool,
    /// The repository.
    pub(crate) root: PathBuf,
    pub(crate) grounds: Grounds,
}

impl Context {
    /// How long a cell is timed.
    pub(crate) const fn limit(&self) -> Duration {
        if self.run.quick {
            Duration::from_millis(200)
        } else {
            Duration::from_millis(800)
        }
    }

    /// Cases by their length. Of long ones there are few: to make them takes time.
    pub(crate) fn sizes(&self) -> Vec<Size> {
        let size = |events, cases| Size { events, cases };
        if self.run.quick {
            vec![size(10, 64), size(1_000, 8), size(10_000, 2)]
        } else {
            vec![size(10, 256), size(1_000, 32), size(10_000, 8)]
        }
    }
}

/// A length as it is printed.
pub(crate) fn length(size: Size) -> String {
    crate::stats::printed(size.events as f64)
}
