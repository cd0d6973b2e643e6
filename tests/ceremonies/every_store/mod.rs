//! Ceremonies whose `state`, session, passkey or signature counter changes between begin and
//! finish, or is attacked: replay, tampering, cross-ceremony confusion, races, expiry and cancelled
//! requests. Each test runs with every store.

mod helpers;
mod yielding_repository;

mod cancelled_requests;
mod challenge_expiry;
mod changes_between_begin_and_finish;
mod concurrent_registrations;
mod concurrent_sign_ins;
mod cross_ceremony_confusion;
mod replay;
mod signature_counter;
mod tampered_state;
mod unusual_user_ids;
