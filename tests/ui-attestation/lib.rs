//! Nothing to import: the test is in `main.rs`, the mistakes are in `cases/`.
