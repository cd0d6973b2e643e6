//! Passkeys for axum.
