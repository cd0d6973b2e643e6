//! What each operation of each store takes, one after the other, the answer included.
//!
//! ```text
//! cargo bench -p passkeys-benches --bench stores --features stores
//! ```
//!
//! PostgreSQL and Redis are left out, and it is said so, unless `PASSKEYS_TEST_POSTGRES_URL` and
//! `PASSKEYS_TEST_REDIS_URL` name servers that nothing else is kept in.

mod ceremonies;
mod credentials;
mod kept;

use divan::Divan;

fn main() {
    Divan::from_args().main();
}
