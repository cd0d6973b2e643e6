//! SeaORM 2, over its pool of sqlx 0.9.

use passkeys::store::PostgresRepository;
use sea_orm_2::DatabaseConnection;

/// Creates a repository on the connections of SeaORM, which must be of PostgreSQL: SeaORM panics
/// otherwise.
pub fn repository(database: &DatabaseConnection) -> PostgresRepository {
    PostgresRepository::new(database.get_postgres_connection_pool().clone())
}
