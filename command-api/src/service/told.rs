//! What is told of a command beside its answer: lines in the log, by which it is followed to its
//! snapshot, and its figures.
//!
//! Names of commands, docket numbers, versions and codes are told; never who sent it, from where,
//! or what it says.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use casefold_events::{CorrelationId, DocketNumber};
use casefold_shared::gateway::{Consumed, accounted};
use casefold_shared::metrics::Line;
use casefold_shared::metrics::table::{
    BEHIND, CODE, COMMAND_MILLIS, COMMANDS, CONFLICTS, REFUSALS,
};

use super::{Answer, CommandError, Service};

/// The name of the service in its figures.
pub(crate) const SERVICE: &str = "command-api";

/// A command, as far as it is told of.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) command: &'a str,
    pub(super) correlation_id: &'a CorrelationId,
    /// The case, where it is known beforehand and is one.
    pub(super) docket_number: Option<DocketNumber>,
}

/// Counts what deciding a command comes across.
#[derive(Default)]
pub(super) struct Tally {
    conflicts: AtomicU64,
    behind: AtomicU64,
}

impl Tally {
    /// A race was lost: the command is decided again.
    pub(super) fn conflict(&self) {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
    }

    /// The case was behind its record: the command is decided again.
    pub(super) fn behind(&self) {
        self.behind.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a command did: one answer for each case.
pub(super) trait Answers {
    /// The answers that are still to be told.
    fn answers(&self) -> &[Answer];
}

impl Answers for Answer {
    fn answers(&self) -> &[Answer] {
        std::slice::from_ref(self)
    }
}

impl Answers for Vec<Answer> {
    fn answers(&self) -> &[Answer] {
        self
    }
}

impl Service {
    /// Carries out a command, and tells of it however it ends. One that is given up half way, by
    /// its time or a panic, is told of by whoever gave it up.
    pub(super) async fn telling<T: Answers>(
        &self,
        told: Told<'_>,
        tally: &Tally,
        work: impl Future<Output = Result<T, CommandError>>,
    ) -> Result<T, CommandError> {
        let since = Instant::now();
        let (done, consumed) = accounted(work).await;
        let took = since.elapsed();
        match &done {
            Ok(done) => told.carried_out(done.answers(), took),
            Err(error) => told.not_carried_out(error, took),
        }
        let done_to = done.as_ref().map(Answers::answers);
        self.metrics
            .tell(|| told.figures(done_to, tally, consumed, took));
        done
    }
}

impl Told<'_> {
    /// Logs what was done, case by case.
    pub(super) fn carried_out(&self, answers: &[Answer], took: Duration) {
        for answer in answers {
            tracing::info!(
                correlation_id = %self.correlation_id,
                command = self.command,
                docket_number = %answer.docket_number,
                version = answer.version.0,
                commits = answer.commits,
                repeated = answer.repeated,
                duration_ms = millis(took),
                "carried out"
            );
        }
    }

    fn not_carried_out(&self, error: &CommandError, took: Duration) {
        let docket_number = self.docket_number.map(tracing::field::display);
        if error.is_refusal() {
            tracing::info!(
                correlation_id = %self.correlation_id,
                command = self.command,
                docket_number,
                code = error.code(),
                duration_ms = millis(took),
                "refused"
            );
        } else {
            // The failure itself is logged where it is handled.
            tracing::warn!(
                correlation_id = %self.correlation_id,
                command = self.command,
                docket_number,
                code = error.code(),
                duration_ms = millis(took),
                "not carried out"
            );
        }
    }

    fn figures(
        &self,
        done: Result<&[Answer], &CommandError>,
        tally: &Tally,
        consumed: Consumed,
        took: Duration,
    ) -> Line {
        let mut line = Line::of(SERVICE)
            .count(&COMMANDS, 1)
            .count(&CONFLICTS, tally.conflicts.load(Ordering::Relaxed))
            .count(&BEHIND, tally.behind.load(Ordering::Relaxed))
            .amount(&COMMAND_MILLIS, millis(took))
            .consumed(consumed)
            .about("command", self.command)
            .about("correlationId", self.correlation_id.as_str());
        if let Some(docket_number) = self.docket_number {
            line = line.about("docketNumber", docket_number.to_string());
        }
        match done {
            Ok([answer]) => line
                .about("docketNumber", answer.docket_number.to_string())
                .about("version", answer.version.0),
            Ok(answers) => line.about("cases", answers.len()),
            Err(error) if error.is_refusal() => line.count(&REFUSALS, 1).by(CODE, error.code()),
            Err(error) => line.about("failure", error.code()),
        }
    }
}

fn millis(took: Duration) -> f64 {
    // Microseconds are enough.
    took.as_micros() as f64 / 1_000.0
}
