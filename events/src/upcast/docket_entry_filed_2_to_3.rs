//! The documents of 2020 carried their service; that an entry was served is an event of its
//! own now.

use serde_json::{Map, Value, json};

use super::{Payload, Step};

pub(super) const STEP: Step = Step {
    event_type: "DocketEntryFiled",
    from: 2,
    meaning: "`servedAt`, `servedParties` and `servedPartiesCode` of the entry become a \
              `DocketEntryServed` of their own, after the filing",
    personal: &[
        "/entry/title",
        "/entry/filedBy",
        "/entry/servedParties/*/name",
        "/entry/servedParties/*/email",
    ],
    lift,
};

fn lift(mut value: Value) -> Option<Vec<Payload>> {
    let entry = value.get_mut("entry")?.as_object_mut()?;
    let served_at = entry.remove("servedAt");
    let served_parties = entry.remove("servedParties");
    let served_parties_code = entry.remove("servedPartiesCode");
    let docket_entry_id = entry.get("docketEntryId").cloned();
    let filed = Payload {
        event_type: "DocketEntryFiled",
        version: 3,
        value,
    };
    let Some(served_at) = served_at else {
        // Who was served, and not when: that is no service, and is not to be lost either.
        let is_unserved = served_parties.is_none() && served_parties_code.is_none();
        return is_unserved.then(|| vec![filed]);
    };
    let mut service = Map::new();
    service.insert("servedAt".to_owned(), served_at);
    service.insert(
        "servedParties".to_owned(),
        served_parties.unwrap_or_else(|| json!([])),
    );
    if let Some(code) = served_parties_code {
        service.insert("servedPartiesCode".to_owned(), code);
    }
    let served = Payload {
        event_type: "DocketEntryServed",
        version: 1,
        value: json!({"docketEntryId": docket_entry_id?, "service": service}),
    };
    Some(vec![filed, served])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "b1aa4aa2-c214-424c-8870-d0049c5744d8";

    fn filed() -> Payload {
        Payload {
            event_type: "DocketEntryFiled",
            version: 3,
            value: json!({"entry": {"docketEntryId": ID, "title": "Order"}}),
        }
    }

    #[test]
    fn an_entry_with_its_service_is_filed_and_then_served() {
        let old = json!({"entry": {
            "docketEntryId": ID,
            "title": "Order",
            "servedAt": "2020-01-23T21:45:34.521Z",
            "servedParties": [{"name": "Nora Quist", "email": "nora@example.com"}],
            "servedPartiesCode": "B",
        }});
        let served = Payload {
            event_type: "DocketEntryServed",
            version: 1,
            value: json!({"docketEntryId": ID, "service": {
                "servedAt": "2020-01-23T21:45:34.521Z",
                "servedParties": [{"name": "Nora Quist", "email": "nora@example.com"}],
                "servedPartiesCode": "B",
            }}),
        };
        assert_eq!(lift(old), Some(vec![filed(), served]));
    }

    #[test]
    fn a_service_that_names_nobody_is_one_all_the_same() {
        let old = json!({"entry": {
            "docketEntryId": ID, "title": "Order", "servedAt": "2020-01-23T21:45:34.521Z",
        }});
        let served = Payload {
            event_type: "DocketEntryServed",
            version: 1,
            value: json!({"docketEntryId": ID, "service": {
                "servedAt": "2020-01-23T21:45:34.521Z", "servedParties": [],
            }}),
        };
        assert_eq!(lift(old), Some(vec![filed(), served]));
    }

    #[test]
    fn an_entry_that_was_not_served_is_filed_and_no_more() {
        let old = json!({"entry": {"docketEntryId": ID, "title": "Order"}});
        assert_eq!(lift(old), Some(vec![filed()]));
    }

    #[test]
    fn an_entry_that_says_who_was_served_and_not_when_is_refused() {
        for of_service in ["servedParties", "servedPartiesCode"] {
            let mut old = json!({"entry": {"docketEntryId": ID, "title": "Order"}});
            old["entry"][of_service] = json!("B");
            assert_eq!(lift(old), None, "{of_service}");
        }
    }
}
