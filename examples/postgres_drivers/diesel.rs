//! Diesel, with the connections and a pool of `diesel-async`.

use diesel::{
    QueryableByName,
    pg::Pg,
    result::{DatabaseErrorKind, Error},
    sql_query,
    sql_types::{Nullable, Text},
};
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, pooled_connection::deadpool::Pool,
};
use passkeys::store::{PostgresDriver, PostgresError, PostgresStatement, async_trait};

/// Pool of `diesel-async`.
#[derive(Clone)]
pub struct Diesel(pub Pool<AsyncPgConnection>);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

#[async_trait]
impl PostgresDriver for Diesel {
    async fn run(
        &self,
        statements: &[PostgresStatement],
    ) -> Result<Vec<Vec<String>>, PostgresError> {
        let mut connection = self.0.get().await.map_err(PostgresError::new)?;
        // The pool discards a connection whose transaction was abandoned.
        let run = connection.transaction(async |connection| {
            let mut rows = Vec::with_capacity(statements.len());
            for statement in statements {
                let mut query = sql_query(&statement.sql).into_boxed::<Pg>();
                for parameter in &statement.parameters {
                    query = query.bind::<Nullable<Text>, _>(parameter);
                }
                let selected: Vec<Row> = query.load(connection).await?;
                rows.push(selected.into_iter().map(|row| row.value).collect());
            }
            Ok(rows)
        });
        run.await.map_err(|error: Error| {
            // The one code that Diesel tells.
            let code = match &error {
                Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Some("40001"),
                _ => None,
            };
            PostgresError::new(error).with_code(code)
        })
    }
}
