use passkeys::{redis::Client, sqlx::PgPool, utoipa::ToSchema};

fn main() {}
