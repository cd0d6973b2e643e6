//! Nothing: the tests are in `release.rs`.
