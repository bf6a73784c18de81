//! No path of the model returns to a state that it has left.
//!
//! [`crate::properties::REBUILD_ENDS`] rests on it: what holds at the end of every path then
//! comes about on every path.

use std::collections::HashMap;

use stateright::Model;

use crate::model::Protocol;
use crate::scenarios::{self, Size};

/// Where a path is in the search for one that comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// The state is on the path that is being followed.
    OnPath,
    /// No path from it comes back.
    Left,
}

/// Whether some path comes back to where it has been.
fn has_a_cycle(protocol: &Protocol) -> bool {
    let mut marks = HashMap::new();
    let mut path = Vec::new();
    for state in protocol.init_states() {
        let next = protocol.next_states(&state);
        marks.insert(state.clone(), Mark::OnPath);
        path.push((state, next));
    }
    while let Some((state, next)) = path.last_mut() {
        match next.pop() {
            None => {
                marks.insert(state.clone(), Mark::Left);
                path.pop();
            }
            Some(state) => match marks.get(&state) {
                Some(Mark::OnPath) => return true,
                Some(Mark::Left) => {}
                None => {
                    let next = protocol.next_states(&state);
                    marks.insert(state.clone(), Mark::OnPath);
                    path.push((state, next));
                }
            },
        }
    }
    false
}

#[test]
fn no_path_returns_to_a_state_that_it_has_left() {
    for scenario in scenarios::ALL {
        let mut protocol = scenario(Size::Usual);
        protocol.limits.left.appends = 1;
        assert!(!has_a_cycle(&protocol));
    }
}
