//! How far long work is: a bar on a terminal, a line of JSON a second elsewhere.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use casefold_projector::rebuild::reconcile::ReconcileStatus;
use casefold_projector::rebuild::{Progress, RebuildStatus, Scanned};
use casefold_projector::verify::VerifyStatus;
use casefold_shared::gateway::Consumed;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::export::ExportStatus;
use crate::output::{Output, span};

/// What can be shown of how far something is.
pub(super) trait Status: Serialize + Send + Sync {
    /// What was read.
    fn scanned(&self) -> Scanned;

    /// What it has cost, where that is counted.
    fn cost(&self) -> Option<Consumed>;

    /// What it came to so far, in a few words.
    fn so_far(&self) -> String;
}

impl Status for RebuildStatus {
    fn scanned(&self) -> Scanned {
        self.scanned
    }

    fn cost(&self) -> Option<Consumed> {
        Some(self.cost)
    }

    fn so_far(&self) -> String {
        format!("{} written", self.put.written)
    }
}

impl Status for ReconcileStatus {
    fn scanned(&self) -> Scanned {
        self.scanned
    }

    fn cost(&self) -> Option<Consumed> {
        Some(self.cost)
    }

    fn so_far(&self) -> String {
        format!("{} differ", self.found.differing)
    }
}

impl Status for ExportStatus {
    fn scanned(&self) -> Scanned {
        self.scanned
    }

    fn cost(&self) -> Option<Consumed> {
        Some(self.cost)
    }

    fn so_far(&self) -> String {
        format!("{} written", self.events_written)
    }
}

impl Status for VerifyStatus {
    fn scanned(&self) -> Scanned {
        self.scanned
    }

    fn cost(&self) -> Option<Consumed> {
        Some(self.cost)
    }

    fn so_far(&self) -> String {
        format!("{} broken", self.found.broken)
    }
}

impl Status for Scanned {
    fn scanned(&self) -> Scanned {
        *self
    }

    fn cost(&self) -> Option<Consumed> {
        None
    }

    fn so_far(&self) -> String {
        String::new()
    }
}

/// Shows how far something is.
pub(super) struct Show {
    begun: Instant,
    /// About how many commits there are.
    commits: Option<u64>,
    bar: Option<ProgressBar>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// What was there when the first page was done, and when that was: before it is waited,
    /// and that is no part of a rate.
    first: Option<(Scanned, Instant)>,
    at: Option<Instant>,
}

/// A line of progress.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a, S> {
    seconds: f64,
    events_a_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<f64>,
    #[serde(flatten)]
    status: &'a S,
}

impl Show {
    /// Begins to show work on about so many commits.
    pub(super) fn new(output: &Output, commits: Option<u64>) -> Self {
        let bar = output.is_for_people().then(|| {
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(commits, target);
            let template = match commits {
                Some(_) => "{wide_bar} {percent} %  {msg}",
                None => "{spinner}  {msg}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self {
            begun: Instant::now(),
            commits,
            bar,
            told: Mutex::new(Told::default()),
        }
    }

    /// Says what is waited for.
    pub(super) fn say(&self, what: impl Into<Cow<'static, str>>) {
        if let Some(bar) = &self.bar {
            bar.set_message(what);
        }
    }

    /// Says how far something is that goes through no commits: in words on a terminal, as a
    /// line of JSON a second elsewhere.
    pub(super) fn say_so_far<S: Serialize>(&self, status: &S, words: impl FnOnce() -> String) {
        if self.bar.is_some() {
            self.say(words());
        } else {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.line(status);
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// How long it has taken, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Events a second and seconds left, by what this process and those beside it have done
    /// since the first page.
    fn pace(&self, scanned: Scanned, (before, at): (Scanned, Instant)) -> (f64, Option<f64>) {
        let seconds = at.elapsed().as_secs_f64().max(0.001);
        let since = |now: u64, before: u64| now.saturating_sub(before) as f64;
        let events = since(scanned.events, before.events) / seconds;
        let commits = since(scanned.commits, before.commits) / seconds;
        let left = self
            .commits
            .filter(|_| commits > 0.0)
            .map(|all| since(all, scanned.commits) / commits);
        (events, left)
    }
}

impl<S: Status> Progress<S> for Show {
    fn at(&self, status: &S) {
        let scanned = status.scanned();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *told.first.get_or_insert((scanned, Instant::now()));
        let (rate, left) = self.pace(scanned, first);
        if let Some(bar) = &self.bar {
            bar.set_position(scanned.commits);
            let Scanned { cases, events, .. } = scanned;
            let left = left.map_or_else(String::new, |left| {
                format!(", {} to go", span(Duration::from_secs_f64(left)))
            });
            let cost = status.cost().map_or_else(String::new, |cost| {
                format!(
                    ", {:.0} read and {:.0} write units",
                    cost.read_units, cost.write_units
                )
            });
            let so_far = status.so_far();
            bar.set_message(format!(
                "{cases} cases, {events} events, {so_far}, {rate:.0} events/s{left}{cost}"
            ));
            return;
        }
        told.line(&Line {
            seconds: self.seconds(),
            events_a_second: rate,
            seconds_left: left,
            status,
        });
    }
}

impl Told {
    /// Prints a line on standard error, unless one was printed less than a second ago.
    fn line<S: Serialize>(&mut self, line: &S) {
        use std::io::Write;
        let is_due = |at: Instant| at.elapsed() >= Duration::from_secs(1);
        if !self.at.is_none_or(is_due) {
            return;
        }
        self.at = Some(Instant::now());
        if let Ok(line) = serde_json::to_string(line) {
            // There is nobody left to tell where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}
