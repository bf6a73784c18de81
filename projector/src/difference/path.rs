//! Where in a document a field is.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use serde::{Serialize, Serializer};
use serde_json::Value;

/// The path of the document itself.
const ROOT: &str = ".";

/// Where in one document a field is, say `statusHistory[2].by.role`.
///
/// An element that has an id is named by it, `parties[contactId=0198…].phone`, so that the
/// path is the same in both documents; another by its position, from 0. A name with other
/// characters than letters, digits, `_` and `-` is quoted: `["a.b"]`. The document itself
/// is `.`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FieldPath(Vec<Step>);

/// One step down into a document.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To a field of an object.
    Field(String),
    /// To an element of an array.
    Element {
        /// Its position: in the new document, or in the old one if the new lacks it.
        at: usize,
        /// The id that it is named by, where the elements of the array have one.
        id: Option<Identity>,
    },
}

/// What an element of an array is known by.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The field that holds it.
    pub(super) field: &'static str,
    /// A text or a number.
    pub(super) value: Value,
}

impl FieldPath {
    /// The path over all cases, with `[]` in place of positions and ids:
    /// `statusHistory[].by.role`. It is what differences are counted by.
    pub fn general(&self) -> String {
        let mut path = String::new();
        for step in &self.0 {
            match step {
                Step::Field(name) => push_field(&mut path, name),
                Step::Element { .. } => path.push_str("[]"),
            }
        }
        or_root(path)
    }

    pub(super) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    #[cfg(test)]
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }
}

fn or_root(path: String) -> String {
    if path.is_empty() {
        ROOT.to_owned()
    } else {
        path
    }
}

fn push_field(path: &mut String, name: &str) {
    match plain_or_quoted(name) {
        Cow::Borrowed(name) => {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        // The brackets keep `a.b` in one name apart from `b` in `a`.
        Cow::Owned(quoted) => {
            path.push('[');
            path.push_str(&quoted);
            path.push(']');
        }
    }
}

/// A name as it is, or in quotes where it would be taken for something else.
fn plain_or_quoted(name: &str) -> Cow<'_, str> {
    if is_plain(name) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(Value::from(name).to_string())
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    !name.is_empty() && name.chars().all(plain)
}

/// Whether this is how [`FieldPath::general`] writes a path. If not, what to do about it.
pub(super) fn check_general(path: &str) -> Result<(), &'static str> {
    if path == ROOT {
        return Ok(());
    }
    let mut rest = path;
    while !rest.is_empty() {
        let at_start = rest.len() == path.len();
        rest = if let Some(rest) = rest.strip_prefix("[]") {
            rest
        } else if let Some(quoted) = rest.strip_prefix('[') {
            let mut names = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
            let Some(Ok(name)) = names.next() else {
                return Err("write [] in place of positions and ids");
            };
            let rest = quoted[names.byte_offset()..].strip_prefix(']');
            match rest {
                Some(rest) if !is_plain(&name) => rest,
                Some(_) => return Err("write a name without brackets and quotes"),
                None => return Err("close the bracket after the quoted name"),
            }
        } else {
            let name = match rest.strip_prefix('.') {
                Some(name) if !at_start => name,
                None if at_start => rest,
                Some(_) | None => return Err("write a dot between two names, and nowhere else"),
            };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if !is_plain(&name[..end]) {
                return Err(
                    "write names of letters, digits, _ and -, and others quoted, as in a[\"b.c\"]; \
                     only a .** at the end stands for more",
                );
            }
            &name[end..]
        };
    }
    if path.is_empty() {
        return Err("write the path of a field; the document itself is .");
    }
    Ok(())
}

/// Whether the general path `path` is below `above`.
pub(super) fn is_below(path: &str, above: &str) -> bool {
    if above == ROOT {
        return path != ROOT;
    }
    path.strip_prefix(above)
        .is_some_and(|rest| rest.starts_with(['.', '[']))
}

impl Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.field)?;
        match &self.value {
            Value::String(text) => f.write_str(&plain_or_quoted(text)),
            value => value.fmt(f),
        }
    }
}

impl Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = String::new();
        for step in &self.0 {
            match step {
                Step::Field(name) => push_field(&mut path, name),
                Step::Element { id: Some(id), .. } => write!(path, "[{id}]")?,
                Step::Element { at, id: None } => write!(path, "[{at}]")?,
            }
        }
        f.write_str(&or_root(path))
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> Step {
        Step::Field(name.to_owned())
    }

    fn element(at: usize, id: Option<(&'static str, &str)>) -> Step {
        let identity = |(field, id)| Identity {
            field,
            value: Value::from(id),
        };
        Step::Element {
            at,
            id: id.map(identity),
        }
    }

    #[test]
    fn a_path_names_elements_by_id_or_position_and_its_general_form_by_neither() {
        let id = Some(("contactId", "c-1"));
        let cases = [
            (vec![], ".", "."),
            (
                vec![field("fee"), field("status")],
                "fee.status",
                "fee.status",
            ),
            (
                vec![field("statusHistory"), element(2, None), field("by")],
                "statusHistory[2].by",
                "statusHistory[].by",
            ),
            (
                vec![field("parties"), element(0, id), field("phone")],
                "parties[contactId=c-1].phone",
                "parties[].phone",
            ),
            (
                vec![field("parties"), element(0, Some(("contactId", "]. ")))],
                r#"parties[contactId="]. "]"#,
                "parties[]",
            ),
            (
                vec![field("a.b"), field("c")],
                r#"["a.b"].c"#,
                r#"["a.b"].c"#,
            ),
            (vec![element(0, None), element(1, None)], "[0][1]", "[][]"),
        ];
        for (steps, concrete, general) in cases {
            let path = FieldPath(steps);
            assert_eq!(path.to_string(), concrete);
            assert_eq!(path.general(), general);
            assert_eq!(check_general(general), Ok(()), "{general}");
        }
    }

    #[test]
    fn what_is_no_general_path_is_told_from_one() {
        for path in [
            "",
            "a[2].b",
            "a[contactId=c].b",
            "a..b",
            ".a",
            "a.",
            "a[].",
            "a.[]",
            "a.**",
            "a b",
            r#"a["b"]"#,
            r#"a["b.c""#,
            "a[",
            "[]a",
        ] {
            assert!(check_general(path).is_err(), "{path}");
        }
    }

    #[test]
    fn below_a_path_are_its_fields_and_elements_and_not_its_namesakes() {
        for path in ["a.b", "a[]", "a[].b.c", r#"a["b.c"]"#] {
            assert!(is_below(path, "a"), "{path}");
        }
        for path in ["a", "ab", "ab.c", "b.a", "."] {
            assert!(!is_below(path, "a"), "{path}");
        }
        assert!(is_below("a", "."));
        assert!(!is_below(".", "."));
    }
}
