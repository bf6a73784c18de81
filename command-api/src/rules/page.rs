//! The rules as a page for people: `docs/rules.md`, made of the tables and of nothing else.
//!
//! The page is for clerks of court. It says in sentences and tables what the service allows,
//! and a test holds the committed page to what is made here.

mod codes;
mod commands;
mod policies;
mod refusals;
mod statuses;

use crate::refusal::Refusal;

const BEGINNING: &str = "\
# The rules of the court

What Casefold allows, to whom, and what follows from it. **This page is made from the tables by
which the service decides**, so it says what the service does; a test fails where the two differ.

- [Who may do what](#who-may-do-what)
- [Documents and their event codes](#documents-and-their-event-codes)
- [Statuses](#statuses)
- [What follows by itself](#what-follows-by-itself)
- [Refusals](#refusals)
";

/// The page, as Markdown.
pub fn markdown() -> String {
    let sections = [
        BEGINNING.to_owned(),
        commands::section(),
        codes::section(),
        statuses::section(),
        policies::section(),
        refusals::section(Refusal::ALL),
    ];
    let mut page = sections.join("\n");
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// A table: its head, and its rows.
fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&head.map(str::to_owned));
    text.push_str(&line(&head.map(|_| "---".to_owned())));
    for row in rows {
        text.push_str(&line(&row.map(|cell| cell.replace('|', "\\|"))));
    }
    text
}

/// A name that callers write as it stands.
fn code(name: &str) -> String {
    format!("`{name}`")
}

/// `yes`, or an empty cell, so that the eye finds what there is.
fn yes(is_so: bool) -> String {
    if is_so {
        "yes".to_owned()
    } else {
        String::new()
    }
}
