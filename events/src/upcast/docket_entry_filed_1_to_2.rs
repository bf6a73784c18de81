//! What the docket record of 2020 called an entry's description is its title.

use serde_json::Value;

use super::{Payload, Step};

pub(super) const STEP: Step = Step {
    event_type: "DocketEntryFiled",
    from: 1,
    meaning: "the entry's `description` is its `title`",
    personal: &[
        "/entry/description",
        "/entry/title",
        "/entry/filedBy",
        "/entry/servedParties/*/name",
        "/entry/servedParties/*/email",
    ],
    lift,
};

fn lift(mut value: Value) -> Option<Vec<Payload>> {
    let entry = value.get_mut("entry")?.as_object_mut()?;
    match (entry.remove("description"), entry.contains_key("title")) {
        (Some(title), false) => drop(entry.insert("title".to_owned(), title)),
        // Before the first release an entry of today's form was written under version 1.
        (None, true) => {}
        (Some(_), true) | (None, false) => return None,
    }
    Some(vec![Payload {
        event_type: "DocketEntryFiled",
        version: 2,
        value,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_description_is_the_title_and_the_rest_is_untouched() {
        let old = json!({"entry": {"description": "Answer", "eventCode": "A"}});
        let new = Payload {
            event_type: "DocketEntryFiled",
            version: 2,
            value: json!({"entry": {"title": "Answer", "eventCode": "A"}}),
        };
        assert_eq!(lift(old), Some(vec![new]));
    }

    #[test]
    fn an_entry_that_was_written_in_todays_form_before_the_first_release_stays_as_it_is() {
        let entry = json!({"entry": {"title": "Answer", "eventCode": "A"}});
        let lifted = lift(entry.clone()).unwrap();
        assert_eq!(lifted[0].value, entry);
    }

    #[test]
    fn an_entry_that_is_not_of_the_first_version_is_refused() {
        for value in [
            json!({"entry": {"title": "Answer", "description": "Answer"}}),
            json!({"entry": "Answer"}),
            json!({"description": "Answer"}),
        ] {
            assert_eq!(lift(value.clone()), None, "{value}");
        }
    }
}
