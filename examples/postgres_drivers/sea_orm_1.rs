//! SeaORM 1, over its pool of sqlx 0.8.

use passkeys::store::PostgresRepository;
use sea_orm_1::DatabaseConnection;

use crate::sqlx_08::Sqlx;

/// Creates a repository on the connections of SeaORM, which must be of PostgreSQL: SeaORM panics
/// otherwise.
pub fn repository(database: &DatabaseConnection) -> PostgresRepository {
    let pool = database.get_postgres_connection_pool();
    PostgresRepository::with_driver(Sqlx(pool.clone()))
}
