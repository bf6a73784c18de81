//! What the audit index and the log of accesses cost.

use casefold_shared::audit::{self, Filter, IndexRow};

use super::*;

/// A commit of each kind, and what it costs to bring the audit index along: as a batch of the
/// stream brings it, with the commit.
#[tokio::test]
async fn a_commit_costs_the_audit_index_a_write_unit_for_each_of_its_rows_and_one_for_the_case() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(&store);
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let answer = service.file_petition(request(petition)).await.unwrap();
    let number = answer.docket_number;
    let clock = Arc::new(SystemClock);
    let folder = IndexFolder::new(store.clone(), store.clone(), clock, Generation::FIRST);
    let events = Stores::of(store.clone()).events;
    let mut stored = Version::ZERO;
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    let motion = json!({"type": "AddPaperFiling", "eventCode": "M006",
        "filedBy": {"contacts": [1]}, "document": document});
    let commands = [
        None,
        Some(json!({"type": "QcPetition"})),
        Some(json!({"type": "ServePetition"})),
        Some(motion),
        Some(json!({"type": "SealDocketEntry", "docketEntry": 1, "sealedTo": "Public"})),
    ];
    let (mut commits, mut units) = (0, 0.0);
    for body in commands {
        if let Some(body) = body {
            command(&service, number, body).await;
        }
        let mut hints = Hints::default();
        let mut rows = 0;
        let new = events.commits_after(number, stored).await.unwrap();
        for commit in new {
            stored = commit.version;
            let of_commit = audit::rows(&commit, &commit.decode().unwrap());
            println!("{}: {} rows", commit.command, of_commit.len());
            rows += of_commit.len();
            commits += 1;
            hints.add_commit(commit);
        }
        let before = store.consumed();
        folder.advance(number, &hints).await.unwrap();
        let cost = store.consumed() - before;
        assert_eq!(cost.write_units, rows as f64 + 1.0, "{cost:?}");
        // How far the case is, and whether it is parked; the rows; how far it is then.
        assert_eq!((cost.read_units, cost.requests), (1.5, 4), "{cost:?}");
        units += cost.write_units;
    }
    println!("{units} write units for {commits} commits");
    assert!(units / f64::from(commits) <= 12.0, "{units} for {commits}");
}

#[tokio::test]
async fn a_page_of_the_audit_index_costs_by_its_rows_and_not_by_the_index() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(&store);
    service.audit_generation().await.unwrap();
    let of = ProjectionId {
        name: audit::NAME,
        generation: Generation::FIRST,
    };
    let page = async |filter: &Filter| {
        let generation = service.audit_generation().await.unwrap();
        let asked = PageOf {
            order: SortOrder::Ascending,
            after: None,
            limit: 50,
        };
        let before = store.consumed();
        let page = service.read_audit(generation, filter, asked).await.unwrap();
        (page.rows.len(), store.consumed() - before)
    };
    let everything = Filter::default();
    let of_one = Filter {
        actor: Some(UserId::new("clerk").unwrap()),
        ..Filter::default()
    };
    let mut costs = Vec::new();
    for (from, to) in [(0, 300), (300, 1_500)] {
        store.index_put(of, &index_rows(from..to)).await.unwrap();
        let (found, all) = page(&everything).await;
        assert_eq!(found, 50);
        let (found, one) = page(&of_one).await;
        assert_eq!(found, 50);
        costs.push((all, one));
    }
    println!("a page of 50: of all and of an actor {costs:?}");
    let [(all, one), (later_all, later_one)] = costs[..] else {
        panic!("two sizes")
    };
    for (cost, of_more, most) in [(all, later_all, 24.0), (one, later_one, 12.0)] {
        assert!(cost.read_units <= most, "{cost:?}");
        assert!(
            of_more.read_units <= cost.read_units * 1.25,
            "{cost:?} {of_more:?}"
        );
    }
}

/// The rows of so many commits by the clerk, each of a case of its own, a second apart.
fn index_rows(commits: std::ops::Range<u32>) -> Vec<IndexRow> {
    let commits = commits.map(|n| {
        let number = DocketNumber::new(101 + n, 26).unwrap();
        let mut draft = Chain::of(number).commit([sealed(1)]).draft;
        draft.actor = UserId::new("clerk").unwrap();
        draft.recorded_at = Timestamp::from_millis(1_790_000_000_000 + i64::from(n) * 1_000);
        draft.seal(Digest::ZERO)
    });
    let rows = commits.flat_map(|it| audit::rows(&it, &it.decode().unwrap()));
    rows.collect()
}

#[tokio::test]
async fn a_read_of_what_is_sealed_costs_one_write_unit_more() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(&store);
    let access = Access {
        kind: AccessKind::Case,
        user: "clerk".to_owned(),
        role: Some(Role::ClerkOfCourt),
        docket_number: DocketNumber::new(101, 26),
        docket_entries: Vec::new(),
        query: None,
        reason: Some("a review".into()),
        source: Some("203.0.113.7".into()),
        correlation_id: CorrelationId::new("cost").unwrap(),
    };
    // The first of a process finds the end of its chain.
    service.accesses().note(&access).await.unwrap();
    let before = store.consumed();
    service.accesses().note(&access).await.unwrap();
    let cost = store.consumed() - before;
    let found = (cost.read_units, cost.write_units, cost.requests);
    assert_eq!(found, (0.0, 1.0, 1));
}
