use std::sync::Mutex as Guarded;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use casefold_events::DocketNumber;
use casefold_shared::clock::SystemClock;

use super::*;

/// A control store of one checkpoint, which fails when it is told to.
#[derive(Default)]
pub(in crate::feed) struct OneCheckpoint {
    value: Guarded<Option<String>>,
    pub(in crate::feed) is_broken: AtomicBool,
}

impl OneCheckpoint {
    pub(in crate::feed) fn noted(&self) -> Noted {
        Noted::read(self.value.lock().unwrap().as_deref())
    }

    fn answer<T>(&self, value: T) -> Result<T, StoreError> {
        match self.is_broken.load(Ordering::Relaxed) {
            true => Err(StoreError::Unavailable("gone".into())),
            false => Ok(value),
        }
    }
}

#[async_trait]
impl ControlStore for OneCheckpoint {
    async fn docket_number_next(&self, _: u8) -> Result<DocketNumber, StoreError> {
        unreachable!("a watermark gives out no numbers")
    }

    async fn docket_number_reserve(&self, _: DocketNumber) -> Result<(), StoreError> {
        unreachable!("a watermark gives out no numbers")
    }

    async fn checkpoint_get(&self, name: &str) -> Result<Option<String>, StoreError> {
        assert_eq!(name, CHECKPOINT);
        self.answer(self.value.lock().unwrap().clone())
    }

    async fn checkpoint_put(&self, name: &str, value: &str) -> Result<(), StoreError> {
        assert_eq!(name, CHECKPOINT);
        self.answer(())?;
        *self.value.lock().unwrap() = Some(value.to_owned());
        Ok(())
    }
}

fn of(control: &Arc<OneCheckpoint>) -> Watermark {
    let clock = Arc::new(SystemClock);
    Watermark::new(control.clone(), clock, EmptyRead::IsTheEnd)
}

/// A watermark with what it notes.
pub(in crate::feed) fn watermark() -> (Watermark, Arc<OneCheckpoint>) {
    let control = Arc::new(OneCheckpoint::default());
    (of(&control), control)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1_000)
}

fn shard(id: &str) -> Shard {
    Shard {
        stream: "stream".to_owned(),
        id: id.to_owned(),
        parent: None,
    }
}

#[test]
fn the_whole_stream_is_delivered_as_far_as_its_slowest_shard() {
    let mut ends = Ends::default();
    assert_eq!(ends.reached(), None, "nothing is listed");
    ends.list(&[shard("a"), shard("b")], &BTreeSet::new());
    ends.at_end("a", at(10));
    assert_eq!(ends.reached(), None, "one was never read to its end");
    ends.at_end("b", at(7));
    assert_eq!(ends.reached(), Some(at(7)));
    ends.at_end("b", at(12));
    assert_eq!(ends.reached(), Some(at(10)));
    ends.at_end("a", at(9));
    assert_eq!(ends.reached(), Some(at(10)), "it is never set back");
}

#[test]
fn where_a_shard_ends_those_that_follow_it_are_waited_for() {
    let mut ends = Ends::default();
    ends.list(&[shard("a"), shard("b")], &BTreeSet::new());
    ends.at_end("a", at(10));
    ends.at_end("b", at(10));
    ends.finish("a");
    assert_eq!(ends.reached(), None, "it is not known what follows");
    let finished = BTreeSet::from(["a".to_owned()]);
    ends.list(&[shard("a"), shard("b"), shard("child of a")], &finished);
    assert_eq!(ends.reached(), None);
    ends.at_end("child of a", at(11));
    assert_eq!(ends.reached(), Some(at(10)));
}

#[tokio::test(start_paused = true)]
async fn it_is_noted_once_a_second_and_never_set_back() {
    let (watermark, control) = watermark();
    watermark.list(&[shard("a")], &BTreeSet::new()).await;
    watermark.at_end("a", at(10)).await;
    assert_eq!(control.noted().delivered_to, Some(at(10)));
    watermark.at_end("a", at(11)).await;
    assert_eq!(control.noted().delivered_to, Some(at(10)));
    tokio::time::advance(NOTE_EVERY).await;
    watermark.at_end("a", at(12)).await;
    assert_eq!(control.noted().delivered_to, Some(at(12)));
    // A process whose clock is slow goes on from what is noted.
    let slow = of(&control);
    slow.list(&[shard("a")], &BTreeSet::new()).await;
    slow.at_end("a", at(9)).await;
    assert_eq!(control.noted().delivered_to, Some(at(12)));
}

#[tokio::test]
async fn what_was_passed_by_stays_noted_with_all_that_is_noted_later() {
    let (watermark, control) = watermark();
    watermark.pass_by().await.unwrap();
    let passed_by = control.noted().passed_by_at;
    assert!(passed_by.is_some());
    // As the next process does.
    let next = of(&control);
    next.list(&[shard("a")], &BTreeSet::new()).await;
    next.at_end("a", at(10)).await;
    assert_eq!(control.noted().delivered_to, Some(at(10)));
    assert_eq!(control.noted().passed_by_at, passed_by);
}

#[tokio::test]
async fn where_an_empty_read_tells_nothing_only_what_is_passed_by_is_noted() {
    let control = Arc::new(OneCheckpoint::default());
    let clock = Arc::new(SystemClock);
    let watermark = Watermark::new(control.clone(), clock, EmptyRead::TellsNothing);
    watermark.list(&[shard("a")], &BTreeSet::new()).await;
    watermark.at_end("a", at(10)).await;
    assert_eq!(control.noted(), Noted::default());
    watermark.pass_by().await.unwrap();
    assert!(control.noted().passed_by_at.is_some());
    assert_eq!(control.noted().delivered_to, None);
}

#[tokio::test(start_paused = true)]
async fn what_another_process_notes_is_kept() {
    let (watermark, control) = watermark();
    watermark.list(&[shard("a")], &BTreeSet::new()).await;
    watermark.at_end("a", at(10)).await;
    of(&control).pass_by().await.unwrap();
    let passed_by = control.noted().passed_by_at;
    tokio::time::advance(NOTE_EVERY).await;
    watermark.at_end("a", at(11)).await;
    assert_eq!(control.noted().delivered_to, Some(at(11)));
    assert_eq!(control.noted().passed_by_at, passed_by);
}
