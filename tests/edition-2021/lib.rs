//! Nothing but a place for a test of another edition.
