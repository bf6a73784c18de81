//! Cursors of lists.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    casefold_fuzz::cursor(data);
});
