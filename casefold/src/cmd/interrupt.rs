//! Long work that Ctrl-C stops at its next resting place.

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
