//! The figures as a page to read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Cell, Figure, Machine, Results, Table};
use crate::stats::printed;

const HEAD: &str = "\
# Benchmarks

Casefold beside its peers, and beside what the engine allows at most, as measured by

```sh
cargo run --release -p casefold-benchmarks -- all
```

This page and the plots are made by that command from [results.json](results.json). Units, items, requests and
instructions are exact, and the same on any machine. Times are not: each is a ratio within one run that counts, and
differences under a fifth are noise. Where a cell has a range, it is the smallest and the largest of the runs, after
the middle one. [benchmarks/README.md](../../benchmarks/README.md) tells how each contestant is used, and what is
checked after its run.
";

/// How long a line may be.
const COLUMNS: usize = 118;

/// The page.
pub(crate) fn page(results: &Results) -> String {
    let mut page = HEAD.to_owned();
    machines(&mut page, results);
    summary(&mut page, results);
    for (number, figure) in &results.figures {
        section(&mut page, *number, figure);
    }
    page
}

fn machines(page: &mut String, results: &Results) {
    let mut machines: BTreeMap<&Machine, Vec<u8>> = BTreeMap::new();
    for (number, figure) in &results.figures {
        machines
            .entry(&figure.run.machine)
            .or_default()
            .push(*number);
    }
    line(page, "\n## Where\n");
    for (machine, figures) in &machines {
        let Machine {
            cpu,
            cores,
            memory_gib,
            os,
            rustc,
            engine,
        } = machine;
        let figures: Vec<_> = figures.iter().map(u8::to_string).collect();
        line(
            page,
            &format!(
                "- figures {}: {cpu}, {cores} cores, {memory_gib} GiB, {os}; {rustc}; {engine}",
                figures.join(", ")
            ),
        );
    }
}

fn summary(page: &mut String, results: &Results) {
    line(page, "\n## What was to be reached\n");
    line(page, "| | goal | measured | |");
    line(page, "| --- | --- | --- | --- |");
    for (number, figure) in &results.figures {
        for goal in &figure.goals {
            let row = format!(
                "| {number} | {} | {} | {} |",
                escaped(&goal.goal),
                escaped(&goal.measured),
                goal.verdict.as_str()
            );
            line(page, &row);
        }
    }
}

fn section(page: &mut String, number: u8, figure: &Figure) {
    line(page, &format!("\n## {number}. {}\n", figure.title));
    let run = &figure.run;
    let short = if run.quick {
        "; a short run, whose times are worth little"
    } else {
        ""
    };
    let times = if run.runs == 1 { "run" } else { "runs" };
    line(
        page,
        &format!(
            "{}, commit {}, {} {times}{short}.",
            run.date, run.commit, run.runs
        ),
    );
    for table in &figure.tables {
        table_of(page, table);
    }
    for plot in &figure.plots {
        line(page, &format!("\n![{}]({}.svg)", plot.title, plot.file));
    }
    if !figure.notes.is_empty() {
        line(page, "");
    }
    for note in &figure.notes {
        line(page, &wrapped(note));
    }
}

/// A point of a list, in lines of some length.
fn wrapped(note: &str) -> String {
    let (mut text, mut column) = ("-".to_owned(), 1);
    for word in note.split_whitespace() {
        let length = word.chars().count();
        if column + 1 + length > COLUMNS {
            text.push_str("\n ");
            column = 1;
        }
        text.push(' ');
        text.push_str(word);
        column += 1 + length;
    }
    text
}

fn table_of(page: &mut String, table: &Table) {
    line(page, &format!("\n{}\n", table.caption));
    line(page, &format!("| {} |", table.columns.join(" | ")));
    line(page, &format!("|{}", " --- |".repeat(table.columns.len())));
    for row in &table.rows {
        let cells: Vec<_> = row.cells.iter().map(cell).collect();
        line(
            page,
            &format!("| {} | {} |", escaped(&row.name), cells.join(" | ")),
        );
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => escaped(text),
        Cell::Exact(figure) => printed(*figure),
        Cell::Spread(it) if it.min == it.max => printed(it.median),
        Cell::Spread(it) => format!(
            "{} ({}–{})",
            printed(it.median),
            printed(it.min),
            printed(it.max)
        ),
        Cell::Empty => "–".to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

fn line(page: &mut String, text: &str) {
    // Writing to a text doesn't fail.
    let _ = writeln!(page, "{text}");
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::{Goal, Run, Verdict};
    use super::*;

    pub(crate) fn figure(title: &str) -> Figure {
        let mut table = Table::new("By length:", &["", "10", "1,000"]);
        table.row(
            "somebody | else",
            vec![Cell::runs(&[1.0, 3.0, 2.0]), Cell::Empty],
        );
        Figure {
            title: title.to_owned(),
            run: Run {
                date: "2026-01-02".to_owned(),
                commit: "abc".to_owned(),
                runs: 3,
                quick: false,
                machine: Machine {
                    cpu: "a CPU".to_owned(),
                    cores: 2,
                    memory_gib: 8,
                    os: "Linux".to_owned(),
                    rustc: "rustc 1".to_owned(),
                    engine: "engine 1".to_owned(),
                },
            },
            goals: vec![Goal::new("at least 2", "3", Verdict::Reached)],
            tables: vec![table],
            plots: Vec::new(),
            notes: vec!["A note.".to_owned()],
        }
    }

    #[test]
    fn a_long_note_goes_over_several_lines() {
        let note = "word ".repeat(50);
        let text = wrapped(&note);
        assert!(text.lines().all(|line| line.len() <= COLUMNS), "{text}");
        assert!(
            text.starts_with("- word word") && text.contains("\n  word"),
            "{text}"
        );
        assert_eq!(text.split_whitespace().count(), 51);
    }

    #[test]
    fn the_page_has_the_goals_and_then_each_figure_with_its_run_and_tables() {
        let results = Results {
            figures: [(2, figure("Commands a second"))].into(),
        };
        let page = page(&results);
        for text in [
            "- figures 2: a CPU, 2 cores, 8 GiB, Linux; rustc 1; engine 1\n",
            "| 2 | at least 2 | 3 | reached |\n",
            "## 2. Commands a second\n\n2026-01-02, commit abc, 3 runs.\n",
            "By length:\n\n|  | 10 | 1,000 |\n| --- | --- | --- |\n",
            "| somebody \\| else | 2 (1–3) | – |\n",
            "\n- A note.\n",
        ] {
            assert!(page.contains(text), "{text:?} in\n{page}");
        }
    }
}
