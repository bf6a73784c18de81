//! Handing a batch to the handler until each record of it is done with.

use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::DynamoDbEventResponse;
use casefold_shared::gateway::BoxError;
use tokio::sync::watch;

use super::watermark::Watermark;
use super::{LONGEST_PAUSE, wait};

/// What takes a batch: the projector's own handler.
#[async_trait]
pub trait BatchHandler: Send + Sync {
    /// Takes a batch, and names the records that failed.
    ///
    /// # Errors
    /// Where the whole batch failed.
    async fn handle(&self, batch: Event) -> Result<DynamoDbEventResponse, BoxError>;
}

/// How often a record that makes the handler fail altogether is tried alone.
const TRIES_ALONE: u32 = 5;

/// The pause after a first failure; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// Delivers batches to a handler.
pub(super) struct Delivery<'a> {
    handler: &'a dyn BatchHandler,
    batch_size: usize,
    watermark: Option<&'a Watermark>,
}

/// What the handler made of some records.
enum Outcome {
    /// So many of them, from the first on, are done.
    Done(usize),
    /// The handler failed altogether.
    Failed,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(handler: &'a dyn BatchHandler, batch_size: usize) -> Self {
        Self {
            handler,
            batch_size,
            watermark: None,
        }
    }

    /// A delivery that notes what it sets aside.
    pub(super) const fn marking(self, watermark: Option<&'a Watermark>) -> Self {
        Self { watermark, ..self }
    }

    /// Delivers records until all are done with, and gives the sequence number of the last;
    /// `None` where it was told to stop first.
    ///
    /// A failure that the handler reports for a record is one that may pass, so the record
    /// is tried for as long as it takes. A failure of the handler itself is narrowed down
    /// to one record, which is set aside after [`TRIES_ALONE`]: it is only a hint, and the
    /// case's next record or a reconciliation brings its snapshot up to date.
    pub(super) async fn deliver(
        &self,
        records: &[EventRecord],
        stop: &mut watch::Receiver<bool>,
    ) -> Option<String> {
        let mut start = 0;
        let mut size = self.batch_size;
        let mut tries_alone = 0;
        let mut pause = FIRST_PAUSE;
        while start < records.len() {
            let batch = &records[start..records.len().min(start + size)];
            match self.hand_over(batch).await {
                Outcome::Done(done) if done == batch.len() => {
                    start += done;
                    (size, tries_alone, pause) = (self.batch_size, 0, FIRST_PAUSE);
                    continue;
                }
                Outcome::Done(done) => start += done,
                Outcome::Failed if batch.len() > 1 => size = batch.len() / 2,
                Outcome::Failed => {
                    tries_alone += 1;
                    if tries_alone >= TRIES_ALONE && self.may_set_aside().await {
                        let record = sequence_number(&batch[0]);
                        tracing::error!(record, "a stream record is set aside: the handler fails");
                        start += 1;
                        (size, tries_alone) = (self.batch_size, 0);
                        continue;
                    }
                }
            }
            wait(pause, stop).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            if *stop.borrow() {
                return None;
            }
        }
        records.last().map(sequence_number).map(str::to_owned)
    }

    /// Whether it is known to those who must know that a record is set aside.
    async fn may_set_aside(&self) -> bool {
        let Some(watermark) = self.watermark else {
            return true;
        };
        let noted = watermark.pass_by().await;
        if let Err(error) = &noted {
            tracing::warn!(%error, "that a record is set aside can't be noted; it is tried on");
        }
        noted.is_ok()
    }

    async fn hand_over(&self, batch: &[EventRecord]) -> Outcome {
        let mut event = Event::default();
        event.records = batch.to_vec();
        match self.handler.handle(event).await {
            Ok(response) => Outcome::Done(done(batch, &response)),
            Err(error) => {
                tracing::warn!(%error, records = batch.len(), "the handler failed on a batch");
                Outcome::Failed
            }
        }
    }
}

/// How many records, from the first on, are done: all before the lowest that failed. A
/// failure that names none of the records fails them all, as Lambda has it.
fn done(batch: &[EventRecord], response: &DynamoDbEventResponse) -> usize {
    let position = |failed: Option<&str>| {
        batch
            .iter()
            .position(|record| Some(sequence_number(record)) == failed)
            .unwrap_or(0)
    };
    response
        .batch_item_failures
        .iter()
        .map(|failure| position(failure.item_identifier.as_deref()))
        .min()
        .unwrap_or(batch.len())
}

