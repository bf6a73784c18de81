//! One shard, read under its lease.

use std::time::Duration;

use aws_lambda_events::dynamodb::EventRecord;
use tokio::sync::watch;

use super::delivery::Delivery;
use super::ledger::{HeldShard, Place};
use super::source::{RecordPage, SourceError, Start};
use super::watermark::Watermark;
use super::{Feed, FeedError, LONGEST_PAUSE, wait};

/// The first pause before a place is tried to be written again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Reads a shard from its checkpoint on, step by step, for as long as its lease is this process'.
pub struct ShardReader {
    feed: Feed,
    held: HeldShard,
    /// The iterator to go on with; `None` where one is to be got at the checkpoint.
    iterator: Option<String>,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Records were delivered, and the checkpoint is written.
    Delivered,
    /// There was nothing to deliver, as far as the stream says.
    Idle,
    /// Nothing could be read, and the next step begins elsewhere.
    Again,
    /// The shard is at its end for ever, and that is written.
    Ended,
    /// Another process has taken the shard over.
    TakenOver,
    /// It was told to stop: the batch that it was at is done, or is left for whoever goes on.
    Stopped,
    /// The stream knows no such shard any more.
    Gone,
}

/// How writing a place went.
enum Written {
    Done,
    TakenOver,
    Stopped,
}

impl ShardReader {
    pub(super) const fn new(feed: Feed, held: HeldShard) -> Self {
        Self {
            feed,
            held,
            iterator: None,
        }
    }

    /// The shard.
    pub fn shard(&self) -> &str {
        &self.held.shard.id
    }

    pub(super) const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The last record that was delivered, as it is written under the lease.
    pub fn checkpoint(&self) -> Option<&str> {
        self.held.place.after.as_deref()
    }

    /// Reads a page and delivers it.
    ///
    /// # Errors
    /// [`FeedError`] where another try from the checkpoint may succeed, after a pause.
    pub async fn step(&mut self, stop: &mut watch::Receiver<bool>) -> Result<Step, FeedError> {
        let ledger = self.feed.ledger.clone();
        if ledger.is_due(&self.held.held) && !ledger.keep(&mut self.held.held).await? {
            return Ok(Step::TakenOver);
        }
        let read = match self.iterator.take() {
            Some(iterator) => self.read(iterator).await,
            None => match self.begin().await {
                Ok(iterator) => self.read(iterator).await,
                Err(error) => Err(error),
            },
        };
        match read {
            Ok(Some(page)) => self.deliver(page, stop).await,
            Ok(None) | Err(FeedError::Source(SourceError::Expired)) => Ok(Step::Again),
            Err(FeedError::Source(SourceError::Gone)) => Ok(Step::Gone),
            Err(error) => Err(error),
        }
    }

    /// Gives the shard back, so that others needn't wait for the lease's end.
    pub async fn release(self) {
        let shard = self.shard().to_owned();
        match self.feed.ledger.release(self.held).await {
            Ok(()) => tracing::info!(%shard, "a shard is given back"),
            Err(error) => tracing::warn!(%error, %shard, "a shard's lease ends by itself"),
        }
    }

    /// An iterator at the checkpoint, or at the oldest record where that is gone.
    async fn begin(&self) -> Result<String, FeedError> {
        let (source, shard) = (&self.feed.source, &self.held.shard);
        let start = self.held.start();
        match source.iterator(shard, &start).await {
            Err(SourceError::Trimmed) if start != Start::TrimHorizon => self.at_horizon().await,
            got => Ok(got?),
        }
    }

    /// An iterator at the oldest record, once it is noted that there were older ones.
    async fn at_horizon(&self) -> Result<String, FeedError> {
        self.feed
            .pass_by("stream records were trimmed before they were read")
            .await?;
        let (source, shard) = (&self.feed.source, &self.held.shard);
        Ok(source.iterator(shard, &Start::TrimHorizon).await?)
    }

