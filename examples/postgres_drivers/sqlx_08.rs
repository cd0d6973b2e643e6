//! sqlx 0.8.

use passkeys::store::{PostgresDriver, PostgresError, PostgresStatement, async_trait};
use sqlx_08::PgPool;

/// Pool of sqlx 0.8.
///
/// Behind PgBouncer in transaction mode, add `.persistent(false)` to the query. It is in a transaction
/// already, without which sqlx would prepare and execute it on two connections of the server.
#[derive(Clone, Debug)]
pub struct Sqlx(pub PgPool);

#[async_trait]
impl PostgresDriver for Sqlx {
    async fn run(
        &self,
        statements: &[PostgresStatement],
    ) -> Result<Vec<Vec<String>>, PostgresError> {
        let run = async {
            // Rolls back when it is dropped.
            let mut transaction = self.0.begin().await?;
            let mut rows = Vec::with_capacity(statements.len());
            for statement in statements {
                let mut query = sqlx_08::query_scalar(&statement.sql);
                for parameter in &statement.parameters {
                    query = query.bind(parameter);
                }
                rows.push(query.fetch_all(&mut *transaction).await?);
            }
            transaction.commit().await?;
            Ok(rows)
        };
        run.await.map_err(|error: sqlx_08::Error| {
            let code = error.as_database_error().and_then(|error| error.code());
            let code = code.map(String::from);
            PostgresError::new(error).with_code(code)
        })
    }
}
