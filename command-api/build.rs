//! Writes the description of the API as it is served: as it is committed, without the white space
//! that makes it readable line by line, which is two fifths of it.

use std::io;
use std::path::Path;

const DESCRIPTION: &str = "openapi.json";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={DESCRIPTION}");
    let committed = std::fs::read_to_string(DESCRIPTION)?;
    let out = std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    std::fs::write(Path::new(&out).join(DESCRIPTION), dense(&committed))
}

/// JSON without white space between what it says.
fn dense(json: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    let is_said = |character: &char| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match character {
            '"' if !was_escaped => is_text = !is_text,
            '\\' if !was_escaped => is_escaped = true,
            _ => {}
        }
        is_text || !character.is_ascii_whitespace()
    };
    json.chars().filter(is_said).collect()
}
