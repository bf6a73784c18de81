//! In the place of the crate of this name, of which `object_store` uses what is here: the checksum
//! CRC-64/NVME.
//!
//! That crate brings the tables of every CRC that there is along, 600 KB which don't compress, and
//! was a tenth of a deployed package. Casefold asks for no such checksum: documents go by their
//! SHA-256.

/// The polynomial, with its lowest power first.
const POLYNOMIAL: u64 = 0x9a6c_9329_ac4b_c9b5;

/// What each byte comes to.
const TABLE: [u64; 256] = table();

/// Which checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-64/NVME.
    Crc64Nvme,
}

/// A checksum in the making.
#[derive(Clone, Copy, Debug)]
pub struct Digest(u64);

impl Digest {
    /// The checksum of nothing yet.
    pub const fn new(algorithm: CrcAlgorithm) -> Self {
        match algorithm {
            CrcAlgorithm::Crc64Nvme => Self(u64::MAX),
        }
    }

    /// Goes on with these bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let [lowest, ..] = self.0.to_le_bytes();
            self.0 = TABLE[usize::from(lowest ^ byte)] ^ (self.0 >> 8);
        }
    }

    /// The checksum of all that was there.
    pub const fn finalize(&self) -> u64 {
        !self.0
    }
}

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let mut value = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            let carried = value & 1 == 1;
            value >>= 1;
            if carried {
                value ^= POLYNOMIAL;
            }
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_catalogue_of_checksums_says() {
        let mut digest = Digest::new(CrcAlgorithm::Crc64Nvme);
        digest.update(b"1234");
        digest.update(b"56789");
        assert_eq!(digest.finalize(), 0xae8b_1486_0a79_9888);
    }
}
