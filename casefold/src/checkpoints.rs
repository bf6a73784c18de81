//! Signing the record beside a service, again and again.
//!
//! Whether anything has changed is only known when everything was looked at, which is as well:
//! so each time the whole record is verified too, and what is wrong is in the log.

use std::sync::Arc;
use std::time::Duration;

use casefold_projector::rebuild::Progress;
use casefold_projector::verify::take::{TakeError, Taken};
use casefold_projector::verify::{Verify, VerifyConfig, VerifyStatus};
use casefold_shared::signing::Signer;
use tokio::sync::watch;

/// How soon after the start the first one may be taken: a service that is restarted often has
/// other things to do first.
const FIRST_AFTER: Duration = Duration::from_secs(60);

/// A worker alone, as it runs beside commands.
const CONFIG: VerifyConfig = VerifyConfig {
    workers: 1,
    segments: 16,
};

/// Takes checkpoints as time goes by.
pub(crate) struct Checkpoints {
    /// What verifies the record.
    pub(crate) verify: Verify,
    /// What signs it.
    pub(crate) signer: Arc<dyn Signer>,
    /// How often.
    pub(crate) every: Duration,
}

impl Checkpoints {
    /// Takes one when the last one is old enough, and goes on so until `stop` turns true.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut pause = self.first_pause().await;
        while !*stop.borrow() {
            if tokio::time::timeout(pause, stop.wait_for(|stop| *stop))
                .await
                .is_ok()
            {
                return;
            }
            self.take(&stop).await;
            pause = self.every;
        }
    }

    /// By the age of the last one, however often the service was started since.
    async fn first_pause(&self) -> Duration {
        let latest = match self.verify.checkpoints.signed_checkpoint_latest().await {
            Ok(latest) => latest.and_then(|found| found.kept.ok()),
            Err(error) => {
                tracing::warn!(%error, "the last checkpoint can't be read now");
                None
            }
        };
        let age = latest.map_or(self.every, |kept| {
            let now = self.verify.clock.now().as_millis();
            let age = now.saturating_sub(kept.signed.says.at.as_millis());
            Duration::from_millis(u64::try_from(age).unwrap_or_default())
        });
        self.every
            .saturating_sub(age)
            .max(FIRST_AFTER.min(self.every))
    }

    async fn take(&self, stop: &watch::Receiver<bool>) {
        let taking = self
            .verify
            .take_checkpoint(&*self.signer, CONFIG, &Quiet, stop);
        match taking.await {
            Ok((Taken::Written { signed, buckets }, _)) => {
                let says = &signed.says;
                let (number, hash) = (says.number, says.hash());
                tracing::info!(number, %hash, says.cases, says.commits, buckets, "the record was signed");
            }
            Ok((Taken::Found, report)) => {
                let (cases, checkpoints) = (report.status.found.broken, report.checkpoints.len());
                tracing::error!(
                    cases,
                    checkpoints,
                    "the record is not what it was, so it was not signed; run `casefold verify`"
                );
            }
            Ok((Taken::Unchanged(_) | Taken::Empty | Taken::Stopped, _)) => {}
            Err(TakeError::NumberTaken(number)) => {
                tracing::info!(number, "another process has signed the record meanwhile");
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(%error, source, "the record can't be signed now");
            }
        }
    }
}

/// Its progress is of interest to nobody.
struct Quiet;

impl Progress<VerifyStatus> for Quiet {
    fn at(&self, _: &VerifyStatus) {}
}
