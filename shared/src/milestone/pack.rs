//! A whole case as compressed JSON, and back.
//!
//! The JSON of a docket record repeats its names for every entry and shrinks to about a tenth.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Milestone;
use crate::case::{Case, DocketEntry, DocketRecord};
use crate::packing::{self, PackingError};

/// A case that can't be packed or unpacked. Nothing is lost by it: it is folded instead.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The case can't be written as JSON, which no case is known to be.
    #[error("the case can't be written as JSON")]
    Write(#[source] serde_json::Error),
    /// The compression failed.
    #[error("the case can't be compressed, or what is stored is damaged")]
    Compression(#[source] PackingError),
    /// What was unpacked is not a case of this build. The parser's own words are left out: they
    /// may quote what it reads.
    #[error("what is stored is no case of this build's form, at column {column}")]
    Form {
        /// Where.
        column: usize,
    },
    /// What was unpacked lacks an entry of the docket record.
    #[error("what is stored lacks an entry of the docket record")]
    Partial,
}

/// A case as it is packed, with its docket record: a stored form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyRef<'a> {
    case: &'a Case,
    last_index: u32,
    off_record: &'a [DocketEntry],
    on_record: Vec<&'a DocketEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    case: Case,
    last_index: u32,
    off_record: Vec<DocketEntry>,
    on_record: Vec<DocketEntry>,
}

/// A milestone as one document, for comparing.
///
/// # Errors
/// [`PackError`], where the case has no JSON.
pub fn document(milestone: &Milestone) -> Result<Value, PackError> {
    let case = serde_json::to_value(body(&milestone.case)).map_err(PackError::Write)?;
    Ok(json!({ "head": milestone.head, "case": case }))
}

fn body(case: &Case) -> BodyRef<'_> {
    BodyRef {
        case,
        last_index: case.docket.last_index(),
        off_record: case.docket.off_record(),
        on_record: case.docket.on_record().collect(),
    }
}

/// Packs a case with its docket record, which must be whole.
///
/// # Errors
/// [`PackError`], where it has no JSON.
pub fn pack(case: &Case) -> Result<Vec<u8>, PackError> {
    let json = serde_json::to_vec(&body(case)).map_err(PackError::Write)?;
    packing::pack(&json).map_err(PackError::Compression)
}

/// Unpacks a case.
///
/// # Errors
/// [`PackError`], where what is stored is damaged or of another form.
pub fn unpack(packed: &[u8]) -> Result<Case, PackError> {
    let json = packing::unpack(packed).map_err(PackError::Compression)?;
    let json = String::from_utf8(json).map_err(|error| PackError::Form {
        column: error.utf8_error().valid_up_to(),
    })?;
    let body: Body = serde_json::from_str(&json).map_err(|error| PackError::Form {
        column: error.column(),
    })?;
    let Body {
        mut case,
        last_index,
        off_record,
        on_record,
    } = body;
    case.docket = DocketRecord::from_parts(on_record, off_record, last_index);
    if !case.docket.is_whole() {
        return Err(PackError::Partial);
    }
    Ok(case)
}
