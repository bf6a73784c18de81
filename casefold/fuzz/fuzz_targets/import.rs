//! Files of a court's items.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    casefold_fuzz::import(data);
});
