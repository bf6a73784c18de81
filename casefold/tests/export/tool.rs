//! The real program.

use std::process::Command;

use serde_json::Value;

use crate::files::{commits, events};

fn told(dir: &std::path::Path, args: &[&str]) -> (i32, Value) {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_casefold"));
    tool.env("CASEFOLD_LOG", "warn,dynoxide=error");
    let output = tool
        .arg("--data-dir")
        .arg(dir)
        .arg("--json")
        .args(args)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = serde_json::from_str(text.lines().last().unwrap_or_default())
        .unwrap_or_else(|_| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), told)
}

#[test]
fn the_tool_writes_a_made_up_court() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let files = dir.path().join("files");
    assert_eq!(told(&data, &["generate", "--cases", "40"]).0, 0);
    let (status, report) = told(&data, &["export", "--parquet", files.to_str().unwrap()]);
    assert_eq!((status, &report["complete"]), (0, &true.into()), "{report}");
    assert_eq!(report["commits"], commits(&files).len());
    assert_eq!(report["events"], events(&files).len());
    let (status, again) = told(&data, &["export", "--parquet", files.to_str().unwrap()]);
    assert_eq!((status, &again["commitsWritten"]), (0, &0.into()));
}
