//! The stores that need no server, from the list in `passkeys_test_support::stores`.

passkeys_test_support::in_every_store!(embedded);
