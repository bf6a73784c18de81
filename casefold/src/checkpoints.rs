//! Signing the record beside a service, again and again.
//!
//! Whether anything has changed is only known when everything was looked at, which is as well:
//! so each time the whole record is verified too, and what is wrong is in the log. Of several
//! processes one does it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_projector::rebuild::Progress;
use casefold_projector::verify::take::{TakeError, Taken};
use casefold_projector::verify::{Verify, VerifyConfig, VerifyStatus};
use casefold_shared::signing::Signer;
use tokio::sync::watch;

use crate::duties::{Did, Duties, Duty, Work};

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
    /// Whose turn it is.
    pub(crate) duties: Duties,
}

impl Checkpoints {
    /// Takes one when the last one is old enough, and goes on so until `stop` turns true.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let pause = self.first_pause().await;
        if tokio::time::timeout(pause, stop.wait_for(|stop| *stop))
            .await
            .is_ok()
        {
            return;
        }
        let duty = Duty {
            name: "checkpoint",
            every: self.every,
        };
        self.duties.run(duty, &self, stop).await;
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
        let now = self.verify.clock.now().as_millis();
        let age = latest.map(|kept| {
            let age = now.saturating_sub(kept.signed.says.at.as_millis());
            Duration::from_millis(u64::try_from(age).unwrap_or_default())
        });
        first_pause(self.every, age)
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

#[async_trait]
impl Work for Checkpoints {
    async fn work(&self, stop: &watch::Receiver<bool>) -> Did {
        self.take(stop).await;
        // One that failed isn't tried again at once: it goes through the whole record.
        Did::It
    }
}

fn first_pause(every: Duration, age_of_last: Option<Duration>) -> Duration {
    let left = every.saturating_sub(age_of_last.unwrap_or(every));
    left.max(FIRST_AFTER.min(every))
}

/// Its progress is of interest to nobody.
struct Quiet;

impl Progress<VerifyStatus> for Quiet {
    fn at(&self, _: &VerifyStatus) {}
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use casefold_events::personal::keys::DataKey;
    use casefold_shared::clock::{Clock, SystemClock};
    use casefold_shared::config::Config;
    use casefold_shared::dynamodb::{DynamoStore, sdk_config};
    use casefold_shared::gateway::{CheckpointStore, Stores};
    use casefold_shared::keys::Keyring;
    use casefold_shared::keys::master::LocalMaster;
    use casefold_shared::signing::LocalSigner;

    use super::*;
    use crate::cmd::checkpoint::verifier;
    use crate::engine::Engine;
    use crate::generate::run::{Options, Silent, Writer};
    use crate::generate::{Generator, Recipe};

    #[test]
    fn the_first_waits_for_the_last_one_to_be_old_enough_and_a_minute_at_least() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let every = minutes(60);
        assert_eq!(first_pause(every, None), minutes(1));
        assert_eq!(first_pause(every, Some(minutes(10))), minutes(50));
        assert_eq!(first_pause(every, Some(minutes(60))), minutes(1));
        assert_eq!(first_pause(every, Some(minutes(900))), minutes(1));
        let often = Duration::from_secs(1);
        assert_eq!(first_pause(often, None), often);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_record_is_signed_as_time_goes_by_and_once_where_nothing_changes() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::start(dir.path()).unwrap();
        let config = Config::for_endpoint(engine.endpoint_url(), "court");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let master = LocalMaster::of(DataKey::of([7; 32]), clock.clone());
        let keyring = Keyring::new(Arc::new(master), clock);
        let store = DynamoStore::new(&sdk_config(&config).await, &config).with_keyring(keyring);
        store.create_tables().await.unwrap();
        let store = Arc::new(store);
        let options = Options {
            at_once: NonZeroUsize::MIN,
            in_step: NonZeroUsize::MIN,
            beside_others: false,
        };
        let generator = Generator::new(Recipe::new(1, None, Some(2)).unwrap());
        let (stop, stopped) = watch::channel(false);
        let writer = Writer::new(&Stores::of(store.clone()), options);
        writer.run(generator, &Silent, &stopped).await.unwrap();
        let signer = Arc::new(LocalSigner::new(&[1; 32]).unwrap());
        let checkpoints = Checkpoints {
            verify: verifier(&store, vec![signer.public_key().clone()]),
            signer,
            every: Duration::from_millis(20),
            duties: Duties::new(store.clone(), Arc::new(SystemClock), None),
        };

        let running = tokio::spawn(checkpoints.run(stopped));
        while store.signed_checkpoint_latest().await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.send_replace(true);
        running.await.unwrap();

        assert_eq!(store.signed_checkpoints().await.unwrap().len(), 1);
    }
}
