//! What the log tells of a panic.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex};

use casefold_shared::telemetry::panics::{self, Panicked, caught};
use casefold_shared::telemetry::{self, Format};
use serde_json::Value;
use tracing::Instrument;

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let line = |line: &str| serde_json::from_str(line).unwrap();
        text.lines().map(line).collect()
    }
}

/// There is one log and one hook in a process, so the other test looks at another process.
#[test]
fn a_panic_is_a_line_with_its_place_and_nothing_that_was_put_together() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let earlier = std::panic::take_hook();
    std::panic::set_hook(Box::new(panics::log));

    let name = String::from("Vera Lindholm");
    let in_request = async {
        assert!(name.is_empty(), "{name} is not expected");
    };
    let span = tracing::info_span!("request", correlation_id = "c-1");
    let ended = futures::executor::block_on(caught(in_request).instrument(span));
    let elsewhere = std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(|| panic!("the engine is gone"));
    let joined = elsewhere.unwrap().join();
    std::panic::set_hook(earlier);

    assert_eq!(ended, Err(Panicked));
    assert!(joined.is_err());
    let lines = log.lines();
    let [first, second] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    for line in [first, second] {
        assert_eq!(
            (&line["level"], &line["message"]),
            (&"ERROR".into(), &"panicked".into())
        );
        let at = line["at"].as_str().unwrap();
        assert!(at.starts_with("shared/tests/panics.rs:"), "{at}");
    }
    assert_eq!(first["span"]["correlation_id"], "c-1");
    assert_eq!(first["said"], Value::Null);
    assert_eq!(
        (&second["thread"], &second["said"]),
        (&"engine".into(), &"the engine is gone".into())
    );
    assert!(!format!("{lines:?}").contains("Vera"), "{lines:?}");
    assert!(!Panicked.to_string().contains("Vera"));
}

/// Makes the test below begin logging as a process does, and panic.
const CHILD: &str = "CASEFOLD_TEST_PANICS";

#[test]
fn a_process_that_logs_json_says_a_panic_in_one_line_of_it() {
    if std::env::var_os(CHILD).is_some() {
        telemetry::init(Format::Json).unwrap();
        panic!("a secret of {}", String::from("Vera Lindholm"));
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["a_process_that_logs_json", "--nocapture"])
        .env(CHILD, "1")
        .env_remove("RUST_BACKTRACE")
        .env_remove(telemetry::LOG_VARIABLE)
        .output()
        .unwrap();
    assert!(!child.status.success());
    let said = String::from_utf8(child.stderr).unwrap();
    let lines: Vec<_> = said
        .lines()
        .filter(|line| line.contains("panicked"))
        .collect();
    let [line] = lines.as_slice() else {
        panic!("{said}")
    };
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["message"], &line["level"]),
        (&"panicked".into(), &"ERROR".into())
    );
    assert!(!said.contains("Vera"), "{said}");
}
