//! Entity tags: a case's version in quotes, `"3"`; of what was read of a case, with the
//! generation that it was read from behind a dot, `"3.2"`, because another generation may
//! show another case of the same version. A command goes by the version alone, and takes
//! either.

use axum::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use casefold_events::Version;
use casefold_shared::gateway::Generation;

use super::problem::Problem;

/// The tag of a version.
pub(super) fn of(version: Version) -> HeaderValue {
    // Digits in quotes are always a header's value.
    HeaderValue::from_str(&format!("\"{version}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The tag of a case as it was read from a generation.
pub(super) fn of_read(version: Version, generation: Generation) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}.{generation}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The tag of a case as of a point in its past: what distinguishes the answers to one address
/// is the version, the generation, and of an effective date how far the history was looked at.
/// It is none of a version as it is now, so a command never takes it.
pub(super) fn of_past(
    version: Version,
    generation: Generation,
    known_through: Option<Version>,
) -> HeaderValue {
    let through = known_through.map_or_else(String::new, |through| format!(".{through}"));
    HeaderValue::from_str(&format!("\"past.{version}.{generation}{through}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Whether `If-None-Match` has just this tag.
///
/// # Errors
/// 400 where the header is no list of tags.
pub(super) fn has(headers: &HeaderMap, current: &HeaderValue) -> Result<bool, Problem> {
    Ok(match Tags::read(headers, IF_NONE_MATCH)? {
        None => false,
        Some(Tags::Any) => true,
        Some(Tags::List(tags)) => tags
            .iter()
            .any(|tag| format!("\"{}\"", tag.opaque).as_bytes() == current.as_bytes()),
    })
}

/// That `If-None-Match` can be read, whatever it is then compared with, and whether it is.
///
/// # Errors
/// 400 where the header is no list of tags.
pub(super) fn check_none_match(headers: &HeaderMap) -> Result<(), Problem> {
    Tags::read(headers, IF_NONE_MATCH).map(drop)
}

/// The version that `If-Match` asks for. `*` asks for any, which a case that exists always
/// has, so it is as good as nothing.
///
/// # Errors
/// 400 where the header is no list of tags, or names several versions: a client has seen
/// one. 412 where it has weak tags alone, which never match (RFC 9110, section 13.1.1).
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<Version>, Problem> {
    let wanted = match Tags::read(headers, IF_MATCH)? {
        None | Some(Tags::Any) => return Ok(None),
        Some(Tags::List(tags)) => tags,
    };
    let mut strong: Vec<Version> = Vec::new();
    for tag in wanted.iter().filter(|tag| !tag.weak) {
        let version = tag.version.ok_or_else(|| {
            malformed(&IF_MATCH, "a tag is a version in quotes, for example \"3\"")
        })?;
        if !strong.contains(&version) {
            strong.push(version);
        }
    }
    match strong.as_slice() {
        [version] => Ok(Some(*version)),
        [] => Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "VERSION_MISMATCH",
            "a weak tag never matches; send the version in quotes, without W/",
        )
        .about("If-Match")),
        [_, _, ..] => Err(malformed(
            &IF_MATCH,
            "give the one version that you have seen",
        )),
    }
}

/// Whether `If-None-Match` says that the client has just this already: a version, as it was
/// read from a generation.
///
/// # Errors
/// 400 where the header is no list of tags.
pub(super) fn none_match(
    headers: &HeaderMap,
    current: Version,
    generation: Generation,
) -> Result<bool, Problem> {
    Ok(match Tags::read(headers, IF_NONE_MATCH)? {
        None => false,
        Some(Tags::Any) => true,
        Some(Tags::List(tags)) => tags
            .iter()
            .any(|tag| tag.version == Some(current) && tag.generation == Some(generation)),
    })
}

enum Tags {
    Any,
    List(Vec<Tag>),
}

struct Tag {
    weak: bool,
    /// `None` for a tag that this service never gave.
    version: Option<Version>,
    /// `None` for the tag of a version alone.
    generation: Option<Generation>,
    /// What stands in the quotes.
    opaque: String,
}

impl Tags {
    fn read(headers: &HeaderMap, name: HeaderName) -> Result<Option<Self>, Problem> {
        let mut tags = Vec::new();
        let mut any = false;
        for value in headers.get_all(&name) {
            let mut rest = value.to_str().unwrap_or("\u{fffd}").trim();
            if rest == "*" {
                any = true;
                continue;
            }
            while !rest.is_empty() {
                let (tag, after) = Tag::read(rest).ok_or_else(|| {
                    malformed(&name, "write it as a version in quotes, for example \"3\"")
                })?;
                tags.push(tag);
                rest = after;
            }
        }
        match (any, tags.is_empty()) {
            (true, true) => Ok(Some(Self::Any)),
            (true, false) => Err(malformed(&name, "* stands alone")),
            (false, true) if headers.contains_key(&name) => {
                Err(malformed(&name, "the header is empty"))
            }
            (false, true) => Ok(None),
            (false, false) => Ok(Some(Self::List(tags))),
        }
    }
}

impl Tag {
    /// Reads the first tag of a list, and gives what is behind it and its comma.
    fn read(text: &str) -> Option<(Self, &str)> {
        let (weak, quoted) = match text.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, text),
        };
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        let after = after.trim_start();
        let after = match after.strip_prefix(',') {
            Some(more) => more.trim_start(),
            None if after.is_empty() => after,
            None => return None,
        };
        let (version, generation) = match opaque.split_once('.') {
            None => (number(opaque), None),
            Some((version, generation)) => match number(generation) {
                None => (None, None),
                generation => (number(version), generation),
            },
        };
        let tag = Self {
            weak,
            version: version.map(Version),
            generation: generation
                .and_then(|it| u32::try_from(it).ok())
                .map(Generation),
            opaque: opaque.to_owned(),
        };
        Some((tag, after))
    }
}

/// A number as this service writes it.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| digits)
}

