//! The list of all events in `docs/events.md`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use casefold_events::CaseEvent;
use casefold_events::upcast::STEPS;

const UPDATE: &str = "CASEFOLD_UPDATE_EVENTS";
const BEGIN: &str = "<!-- list: begin -->\n";
const END: &str = "<!-- list: end -->";

/// The first sentence of a description, on one line and fit for a cell.
fn first_sentence(description: &str) -> String {
    let line = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.find(". ").map_or(line.len(), |at| at + 1);
    line[..end].replace('|', "\\|")
}

fn list() -> String {
    let mut list = String::from("\n| event | version | what happened |\n| --- | --- | --- |\n");
    for (event_type, version, schema) in CaseEvent::json_schemas() {
        let what = first_sentence(schema["description"].as_str().unwrap());
        list.push_str(&format!("| `{event_type}` | {version} | {what} |\n"));
    }
    list.push_str("\nOf older versions:\n\n| event | from | to | when it is read |\n| --- | --- | --- | --- |\n");
    for step in STEPS {
        let (event_type, from, to, meaning) =
            (step.event_type, step.from, step.from + 1, step.meaning);
        list.push_str(&format!("| `{event_type}` | {from} | {to} | {meaning} |\n"));
    }
    list.push('\n');
    list
}

#[test]
fn the_committed_list_has_every_event_with_its_version_and_every_step() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/events.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (committed, after) = rest.split_once(END).unwrap();
    let made = list();
    if std::env::var_os(UPDATE).is_some() {
        let page = format!("{before}{BEGIN}{made}{END}{after}");
        std::fs::write(&path, page).unwrap();
        return;
    }
    assert!(
        committed == made,
        "docs/events.md has another list; look at the difference after \
         {UPDATE}=1 cargo test -p casefold-events --test page"
    );
}

#[test]
fn every_event_says_what_happened_in_a_sentence() {
    for (event_type, _, schema) in CaseEvent::json_schemas() {
        let said = first_sentence(schema["description"].as_str().unwrap_or_default());
        assert!(said.ends_with('.'), "{event_type}: {said:?}");
    }
}
