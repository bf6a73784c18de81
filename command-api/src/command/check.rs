//! Checking the fields of a body.

use std::fmt;

use casefold_events::Personal;
use casefold_events::party::Address;

use super::{Attachment, Body, limits};

/// A field that can't be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {problem}")]
pub struct InvalidField {
    /// Which field: a path such as `petitioners[0].name`.
    pub path: String,
    /// What is wrong with it, without its content: "is empty".
    pub problem: String,
}

/// Goes through the fields of a body and keeps the first problem.
#[derive(Debug, Default)]
pub struct Check {
    prefix: String,
    found: Option<InvalidField>,
    attached: Vec<Attached>,
}

/// A document that a body attaches, and where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Which field: a path such as `petition`.
    pub path: String,
    /// The document.
    pub attachment: Attachment,
}

/// Checks a body.
pub(super) fn validate<B: Body>(body: &B) -> Result<(), InvalidField> {
    let mut check = Check::default();
    body.check(&mut check);
    check.found.map_or(Ok(()), Err)
}

/// The documents that a body attaches. No attachment is checked without being noted, so none
/// is forgotten.
pub(super) fn attachments<B: Body>(body: &B) -> Vec<Attached> {
    let mut check = Check::default();
    body.check(&mut check);
    check.attached
}

impl Check {
    /// Notes a document that the field gone through attaches.
    pub(super) fn attached(&mut self, attachment: &Attachment) {
        self.attached.push(Attached {
            path: self.prefix.trim_end_matches('.').to_owned(),
            attachment: attachment.clone(),
        });
    }

    /// Refuses a field, unless another was refused before.
    pub fn refuse(&mut self, field: impl fmt::Display, problem: impl Into<String>) {
        let path = format!("{}{field}", self.prefix);
        self.found.get_or_insert_with(|| InvalidField {
            path,
            problem: problem.into(),
        });
    }

    /// Checks what lies within a field.
    pub fn within(&mut self, field: impl fmt::Display, check: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        self.prefix.push_str(&format!("{field}."));
        check(self);
        self.prefix.truncate(length);
    }

    /// Text of one line: neither blank nor longer than the limit, and without control
    /// characters.
    pub fn text(&mut self, field: impl fmt::Display, text: &str, limit: usize) {
        self.visible(field, text, limit, is_invisible);
    }

    /// Text of several lines, otherwise as [`Self::text`].
    pub fn lines(&mut self, field: impl fmt::Display, text: &str, limit: usize) {
        self.visible(field, text, limit, |c| {
            is_invisible(c) && !matches!(c, '\n' | '\r' | '\t')
        });
    }

    fn visible(
        &mut self,
        field: impl fmt::Display,
        text: &str,
        limit: usize,
        is_refused: impl Fn(char) -> bool,
    ) {
        if text.trim().is_empty() {
            self.refuse(field, "is empty; leave it out or fill it in");
        } else if text.chars().count() > limit {
            self.refuse(field, format!("is longer than {limit} characters"));
        } else if text.chars().any(is_refused) {
            self.refuse(field, "has a control character");
        }
    }

    /// Text, where there is any.
    pub fn optional(&mut self, field: impl fmt::Display, text: Option<&String>, limit: usize) {
        if let Some(text) = text {
            self.text(field, text, limit);
        }
    }

    /// Personal text, where there is any.
    pub fn personal(
        &mut self,
        field: impl fmt::Display,
        text: Option<&Personal<String>>,
        limit: usize,
    ) {
        self.optional(field, text.map(Personal::expose), limit);
    }

    /// An e-mail address, where there is one: something on both sides of one `@`. Whether
    /// mail reaches it shows when it is sent.
    pub fn email(&mut self, field: &str, email: Option<&Personal<String>>) {
        let Some(email) = email.map(Personal::expose) else {
            return;
        };
        self.text(field, email, limits::EMAIL);
        let formed = email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !host.contains('@')
        });
        if !formed || email.contains(char::is_whitespace) {
            self.refuse(field, "is not an e-mail address");
        }
    }

    /// An address, where there is one.
    pub fn address(&mut self, field: &str, address: Option<&Personal<Address>>) {
        let Some(address) = address.map(Personal::expose) else {
            return;
        };
        let Address {
            address1,
            address2,
            address3,
            city,
            state,
            postal_code,
            country,
        } = address;
        self.within(field, |check| {
            check.text("address1", address1, limits::LINE);
            check.optional("address2", address2.as_ref(), limits::LINE);
            check.optional("address3", address3.as_ref(), limits::LINE);
            check.text("city", city, limits::LINE);
            check.optional("state", state.as_ref(), limits::LINE);
            check.optional("postalCode", postal_code.as_ref(), limits::LINE);
            check.optional("country", country.as_ref(), limits::LINE);
        });
    }

    /// How many there are of something.
    pub fn count(&mut self, field: &str, found: usize, least: usize, most: usize) {
        if !(least..=most).contains(&found) {
            self.refuse(field, format!("takes {least} to {most}, and has {found}"));
        }
    }

    /// A list in which nothing stands twice.
    pub fn distinct<T: PartialEq>(&mut self, field: &str, items: &[T]) {
        for (at, item) in items.iter().enumerate() {
            if items.iter().take(at).any(|earlier| earlier == item) {
                self.refuse(format_args!("{field}[{at}]"), "stands in the list twice");
            }
        }
    }

    /// Details to take away (`remove`), each once and none that is also given. `fields` are
    /// all that are given or taken away.
    pub fn removed<'a>(&mut self, fields: &[&str], removed: impl IntoIterator<Item = &'a str>) {
        for (at, removed) in removed.into_iter().enumerate() {
            if fields.iter().filter(|field| **field == removed).count() > 1 {
                self.refuse(
                    format_args!("remove[{at}]"),
                    "is also given, or stands there twice",
                );
            }
        }
    }
}

/// Control characters, and marks that change the direction of what follows: with either a
/// line on the record could be made to look like another.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
