//! The stores that need a server, from the list in `passkeys_test_support::stores`.

passkeys_test_support::in_every_store!(on_servers);
