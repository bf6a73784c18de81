//! The modules' own files, as they are written.

use std::path::{Path, PathBuf};

use hcl::{Block, Body};

/// A folder whose Terraform can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{0} can't be read as Terraform: {1}")]
pub struct Unreadable(PathBuf, String);

/// A resource as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its address: `module.tables.aws_dynamodb_table.events`.
    pub address: String,
    /// Its type.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// The blocks of a folder's files, each with its file's name.
///
/// # Errors
/// [`Unreadable`] names the file.
pub fn blocks(folder: &Path) -> Result<Vec<(String, Block)>, Unreadable> {
    let unreadable = |path: &Path, error: String| Unreadable(path.to_owned(), error);
    let entries = std::fs::read_dir(folder).map_err(|it| unreadable(folder, it.to_string()))?;
    let mut files: Vec<_> = entries.filter_map(Result::ok).map(|it| it.path()).collect();
    files.retain(|it| it.extension().is_some_and(|extension| extension == "tf"));
    files.sort();
    let mut blocks = Vec::new();
    for file in files {
        let text =
            std::fs::read_to_string(&file).map_err(|it| unreadable(&file, it.to_string()))?;
        let body: Body = hcl::from_str(&text).map_err(|it| unreadable(&file, it.to_string()))?;
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        blocks.extend(body.into_blocks().map(|block| (name.clone(), block)));
    }
    Ok(blocks)
}

/// Every resource of a folder and of the modules that it calls.
///
/// # Errors
/// [`Unreadable`] names the file.
pub fn resources(folder: &Path) -> Result<Vec<Declared>, Unreadable> {
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    Ok(found)
}

fn walk(folder: &Path, within: &str, found: &mut Vec<Declared>) -> Result<(), Unreadable> {
    for (_, block) in blocks(folder)? {
        let labels: Vec<_> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        match (block.identifier(), labels.as_slice()) {
            ("resource", [kind, name]) => found.push(Declared {
                address: format!("{within}{kind}.{name}"),
                kind: (*kind).to_owned(),
                name: (*name).to_owned(),
            }),
            ("module", [name]) => {
                if let Some(source) = text(&block.body, "source") {
                    walk(
                        &folder.join(source),
                        &format!("{within}module.{name}."),
                        found,
                    )?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The text of an attribute, where it is a plain one.
pub fn text(body: &Body, name: &str) -> Option<String> {
    let attribute = body.attributes().find(|it| it.key() == name)?;
    match attribute.expr() {
        hcl::Expression::String(text) => Some(text.clone()),
        _ => None,
    }
}