    /// A page, with when its read began; `None` where the records there had been trimmed.
    async fn read(&mut self, iterator: String) -> Result<Option<(RecordPage, Began)>, FeedError> {
        let began = self.feed.watermark.as_deref().map(Watermark::now);
        let (source, shard) = (self.feed.source.clone(), self.held.shard.clone());
        match source.records(&shard, &iterator).await {
            Ok(page) => Ok(Some((page, began))),
            Err(SourceError::Trimmed) => {
                self.iterator = Some(self.at_horizon().await?);
                Ok(None)
            }
            // The iterator is as good as before.
            Err(error @ SourceError::Throttled { .. }) => {
                self.iterator = Some(iterator);
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn deliver(
        &mut self,
        (page, began): (RecordPage, Began),
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Step, FeedError> {
        for batch in page.records.chunks(self.feed.config.batch_size) {
            let sequence_number = match self.hand_over(batch, stop).await {
                HandedOver::Done(sequence_number) => sequence_number,
                HandedOver::Stopped => return Ok(Step::Stopped),
                HandedOver::TakenOver => return Ok(Step::TakenOver),
            };
            let place = Place {
                after: Some(sequence_number.clone()),
                ..self.held.place.clone()
            };
            match self.write(place, stop).await {
                Written::Done => self.feed.trim(sequence_number).await,
                Written::TakenOver => return Ok(Step::TakenOver),
                Written::Stopped => return Ok(Step::Stopped),
            }
        }
        let Some(next) = page.next else {
            return self.end(stop).await;
        };
        self.iterator = Some(next);
        if !page.records.is_empty() {
            return Ok(Step::Delivered);
        }
        if let (Some(watermark), Some(began)) = (&self.feed.watermark, began) {
            watermark.at_end(&self.held.shard.id, began).await;
        }
        Ok(Step::Idle)
    }

    /// Delivers a batch, and keeps the lease meanwhile: a handler that has to try again may take
    /// minutes. Where the lease is taken over, the batch is left to the other.
    async fn hand_over(
        &mut self,
        batch: &[EventRecord],
        stop: &mut watch::Receiver<bool>,
    ) -> HandedOver {
        let feed = self.feed.clone();
        let delivery = Delivery::new(feed.handler.as_ref(), feed.config.batch_size)
            .marking(feed.watermark.as_deref());
        let mut delivering = std::pin::pin!(delivery.deliver(batch, stop));
        loop {
            tokio::select! {
                delivered = &mut delivering => return match delivered {
                    Some(sequence_number) => HandedOver::Done(sequence_number),
                    None => HandedOver::Stopped,
                },
                () = tokio::time::sleep(self.held.held.keep_every()) => {
                    match feed.ledger.keep(&mut self.held.held).await {
                        Ok(true) => {}
                        Ok(false) => return HandedOver::TakenOver,
                        Err(error) => tracing::warn!(%error, "a lease can't be kept now"),
                    }
                }
            }
        }
    }

    /// Writes that the shard is at its end. Its lease is nobody's matter any more.
    async fn end(&mut self, stop: &mut watch::Receiver<bool>) -> Result<Step, FeedError> {
        let place = Place {
            ended: true,
            ..self.held.place.clone()
        };
        match self.write(place, stop).await {
            Written::Done => {}
            Written::TakenOver => return Ok(Step::TakenOver),
            Written::Stopped => return Ok(Step::Stopped),
        }
        if let Some(watermark) = &self.feed.watermark {
            watermark.finish(&self.held.shard.id).await;
        }
        tracing::info!(shard = %self.held.shard.id, "a shard is at its end");
        Ok(Step::Ended)
    }

    /// Writes a place until it is written. Where it can't be known whether it is, nothing else may
    /// be written in its place: a checkpoint goes forward only.
    async fn write(&mut self, place: Place, stop: &mut watch::Receiver<bool>) -> Written {
        let ledger = self.feed.ledger.clone();
        let mut pause = FIRST_PAUSE;
        loop {
            match ledger.write(&mut self.held, place.clone()).await {
                Ok(true) => return Written::Done,
                Ok(false) => return Written::TakenOver,
                Err(error) => tracing::warn!(%error, "a checkpoint can't be written now"),
            }
            if *stop.borrow() {
                // It is delivered: that is what is given back.
                self.held.place = place;
                return Written::Stopped;
            }
            wait(pause, stop).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// When a read began, where somebody wants to know.
type Began = Option<casefold_events::Timestamp>;

/// How handing a batch over went.
enum HandedOver {
    /// All up to this record is done with.
    Done(String),
    Stopped,
    TakenOver,
}
