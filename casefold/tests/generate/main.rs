//! The generator of histories: what it makes, and writing it.

mod histories;
