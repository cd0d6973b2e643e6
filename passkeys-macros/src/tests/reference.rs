//! The documentation against the tables.
