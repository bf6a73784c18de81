//! `casefold import`.

use super::*;

/// A court's items, of four cases, one of them in an older form that goes by an id.
const SMALL: &str = include_str!("../data/court-items-small.json");

/// How often the file has the other three, under other numbers.
const TIMES: u32 = 12;

#[test]
fn an_import_that_is_killed_again_and_again_has_every_case_once_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("items.json");
    std::fs::write(&file, items()).unwrap();
    let import = ["import", file.to_str().unwrap()];
    // Given what an import that nobody disturbs makes of it
    let undisturbed = dir.path().join("undisturbed");
    done(&undisturbed, &import);
    let expected = assert_sound(&undisturbed);
    assert_eq!(expected.0, 3 * u64::from(TIMES) + 1);

    let (mut killed, mut imported) = (0, 0);
    while killed < kills() {
        let data = dir.path().join(format!("imported-{imported}"));
        killed += kill_until_done(&data, &import, kills() - killed, 700);
        imported += 1;
        assert_eq!(assert_sound(&data), expected);
        std::fs::remove_dir_all(&data).unwrap();
    }
    println!("{killed} kills of {imported} imports");
}

/// The file: the cases, again and again under other numbers.
fn items() -> String {
    let all = (0..TIMES).flat_map(|nth| {
        let numbers = ["301-22", "302-22", "303-22"].iter().zip(0..);
        let renumbered = numbers.fold(SMALL.to_owned(), |text, (number, at)| {
            text.replace(number, &format!("{}-22", 1_000 + 10 * nth + at))
        });
        serde_json::from_str::<Vec<Value>>(&renumbered).unwrap()
    });
    Value::Array(all.collect()).to_string()
}
