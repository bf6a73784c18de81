//! JSON pointers (RFC 6901), as they are made on the way down through a value.

/// Adds a part to a pointer, with what may not stand in it escaped.
pub(crate) fn push(pointer: &mut String, part: &str) {
    pointer.push('/');
    if !part.contains(['~', '/']) {
        pointer.push_str(part);
        return;
    }
    for character in part.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}
