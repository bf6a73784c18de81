//! Clerks who file and change cases without end, and how long they wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::{Client, paper_petition};

/// Clerks at work.
pub(crate) struct Clerks {
    is_over: Arc<AtomicBool>,
    working: Vec<JoinHandle<Vec<Duration>>>,
    since: Instant,
}

impl Clerks {
    /// Lets so many begin.
    pub(crate) fn at_work(clerk: &Client, clients: usize) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let working = (0..clients)
            .map(|_| {
                let (clerk, is_over) = (clerk.clone(), is_over.clone());
                tokio::spawn(async move { work(&clerk, &is_over).await })
            })
            .collect();
        Self {
            is_over,
            working,
            since: Instant::now(),
        }
    }

    /// Lets them end, and gives how long their commands took.
    pub(crate) async fn go_home(self) -> Value {
        self.is_over.store(true, Ordering::Relaxed);
        let mut samples = Vec::new();
        for clerk in self.working {
            samples.extend(clerk.await.unwrap());
        }
        let rate = samples.len() as f64 / self.since.elapsed().as_secs_f64();
        samples.sort_unstable();
        let at = |share: f64| {
            let index = (samples.len().saturating_sub(1) as f64 * share).round() as usize;
            let sample = samples.get(index);
            sample.map(|took| (took.as_secs_f64() * 10_000.0).round() / 10.0)
        };
        json!({
            "commands": samples.len(), "perSecond": rate.round(),
            "p50Millis": at(0.5), "p99Millis": at(0.99),
        })
    }
}

/// Files a petition, checks and serves it, and does something with the case, again and again.
async fn work(clerk: &Client, is_over: &AtomicBool) -> Vec<Duration> {
    let mut samples = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let since = Instant::now();
        let number = clerk.file(&paper_petition()).await.docket_number();
        samples.push(since.elapsed());
        for name in ["QcPetition", "ServePetition", "SealCase", "UnsealCase"] {
            let since = Instant::now();
            let body = json!({"type": name});
            drop(clerk.command(&number, body).await.expect(200));
            samples.push(since.elapsed());
        }
    }
    samples
}