fn sequence_number(record: &EventRecord) -> &str {
    record.change.sequence_number.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::Ordering;

    use aws_lambda_events::streams::DynamoDbBatchItemFailure;

    use super::super::watermark::tests::watermark;
    use super::*;

    /// Given the numbers of a batch and how many calls there were: the records that fail.
    type Answer = Box<dyn Fn(&[String], usize) -> Result<Vec<String>, BoxError> + Send + Sync>;

    /// A handler that fails as it is told, and remembers what it was given.
    struct Scripted {
        given: Mutex<Vec<Vec<String>>>,
        answer: Answer,
    }

    impl Scripted {
        fn new(
            answer: impl Fn(&[String], usize) -> Result<Vec<String>, BoxError> + Send + Sync + 'static,
        ) -> Self {
            Self {
                given: Mutex::default(),
                answer: Box::new(answer),
            }
        }

        fn given(&self) -> Vec<Vec<String>> {
            self.given.lock().unwrap().clone()
        }
    }

    #[async_trait]
    impl BatchHandler for Scripted {
        async fn handle(&self, batch: Event) -> Result<DynamoDbEventResponse, BoxError> {
            let numbers: Vec<String> = batch
                .records
                .iter()
                .map(|r| sequence_number(r).to_owned())
                .collect();
            let call = {
                let mut given = self.given.lock().unwrap();
                given.push(numbers.clone());
                given.len()
            };
            let mut response = DynamoDbEventResponse::default();
            for failed in (self.answer)(&numbers, call)? {
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = Some(failed);
                response.batch_item_failures.push(failure);
            }
            Ok(response)
        }
    }

    fn records(numbers: std::ops::RangeInclusive<u32>) -> Vec<EventRecord> {
        numbers
            .map(|number| {
                let mut record = EventRecord::default();
                record.change.sequence_number = Some(number.to_string());
                record
            })
            .collect()
    }

    async fn deliver(handler: &Scripted, records: &[EventRecord]) -> Option<String> {
        let (_keep, mut stop) = watch::channel(false);
        Delivery::new(handler, 100)
            .deliver(records, &mut stop)
            .await
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_that_succeeds_is_delivered_once() {
        let handler = Scripted::new(|_, _| Ok(Vec::new()));
        assert_eq!(
            deliver(&handler, &records(1..=3)).await.as_deref(),
            Some("3")
        );
        assert_eq!(handler.given(), [["1", "2", "3"]]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_goes_on_from_its_lowest_failure() {
        let handler = Scripted::new(|_, call| {
            Ok(if call == 1 {
                vec!["3".to_owned(), "2".to_owned()]
            } else {
                Vec::new()
            })
        });
        assert_eq!(
            deliver(&handler, &records(1..=4)).await.as_deref(),
            Some("4")
        );
        assert_eq!(
            handler.given(),
            [vec!["1", "2", "3", "4"], vec!["2", "3", "4"]]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_names_no_record_of_the_batch_fails_all_of_it() {
        let handler = Scripted::new(|_, call| {
            Ok(if call == 1 {
                vec!["elsewhere".to_owned()]
            } else {
                Vec::new()
            })
        });
        assert_eq!(
            deliver(&handler, &records(1..=2)).await.as_deref(),
            Some("2")
        );
        assert_eq!(handler.given(), [["1", "2"], ["1", "2"]]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_that_breaks_the_handler_is_isolated_and_set_aside() {
        let handler = Scripted::new(|numbers, _| {
            if numbers.contains(&"3".to_owned()) {
                Err("broken".into())
            } else {
                Ok(Vec::new())
            }
        });
        assert_eq!(
            deliver(&handler, &records(1..=8)).await.as_deref(),
            Some("8")
        );
        let given = handler.given();
        let alone = given
            .iter()
            .filter(|batch| batch.as_slice() == ["3"])
            .count();
        assert_eq!(alone, TRIES_ALONE as usize);
        for number in ["1", "2", "4", "5", "6", "7", "8"] {
            let done = |batch: &Vec<String>| {
                batch.iter().any(|n| n == number) && !batch.iter().any(|n| n == "3")
            };
            assert!(
                given.iter().any(done),
                "{number} was delivered without 3: {given:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_is_set_aside_once_that_is_noted_and_not_before() {
        let (watermark, control) = watermark();
        control.is_broken.store(true, Ordering::Relaxed);
        let mends = control.clone();
        let handler = Scripted::new(move |_, call| {
            assert_eq!(mends.noted().passed_by_at, None);
            if call == 3 * TRIES_ALONE as usize {
                mends.is_broken.store(false, Ordering::Relaxed);
            }
            Err("broken".into())
        });
        let (_keep, mut stop) = watch::channel(false);
        let delivery = Delivery::new(&handler, 100).marking(Some(&watermark));
        let delivered = delivery.deliver(&records(1..=1), &mut stop).await;
        assert_eq!(delivered.as_deref(), Some("1"));
        assert!(control.noted().passed_by_at.is_some());
        assert_eq!(handler.given().len(), 3 * TRIES_ALONE as usize);
    }

    #[tokio::test(start_paused = true)]
    async fn a_feed_that_stops_leaves_the_rest_for_the_next_start() {
        let handler = Scripted::new(|_, _| Ok(vec!["1".to_owned()]));
        let (stop, mut stopped) = watch::channel(false);
        let records = records(1..=2);
        let delivery = Delivery::new(&handler, 100);
        let delivered = delivery.deliver(&records, &mut stopped);
        let (delivered, _) = tokio::join!(delivered, async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stop.send(true)
        });
        assert_eq!(delivered, None);
    }
}
