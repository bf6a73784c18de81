//! The rules as a page, `docs/rules.md`.

use std::path::Path;

use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_command_api::refusal::Refusal;
use casefold_command_api::rules::event_codes::EVENT_CODES;
use casefold_command_api::rules::page;
use casefold_events::vocabulary::{CaseStatus, Role};

const UPDATE: &str = "CASEFOLD_UPDATE_RULES";

#[test]
fn the_committed_rules_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules.md");
    let made = page::markdown();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/rules.md is not what the tables say; look at the difference after \
         {UPDATE}=1 cargo test -p casefold-command-api --test decide committed_rules_page"
    );
}

#[test]
fn the_page_leaves_nothing_out() {
    let page = page::markdown();
    let commands = [
        PetitionCommand::NAMES,
        CaseCommand::NAMES,
        GroupCommand::NAMES,
    ];
    for name in commands.into_iter().flatten() {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
    for rule in EVENT_CODES {
        assert!(
            page.contains(&format!("| `{}` |", rule.code)),
            "{}",
            rule.code
        );
    }
    for status in CaseStatus::ALL {
        assert!(page.contains(&format!("| {status} |")), "{status}");
    }
    for refusal in Refusal::ALL {
        assert!(
            page.contains(&format!("| `{}` |", refusal.code)),
            "{}",
            refusal.code
        );
    }
}

#[test]
fn each_row_of_a_table_has_as_many_cells_as_its_head() {
    let page = page::markdown();
    let mut width = None;
    for line in page.lines() {
        // A pipe within a cell is escaped.
        let cells = line.replace("\\|", "").matches('|').count();
        match width {
            Some(width) if line.starts_with('|') => assert_eq!(cells, width, "{line}"),
            None if line.starts_with('|') => width = Some(cells),
            Some(_) | None => width = None,
        }
    }
}

#[test]
fn who_may_do_what_is_on_the_page_as_the_court_has_it() {
    let page = page::markdown();
    let row = |name: &str| {
        let start = format!("| `{name}` |");
        let row = page.lines().find(|line| line.starts_with(&start)).unwrap();
        row.matches('●').count()
    };
    assert_eq!(row("SealCase"), 3, "docket clerk and those who are one too");
    let internal = Role::ALL.iter().filter(|role| role.is_internal()).count();
    assert_eq!(row("ConsolidateCases"), internal - 1, "all but the service");
}
