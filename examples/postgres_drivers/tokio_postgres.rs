//! `tokio-postgres`, with the pool of `deadpool-postgres`.

use deadpool_postgres::Pool;
use passkeys::store::{PostgresDriver, PostgresError, PostgresStatement, async_trait};
use tokio_postgres::{
    Error, Row,
    types::{ToSql, Type},
};

/// Pool of `deadpool-postgres`.
///
/// Statements have no names and are prepared and executed in one message, so this works behind PgBouncer
/// in transaction mode, too.
#[derive(Clone)]
pub struct TokioPostgres(pub Pool);

#[async_trait]
impl PostgresDriver for TokioPostgres {
    async fn run(
        &self,
        statements: &[PostgresStatement],
    ) -> Result<Vec<Vec<String>>, PostgresError> {
        let mut client = self.0.get().await.map_err(PostgresError::new)?;
        let run = async {
            if let [statement] = statements {
                let rows = client
                    .query_typed(&statement.sql, &typed(statement))
                    .await?;
                return Ok(vec![texts(&rows)?]);
            }
            // Rolls back when it is dropped.
            let transaction = client.transaction().await?;
            let mut rows = Vec::with_capacity(statements.len());
            for statement in statements {
                let parameters = typed(statement);
                let selected = transaction.query_typed(&statement.sql, &parameters).await?;
                rows.push(texts(&selected)?);
            }
            transaction.commit().await?;
            Ok(rows)
        };
        run.await.map_err(|error: Error| {
            let code = error.code().map(|code| code.code().to_owned());
            PostgresError::new(error).with_code(code)
        })
    }
}

fn typed(statement: &PostgresStatement) -> Vec<(&(dyn ToSql + Sync), Type)> {
    let parameters = statement.parameters.iter();
    parameters
        .map(|value| (value as &(dyn ToSql + Sync), Type::TEXT))
        .collect()
}

fn texts(rows: &[Row]) -> Result<Vec<String>, Error> {
    rows.iter().map(|row| row.try_get(0)).collect()
}
