//! Correspondence: letters about the case that are no documents of its docket. The docket
//! and petitions clerks keep it, at any time.

use casefold_events::{CorrespondenceId, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declare::on_case;
use super::{Attachment, Body, Check, RecordRef, limits};

on_case!(
    /// Files a letter that is no document of the docket. Only the court sees it. It may be
    /// filed before the petition is served, and after the case is closed.
    AddCorrespondence {
        /// What it is.
        #[schema(value_type = String, min_length = 1, max_length = 2_000)]
        title: Personal<String>,
        /// The letter.
        document: Attachment,
    }
    check |body, check| {
        check.personal("title", Some(&body.title), limits::TITLE);
        check.within("document", |check| body.document.check(check));
    };
    example {"title": "Letter of inquiry", "document": Attachment::example("letter")}
);
on_case!(
    /// Changes a letter's title, or puts another document in place of its own; what is left
    /// out stays, and so do its date and who filed it.
    UpdateCorrespondence {
        /// The letter. It can't be changed as of a time before it was filed.
        correspondence: RecordRef<CorrespondenceId>,
        /// What it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, min_length = 1, max_length = 2_000)]
        title: Option<Personal<String>>,
        /// The letter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Attachment>,
    }
    check |body, check| {
        check.personal("title", body.title.as_ref(), limits::TITLE);
        if let Some(document) = &body.document {
            check.within("document", |check| document.check(check));
        }
    };
    example {"correspondence": 1, "title": "Letter of inquiry of a creditor"}
);
on_case!(
    /// Removes a letter from the case. The history keeps that it was there.
    RemoveCorrespondence {
        /// The letter. It can't be removed as of a time before it was filed.
        correspondence: RecordRef<CorrespondenceId>,
    }
    check |_, _| {};
    example {"correspondence": 1}
);
