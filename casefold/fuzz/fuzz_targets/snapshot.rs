//! Cases, as they are stored.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    casefold_fuzz::snapshot(data);
});
