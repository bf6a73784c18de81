//! How much is taken on: requests at the same time, and how often one caller may ask.
//!
//! | status | code | |
//! | --- | --- | --- |
//! | 429 | `TOO_MANY_REQUESTS` | this caller asks more often than a caller may |
//! | 503 | `OVERLOADED` | as many requests as can be served are being served |
//!
//! Both say in `Retry-After` when to come again, and nothing was done. A service that takes on
//! more than it can do answers everybody late, and those first who have waited in vain.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use casefold_events::UserId;
use governor::clock::{Clock, MonotonicClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::ApiState;
use super::problem::Problem;
use super::{documents, health};

/// For so many seconds a caller who was silent may ask in one go.
const SAVED_SECONDS: u32 = 5;

/// After so many questions those callers are forgotten who could ask in one go again.
const FORGOTTEN_AFTER: u32 = 1 << 16;

/// The part of all requests that may be uploads of documents, whose senders may take minutes.
const PART_OF_UPLOADS: usize = 4;

/// How much a service takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most requests that are served at the same time; one at least.
    pub requests: usize,
    /// How often a caller may ask, in requests a second, those of five seconds in one go; `None`
    /// for as often as they like.
    pub rate: Option<NonZeroU32>,
}

/// How much is being done, and who asked how often.
#[derive(Debug)]
pub(super) struct Load {
    short: Semaphore,
    uploads: Semaphore,
    rate: Option<Rate>,
}

type Callers = RateLimiter<UserId, HashMapStateStore<UserId>, MonotonicClock>;

#[derive(Debug)]
struct Rate {
    a_second: NonZeroU32,
    callers: Callers,
    asked: AtomicU32,
}

impl Load {
    /// Nothing is being done yet.
    pub(super) fn within(limits: Limits) -> Self {
        let requests = limits.requests.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            short: Semaphore::new(requests),
            uploads: Semaphore::new(requests.div_ceil(PART_OF_UPLOADS)),
            rate: limits.rate.map(Rate::of),
        }
    }

    /// Room for a request of a route; none where as many are being served as can be.
    fn room(&self, route: Option<&str>) -> Option<SemaphorePermit<'_>> {
        let room = match route {
            Some(documents::UPLOADS) => &self.uploads,
            _ => &self.short,
        };
        room.try_acquire().ok()
    }

    /// Counts a request of a caller.
    ///
    /// # Errors
    /// 429 where it is one too many.
    pub(super) fn count(&self, caller: &UserId) -> Result<(), Problem> {
        match &self.rate {
            Some(rate) => rate.count(caller),
            None => Ok(()),
        }
    }
}

impl Rate {
    fn of(a_second: NonZeroU32) -> Self {
        let saved = a_second.saturating_mul(NonZeroU32::MIN.saturating_add(SAVED_SECONDS - 1));
        let quota = Quota::per_second(a_second).allow_burst(saved);
        Self {
            a_second,
            callers: RateLimiter::new(quota, HashMapStateStore::default(), MonotonicClock),
            asked: AtomicU32::new(0),
        }
    }

    fn count(&self, caller: &UserId) -> Result<(), Problem> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGOTTEN_AFTER == FORGOTTEN_AFTER - 1 {
            self.callers.retain_recent();
            self.callers.shrink_to_fit();
        }
        self.callers.check_key(caller).map_err(|not_until| {
            let wait = not_until.wait_time_from(MonotonicClock.now());
            too_many(self.a_second, wait)
        })
    }
}

fn too_many(a_second: NonZeroU32, wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let detail = format!(
        "a caller may send {a_second} requests a second, and {SAVED_SECONDS} times as many in \
         one go; send this one again after Retry-After seconds"
    );
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", detail)
        .with(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
}

/// Serves a request where there is room, and answers at once where there is none. Whoever asks
/// how the service is always gets in. A document that is sent when its request is answered takes
/// no room any more, but a connection.
pub(super) async fn within_room(
    State(state): State<ApiState>,
    request: Request,
    next: Next,
) -> Response {
    let Some(load) = &state.load else {
        return next.run(request).await;
    };
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(MatchedPath::as_str);
    if route.is_some_and(|route| health::ROUTES.contains(&route)) {
        return next.run(request).await;
    }
    let Some(room) = load.room(route) else {
        return Problem::overloaded().into_response();
    };
    let response = next.run(request).await;
    drop(room);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(requests: usize, rate: u32) -> Load {
        Load::within(Limits {
            requests,
            rate: NonZeroU32::new(rate),
        })
    }

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    #[test]
    fn who_asks_too_often_is_told_when_to_come_again_and_nobody_else_is() {
        let load = limits(8, 1);
        for _ in 0..SAVED_SECONDS {
            load.count(&user("nora")).unwrap();
        }
        let problem = load.count(&user("nora")).unwrap_err();
        assert_eq!(problem.code(), "TOO_MANY_REQUESTS");
        assert_eq!(problem.status(), StatusCode::TOO_MANY_REQUESTS);
        let after = problem
            .into_response()
            .extensions()
            .get::<Problem>()
            .cloned();
        let after = after.unwrap().header(&RETRY_AFTER).cloned();
        assert_eq!(after, Some(HeaderValue::from(1)));
        load.count(&user("bela")).unwrap();
    }

    #[test]
    fn a_rate_of_none_lets_everybody_ask() {
        let load = limits(8, 0);
        assert!((0..10_000).all(|_| load.count(&user("nora")).is_ok()));
    }

    #[test]
    fn callers_are_forgotten_when_they_could_ask_in_one_go_again() {
        let load = limits(8, 1_000_000);
        for n in 0..FORGOTTEN_AFTER {
            load.count(&user(&format!("caller-{n}"))).unwrap();
        }
        let rate = load.rate.unwrap();
        assert!(rate.callers.len() < 1_000, "{}", rate.callers.len());
    }

    #[test]
    fn uploads_leave_room_for_everything_else() {
        let load = limits(8, 0);
        let uploads: Vec<_> = (0..8)
            .filter_map(|_| load.room(Some(documents::UPLOADS)))
            .collect();
        assert_eq!(uploads.len(), 2);
        let others: Vec<_> = (0..9)
            .filter_map(|_| load.room(Some("/v1/cases")))
            .collect();
        assert_eq!(others.len(), 8);
    }

    #[test]
    fn even_a_service_of_no_room_serves_one_at_a_time() {
        let load = limits(0, 0);
        let one = load.room(None);
        assert!(one.is_some());
        assert!(load.room(None).is_none());
    }
}
