//! Where and of what it is measured. Nothing here names the machine or a path of it.

use std::path::Path;
use std::process::Command;

use casefold_shared::clock::{Clock, SystemClock};

use crate::report::{Machine, Run};

/// The run that begins now.
pub(crate) fn run(root: &Path, runs: usize, quick: bool) -> Run {
    let now = SystemClock.now().to_string();
    Run {
        date: now.chars().take(10).collect(),
        commit: commit(root),
        runs,
        quick,
        machine: machine(),
    }
}

fn machine() -> Machine {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let os =
        said(Command::new("uname").arg("-sr")).unwrap_or_else(|| std::env::consts::OS.to_owned());
    Machine {
        cpu: cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores,
        memory_gib: memory_gib().unwrap_or_default(),
        os,
        rustc: rustc(),
        engine: format!(
            "dynoxide-rs {}",
            engine().unwrap_or("of an unknown version")
        ),
    }
}

fn cpu() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory_gib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some((kib as f64 / f64::from(1 << 20)).round() as u64)
}

fn rustc() -> String {
    let said = said(Command::new("rustc").arg("--version")).unwrap_or_default();
    let words: Vec<_> = said.split_whitespace().take(2).collect();
    words.join(" ")
}

/// The engine's version, as it is locked.
fn engine() -> Option<&'static str> {
    let locked = include_str!("../../Cargo.lock");
    let (_, after) = locked.split_once("name = \"dynoxide-rs\"\nversion = \"")?;
    after.split('"').next()
}

fn commit(root: &Path) -> String {
    let Some(commit) =
        said(
            Command::new("git")
                .current_dir(root)
                .args(["rev-parse", "--short=10", "HEAD"]),
        )
    else {
        return "unknown".to_owned();
    };
    // What the benchmarks themselves write is no change of what is measured.
    let status = ["status", "--porcelain", "--", "."];
    let but = [":!docs/benchmarks", ":!benchmarks/budget.json"];
    let changed = said(Command::new("git").current_dir(root).args(status).args(but));
    match changed {
        Some(changed) if !changed.is_empty() => format!("{commit} with changes"),
        Some(_) | None => commit,
    }
}

fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_has_the_version_that_is_locked() {
        let version = engine().unwrap();
        assert!(
            version.starts_with(|it: char| it.is_ascii_digit()),
            "{version}"
        );
    }
}
