use super::*;

const FIRST: Generation = Generation::FIRST;

fn id(name: &'static str, generation: u32) -> ProjectionId {
    ProjectionId {
        name,
        generation: Generation(generation),
    }
}

/// Where each generation of each projection stores something.
fn stored() -> Vec<(ProjectionId, Vec<String>)> {
    let number = DocketNumber::new(101, 26).unwrap();
    let lists = |generation| {
        let place = list_place(List::Status, "case@1#1", "2026");
        vec![
            lists_partition(generation, number),
            list_partition(generation, &place),
            buckets_partition(generation, List::Status, "New"),
            lists_quarantine_partition(generation),
        ]
    };
    let rows = |of| {
        vec![
            row_case_partition(of, number),
            row_partition(of, "2026-11"),
            row_partition(of, "101-26"),
            row_partition(of, ""),
            rows_quarantine_partition(of),
        ]
    };
    let mut all = Vec::new();
    for generation in [1, 2, 11] {
        let (case, of_lists) = (id("case", generation), id(crate::lists::NAME, generation));
        let generation = case.generation;
        let of_case = vec![
            snapshot_partition(generation, number),
            quarantine_partition(generation),
        ];
        all.push((case, of_case));
        all.push((of_lists, lists(generation)));
        for name in ["sealings", "sealings-of-judges", "cases"] {
            let of = ProjectionId { name, generation };
            all.push((of, rows(of)));
        }
    }
    all
}

#[test]
fn what_is_stored_belongs_to_its_own_generation_and_to_no_other() {
    let all = stored();
    for (of, partitions) in &all {
        for (other, _) in &all {
            for partition in partitions {
                let belongs = is_of_generation(partition, *other);
                assert_eq!(belongs, of == other, "{partition} and {other}");
            }
        }
    }
    let command = CommandId::new("1").unwrap();
    let number = DocketNumber::new(101, 26).unwrap();
    let remembered = command_key(number, &command);
    let partition = remembered[HASH_KEY].as_s().cloned().unwrap_or_default();
    assert!(all.iter().all(|(of, _)| !is_of_generation(&partition, *of)));
}

#[test]
fn no_two_places_are_one() {
    let all = stored();
    let places: Vec<_> = all.iter().flat_map(|(_, places)| places).collect();
    let distinct: std::collections::BTreeSet<_> = places.iter().collect();
    assert_eq!(distinct.len(), places.len());
}

#[test]
fn a_projection_of_rows_has_no_name_under_which_something_else_is_kept() {
    fn of_rows(name: &str) -> bool {
        ProjectionId::may_be_of_rows(name)
    }
    assert!(of_rows("sealings") && of_rows("by-judge"));
    for name in ["", "Sealings", "a@1", "a#b", "a1", "-a"] {
        assert!(!of_rows(name), "{name}");
    }
    let number = DocketNumber::new(101, 26).unwrap();
    let others = [
        snapshot_partition(FIRST, number),
        lists_partition(FIRST, number),
        list_partition(FIRST, "place"),
        buckets_partition(FIRST, List::Status, "New"),
        "command@1#101-26#1".to_owned(),
        quarantine_partition(FIRST),
        "contents@case@1".to_owned(),
    ];
    for partition in others {
        let name = partition.split('@').next().unwrap_or_default();
        assert!(!of_rows(name), "{name}");
    }
}
