//! Decides commands over a case, and serves them over HTTP.
