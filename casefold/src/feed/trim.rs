//! Dropping stream records only when every reader of the stream has them behind it.

use std::sync::{Arc, Mutex, PoisonError};

use super::Trim;

/// Where a reader is, by the stream's sequence number; nowhere until its first batch.
type Position = Option<u128>;

/// One [`Trim`] for each of so many readers of a stream. Records are dropped up to where the
/// slowest of them is, and none before each has said where that is.
pub fn shared(readers: usize, trim: Trim) -> Vec<Trim> {
    let positions: Arc<Mutex<Vec<Position>>> = Arc::new(Mutex::new(vec![None; readers]));
    let reader = |at: usize| -> Trim {
        let (positions, trim) = (Arc::clone(&positions), Arc::clone(&trim));
        Arc::new(move |checkpoint| {
            if let Some(slowest) = moved(&positions, at, checkpoint) {
                trim(&slowest.to_string());
            }
        })
    };
    (0..readers).map(reader).collect()
}

/// Notes where a reader is, and says where the slowest is.
fn moved(positions: &Mutex<Vec<Position>>, reader: usize, checkpoint: &str) -> Position {
    let mut positions = positions.lock().unwrap_or_else(PoisonError::into_inner);
    // A number that can't be read holds the trim back, which costs space and nothing else.
    *positions.get_mut(reader)? = checkpoint.parse().ok();
    positions.iter().copied().min().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_dropped_up_to_the_slowest_reader_and_not_before_all_have_begun() {
        let dropped = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&dropped);
        let trim: Trim = Arc::new(move |up_to| seen.lock().unwrap().push(up_to.to_owned()));
        let readers = shared(2, trim);

        readers[0]("9");
        assert!(dropped.lock().unwrap().is_empty());
        readers[1]("7");
        readers[0]("12");
        readers[1]("10");

        assert_eq!(*dropped.lock().unwrap(), ["7", "7", "10"]);
    }
}
