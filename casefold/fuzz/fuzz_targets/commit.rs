//! Commits, as they are stored and as the stream tells of them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    casefold_fuzz::commit(data);
});
