//! Corners of the messages that the catalogue in `tests/ui` does not show.
