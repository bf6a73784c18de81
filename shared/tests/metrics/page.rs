//! The list of all metrics in `docs/metrics.md`.

use std::path::Path;

use casefold_shared::metrics::table::{ALL, Metric};

const UPDATE: &str = "CASEFOLD_UPDATE_METRICS";
const BEGIN: &str = "<!-- list: begin -->\n";
const END: &str = "<!-- list: end -->";

fn row(metric: &Metric) -> String {
    let sets: Vec<_> = metric
        .dimension_sets()
        .iter()
        .map(|set| format!("`{}`", set.join(", ")))
        .collect();
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        metric.name,
        metric.unit.as_str(),
        sets.join(" "),
        metric.told_by,
        metric.meaning
    )
}

fn list() -> String {
    let mut list = String::from(
        "\n| metric | unit | dimensions | told by | what it means |\n| --- | --- | --- | --- | --- |\n",
    );
    for metric in ALL {
        list.push_str(&row(metric));
    }
    list.push('\n');
    list
}

fn page() -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
    let page = std::fs::read_to_string(&path).unwrap();
    (path, page)
}

#[test]
fn the_committed_list_has_every_metric() {
    let (path, page) = page();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (committed, after) = rest.split_once(END).unwrap();
    let made = list();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{made}{END}{after}")).unwrap();
        return;
    }
    assert!(
        committed == made,
        "docs/metrics.md has another list; look at the difference after \
         {UPDATE}=1 cargo test -p casefold-shared --test metrics page"
    );
}

#[test]
fn every_metric_says_what_it_means_in_a_sentence() {
    for metric in ALL {
        assert!(metric.meaning.ends_with('.'), "{}", metric.name);
        assert!(!metric.meaning.contains('|'), "{}", metric.name);
    }
}
