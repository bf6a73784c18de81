//! What a worker is asked for. An event that names no task, or says more than its task takes, is
//! refused: a name with a typing error is never ignored.

use serde::Deserialize;

/// A task, as the event that asks for it has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "camelCase", deny_unknown_fields)]
pub enum Task {
    /// Begin to fill a generation, or go on with it, and say in which pieces.
    BeginRebuild(BeginRebuild),
    /// Fill one segment.
    RebuildSegment(RebuildSegment),
    /// Note that a generation has every case.
    CompleteRebuild(CompleteRebuild),
    /// Say which generations are to be reconciled.
    PlanReconcile(PlanReconcile),
    /// Compare every case of a generation with the event table.
    Reconcile(Reconcile),
    /// Verify the whole record and sign it.
    Checkpoint {},
    /// Say how things stand.
    Watch {},
}

/// Which generation to fill.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeginRebuild {
    /// The projection.
    pub projection: String,
    /// The generation; the newest of this build where none is said.
    #[serde(default)]
    pub generation: Option<u32>,
    /// In how many segments; 32 where it isn't said. A rebuild that was begun goes on in as many
    /// as it was begun in.
    #[serde(default)]
    pub segments: Option<u32>,
}

/// Which segment to fill.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebuildSegment {
    /// The projection.
    pub projection: String,
    /// The generation.
    pub generation: u32,
    /// The segment, counted from 0.
    pub segment: u32,
}

/// Which generation is filled.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompleteRebuild {
    /// The projection.
    pub projection: String,
    /// The generation.
    pub generation: u32,
}

/// What is to be reconciled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanReconcile {
    /// The projection; all of them where none is said.
    #[serde(default)]
    pub projection: Option<String>,
}

/// Which generation to reconcile, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconcile {
    /// The projection.
    pub projection: String,
    /// The generation.
    pub generation: u32,
    /// Whether to mend what differs.
    #[serde(default)]
    pub repair: bool,
    /// Whether to compare all that is stored, and not only heads.
    #[serde(default)]
    pub deep: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(event: Value) -> Result<Task, serde_json::Error> {
        serde_json::from_value(event)
    }

    #[test]
    fn an_event_is_read_with_what_it_leaves_out() {
        let begin = json!({"task": "beginRebuild", "projection": "case"});
        let Task::BeginRebuild(begin) = read(begin).unwrap() else {
            panic!("a rebuild")
        };
        assert_eq!((begin.generation, begin.segments), (None, None));
        let event = json!({"task": "reconcile", "projection": "case", "generation": 3});
        let Task::Reconcile(reconcile) = read(event).unwrap() else {
            panic!("a reconciliation")
        };
        assert_eq!((reconcile.repair, reconcile.deep), (false, false));
        assert_eq!(read(json!({"task": "watch"})).unwrap(), Task::Watch {});
    }

    #[test]
    fn what_a_task_does_not_take_is_refused() {
        for event in [
            json!(null),
            json!({}),
            json!({"task": "rebuild"}),
            json!({"task": "watch", "every": 5}),
            json!({"task": "checkpoint", "key": "mine"}),
            json!({"task": "beginRebuild", "projection": "case", "genration": 3}),
            json!({"task": "rebuildSegment", "projection": "case", "generation": 3}),
            json!({"task": "reconcile", "projection": "case", "generation": -1}),
        ] {
            assert!(read(event.clone()).is_err(), "{event}");
        }
    }
}
