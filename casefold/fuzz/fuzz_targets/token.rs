//! Bearer tokens and sets of keys.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    casefold_fuzz::token(data);
});
