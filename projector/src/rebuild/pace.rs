//! Keeping to a rate of write units.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The most that is saved up while nothing is written, in seconds of the rate.
const SAVED_SECONDS: f64 = 1.0;

/// Lets several workers together consume at most so many write units a second, on the average
/// over a few seconds.
#[derive(Debug)]
pub(super) struct Pace {
    units_a_second: Option<f64>,
    /// Up to when everything that was consumed is paid for.
    paid_until: Mutex<Option<Instant>>,
}

impl Pace {
    /// A pace; without a rate it holds nobody up.
    pub(super) const fn new(units_a_second: Option<u32>) -> Self {
        Self {
            units_a_second: match units_a_second {
                Some(units) => Some(units as f64),
                None => None,
            },
            paid_until: Mutex::new(None),
        }
    }

    /// Waits as long as it takes to pay for units that were consumed.
    pub(super) async fn pay(&self, units: f64) {
        let Some(rate) = self.units_a_second.filter(|rate| *rate > 0.0) else {
            return;
        };
        let now = Instant::now();
        let until = {
            let mut paid_until = self
                .paid_until
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let earliest = now
                .checked_sub(Duration::from_secs_f64(SAVED_SECONDS))
                .unwrap_or(now);
            let from = paid_until.map_or(now, |until| until.max(earliest));
            let until = from + Duration::from_secs_f64(units / rate);
            *paid_until = Some(until);
            until
        };
        tokio::time::sleep_until(until).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    }

    #[test]
    fn what_is_consumed_is_paid_for_at_the_rate() {
        runtime().block_on(async {
            let (pace, begun) = (Pace::new(Some(100)), Instant::now());
            for _ in 0..10 {
                pace.pay(50.0).await;
            }
            let took = begun.elapsed().as_secs_f64();
            assert!((4.9..5.1).contains(&took), "500 units in {took} s");
        });
    }

    #[test]
    fn little_is_saved_up_in_a_pause() {
        runtime().block_on(async {
            let pace = Pace::new(Some(100));
            pace.pay(10.0).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
            let begun = Instant::now();
            pace.pay(500.0).await;
            let took = begun.elapsed().as_secs_f64();
            assert!((3.9..4.1).contains(&took), "{took} s: a second was saved");
        });
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        runtime().block_on(async {
            let begun = Instant::now();
            Pace::new(None).pay(1e9).await;
            assert_eq!(begun.elapsed(), Duration::ZERO);
        });
    }
}
