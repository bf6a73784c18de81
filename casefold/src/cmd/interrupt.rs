//! Stopping: long work, which Ctrl-C stops at its next resting place, and services.

use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Turns true when the process is interrupted. It listens until it is dropped.
pub(super) struct Interrupt {
    stopped: watch::Receiver<bool>,
    listening: JoinHandle<watch::Sender<bool>>,
}

impl Interrupt {
    /// Begins to listen.
    pub(super) fn listen() -> Self {
        let (stop, stopped) = watch::channel(false);
        let listening = tokio::spawn(async move {
            // Where the signal can't be heard it ends the process, which long work survives.
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.send_replace(true);
            }
            stop
        });
        Self { stopped, listening }
    }

    /// What to look at.
    pub(super) const fn stopped(&self) -> &watch::Receiver<bool> {
        &self.stopped
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Waits until the process is told to stop, by SIGINT or SIGTERM.
pub(super) async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM can't be caught; stop with SIGINT");
                // Told or not, there is nothing else to wait for.
                let _ = interrupted.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}
