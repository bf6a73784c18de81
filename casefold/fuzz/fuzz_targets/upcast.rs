//! Events of any schema version.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    casefold_fuzz::upcast(data);
});