fn malformed(name: &HeaderName, why: &'static str) -> Problem {
    let field = if *name == IF_MATCH {
        "If-Match"
    } else {
        "If-None-Match"
    };
    Problem::bad_request("MALFORMED_ETAG", format!("{field} can't be read: {why}")).about(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn matching(value: &str) -> Result<Option<Version>, String> {
        if_match(&headers(IF_MATCH, &[value])).map_err(|problem| problem.code().to_owned())
    }

    #[test]
    fn if_match_takes_one_version_in_quotes() {
        assert_eq!(matching("\"3\""), Ok(Some(Version(3))));
        assert_eq!(matching("\"3\", \"3\""), Ok(Some(Version(3))));
        assert_eq!(matching("W/\"2\", \"3\""), Ok(Some(Version(3))));
        assert_eq!(matching("*"), Ok(None));
        assert_eq!(
            if_match(&HeaderMap::new()).map_err(|p| p.code().to_owned()),
            Ok(None)
        );
    }

    #[test]
    fn an_if_match_that_can_not_be_read_is_refused_as_malformed() {
        for value in [
            "3",
            "\"3",
            "\"three\"",
            "\"03\"",
            "\"3\" \"4\"",
            "\"3\", \"4\"",
            "",
            "\"-1\"",
        ] {
            assert_eq!(matching(value), Err("MALFORMED_ETAG".to_owned()), "{value}");
        }
        assert!(if_match(&headers(IF_MATCH, &["*", "\"3\""])).is_err());
    }

    #[test]
    fn a_weak_tag_never_matches_for_writing() {
        assert_eq!(matching("W/\"3\""), Err("VERSION_MISMATCH".to_owned()));
    }

    #[test]
    fn if_none_match_finds_the_version_in_any_list_weak_or_strong() {
        let in_second = |values: &[&str]| {
            none_match(&headers(IF_NONE_MATCH, values), Version(3), Generation(2))
                .map_err(|problem| problem.code().to_owned())
        };
        let has = |values: &[&str]| in_second(values).unwrap();
        assert!(has(&["\"3.2\""]));
        assert!(has(&["W/\"3.2\""]));
        assert!(has(&["\"1.2\",\"2.2\" , \"3.2\""]));
        assert!(has(&["\"1.2\"", "\"3.2\""]));
        assert!(has(&["*"]));
        assert!(!has(&["\"4.2\""]));
        assert!(!has(&["\"somebody-else's\""]));
        assert_eq!(in_second(&["3"]), Err("MALFORMED_ETAG".to_owned()));
    }

    #[test]
    fn the_tag_of_the_past_is_none_of_the_present() {
        let past = of_past(Version(3), Generation(2), None);
        let effective = of_past(Version(3), Generation(2), Some(Version(9)));
        let known = |value: &HeaderValue| headers(IF_NONE_MATCH, &[value.to_str().unwrap()]);
        assert!(has(&known(&past), &past).unwrap());
        assert!(!has(&known(&effective), &past).unwrap());
        assert!(!has(&known(&of_read(Version(3), Generation(2))), &past).unwrap());
        assert!(!none_match(&known(&past), Version(3), Generation(2)).unwrap());
        assert_eq!(
            matching(past.to_str().unwrap()),
            Err("MALFORMED_ETAG".to_owned())
        );
    }

    #[test]
    fn what_was_read_from_another_generation_is_not_the_same() {
        let read = |value: &str| {
            let headers = headers(IF_NONE_MATCH, &[value]);
            none_match(&headers, Version(3), Generation(3)).unwrap()
        };
        let tag = of_read(Version(3), Generation(3));
        assert!(read(tag.to_str().unwrap()));
        assert!(!read("\"3.2\""));
        assert!(!read("\"3\""), "a version alone tells of no generation");
        // A command asks for the version, wherever that was read.
        assert_eq!(matching("\"3.2\""), Ok(Some(Version(3))));
        assert_eq!(matching("\"3.\""), Err("MALFORMED_ETAG".to_owned()));
        assert_eq!(matching("\"3.x\""), Err("MALFORMED_ETAG".to_owned()));
    }
}
