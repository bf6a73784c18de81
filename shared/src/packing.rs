//! JSON as it is stored where it is long: compressed, and back. Pure.
//!
//! It is compressed as zlib does (RFC 1950), whose checksum tells what was damaged. A case of
//! average length is a few kilobytes of JSON, most of it the names of fields and the court's own
//! words. So the compression begins with a **dictionary** of those, which both sides know: it
//! takes a third off what is left without one. What is packed says by its checksum which dictionary
//! it needs.
//!
//! A dictionary never changes, since what is stored needs it for as long as it is stored. A
//! better one is a file of its own beside it: packing goes on with the newest, and unpacking
//! knows all. `packing/case-1.txt` was made of the bodies of generated cases: of the texts
//! between whatever differs from case to case (names, ids, times, numbers) those that save the
//! most, the commonest last, where they are referred to with the fewest bits.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// The dictionaries, oldest first.
const DICTIONARIES: [&[u8]; 1] = [include_bytes!("packing/case-1.txt")];

/// How thoroughly it is compressed, of 1 to 9. Of the bodies of generated cases, 7.3 KB on
/// average, level 1 makes 2.1 KB in half of the time, 3 makes 1.48 KB, 6 makes 1.37 KB in about
/// as much, and higher ones take longer and gain nothing.
const LEVEL: u32 = 6;

/// The most that something may unpack to: a gigabyte, about a million docket entries. What
/// claims to be more is damaged.
const MOST_BYTES: usize = 1 << 30;

/// How much larger than packed something is expected to be: a first guess that mostly holds.
const GROWTH: usize = 8;

/// What can't be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum PackingError {
    /// The compression failed, which it is not known to do.
    #[error("it can't be compressed")]
    Compress(#[source] flate2::CompressError),
    /// What is stored is cut off or altered.
    #[error("what is stored is damaged")]
    Damaged,
    /// What is stored was packed by a build that is newer, or it is damaged.
    #[error("what is stored needs the dictionary {0:08x}, which this build doesn't have")]
    Dictionary(u32),
}

thread_local! {
    /// What compressing takes a quarter of a megabyte of memory for, which is set up once.
    static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), true));

    /// The same of what unpacking takes memory for.
    static DECOMPRESS: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

/// Packs bytes. The same ones come out the same in every process of a build.
///
/// # Errors
/// [`PackingError::Compress`].
pub fn pack(bytes: &[u8]) -> Result<Vec<u8>, PackingError> {
    COMPRESS.with_borrow_mut(|compress| {
        compress.reset();
        if let Some(newest) = DICTIONARIES.last() {
            let set = compress.set_dictionary(newest);
            set.map_err(PackingError::Compress)?;
        }
        let mut packed = Vec::with_capacity(bytes.len() / 4 + 64);
        let mut rest = bytes;
        loop {
            let before = compress.total_in();
            let status = compress
                .compress_vec(rest, &mut packed, FlushCompress::Finish)
                .map_err(PackingError::Compress)?;
            if status == Status::StreamEnd {
                return Ok(packed);
            }
            rest = after(rest, compress.total_in() - before);
            packed.reserve(packed.len());
        }
    })
}

/// Unpacks what [`pack`] has packed, of this build or of an earlier one.
///
/// # Errors
/// [`PackingError`], where what is stored is damaged or of a newer build.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, PackingError> {
    DECOMPRESS.with_borrow_mut(|decompress| {
        decompress.reset(true);
        unpack_by(decompress, packed)
    })
}

fn unpack_by(decompress: &mut Decompress, packed: &[u8]) -> Result<Vec<u8>, PackingError> {
    let mut bytes = Vec::with_capacity((packed.len() * GROWTH).min(MOST_BYTES));
    let mut rest = packed;
    loop {
        let before = decompress.total_in();
        let read = decompress.decompress_vec(rest, &mut bytes, FlushDecompress::Finish);
        rest = after(rest, decompress.total_in() - before);
        match read {
            Ok(Status::StreamEnd) if rest.is_empty() => return Ok(bytes),
            // It went on to the end of what there is, or further than anything does.
            Ok(Status::StreamEnd) => return Err(PackingError::Damaged),
            Ok(_) if bytes.len() < bytes.capacity() => return Err(PackingError::Damaged),
            Ok(_) if bytes.len() >= MOST_BYTES => return Err(PackingError::Damaged),
            Ok(_) => bytes.reserve(bytes.len().max(GROWTH)),
            Err(error) => {
                let id = error.needs_dictionary().ok_or(PackingError::Damaged)?;
                begin_with(decompress, id)?;
            }
        }
    }
}

/// Begins with the dictionary that has this checksum.
fn begin_with(decompress: &mut Decompress, id: u32) -> Result<(), PackingError> {
    let mut newest_first = DICTIONARIES.iter().rev();
    // One of another checksum is refused.
    match newest_first.any(|dictionary| decompress.set_dictionary(dictionary).is_ok()) {
        true => Ok(()),
        false => Err(PackingError::Dictionary(id)),
    }
}

/// What of some bytes comes after so many.
fn after(bytes: &[u8], count: u64) -> &[u8] {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    bytes.get(count..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"case":{"docketNumber":"101-26","version":7,"isPaper":false}}"#;

    /// The body, packed with each dictionary when that was new.
    const PACKED: [&[u8]; DICTIONARIES.len()] = [&[
        0x78, 0xbb, 0xc8, 0xee, 0xf8, 0xbd, 0xc3, 0x99, 0x97, 0x0d, 0x0d, 0x0c, 0x75, 0x8d, 0xcc,
        0x90, 0xfd, 0x68, 0x8e, 0x9e, 0x4e, 0x6a, 0x6b, 0x01, 0x74, 0x00, 0x14, 0x47,
    ]];

    #[test]
    fn what_was_packed_with_any_dictionary_is_read_for_ever() {
        for packed in PACKED {
            assert_eq!(unpack(packed).unwrap(), BODY);
        }
    }

    #[test]
    fn what_was_packed_without_a_dictionary_is_read() {
        let mut compress = Compress::new(Compression::default(), true);
        let mut packed = Vec::with_capacity(256);
        compress
            .compress_vec(BODY, &mut packed, FlushCompress::Finish)
            .unwrap();
        assert_eq!(unpack(&packed).unwrap(), BODY);
    }

    #[test]
    fn what_is_of_any_size_is_packed_and_unpacked() {
        for count in [0, 1, 100, 100_000, 3_000_000] {
            let same = vec![b'a'; count];
            assert_eq!(unpack(&pack(&same).unwrap()).unwrap(), same);
            let numbers = 0..u32::try_from(count).unwrap();
            let mixed: Vec<u8> = numbers
                .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0])
                .collect();
            assert_eq!(unpack(&pack(&mixed).unwrap()).unwrap(), mixed);
        }
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_damaged() {
        let packed = pack(BODY).unwrap();
        for length in 0..packed.len() {
            assert!(unpack(&packed[..length]).is_err(), "{length}");
        }
        let longer = [&*packed, &[0]].concat();
        assert!(matches!(unpack(&longer), Err(PackingError::Damaged)));
    }

    #[test]
    fn a_dictionary_that_this_build_lacks_is_named() {
        let mut compress = Compress::new(Compression::new(LEVEL), true);
        let id = compress.set_dictionary(b"of a newer build").unwrap();
        let mut packed = Vec::with_capacity(64);
        compress
            .compress_vec(b"of a newer build", &mut packed, FlushCompress::Finish)
            .unwrap();
        let refused = unpack(&packed).unwrap_err();
        assert!(matches!(refused, PackingError::Dictionary(named) if named == id));
    }
}
