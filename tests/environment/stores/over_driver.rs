use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use passkeys::store::{
    PostgresChallenges, PostgresDriver, PostgresError, PostgresRepository, PostgresStatement,
    async_trait,
};
use passkeys_test_support::stores::{Backend, ChallengeBackend, RepositoryBackend};
use sqlx::{AssertSqlSafe, PgPool, error::DatabaseError};

use super::postgres::fill;
use crate::Schema;

/// Driver as an application writes it, here for the pool that the stores could use themselves.
#[derive(Clone, Debug)]
pub struct SqlxDriver(pub PgPool);

#[async_trait]
impl PostgresDriver for SqlxDriver {
    async fn run(
        &self,
        statements: &[PostgresStatement],
    ) -> Result<Vec<Vec<String>>, PostgresError> {
        let run = async {
            let mut transaction = self.0.begin().await?;
            let mut rows = Vec::with_capacity(statements.len());
            for PostgresStatement {
                sql, parameters, ..
            } in statements
            {
                let mut query = sqlx::query_scalar(AssertSqlSafe(sql.as_str()));
                for parameter in parameters {
                    query = query.bind(parameter);
                }
                rows.push(query.fetch_all(&mut *transaction).await?);
            }
            transaction.commit().await?;
            Ok(rows)
        };
        run.await.map_err(|error: sqlx::Error| {
            let code = error.as_database_error().and_then(DatabaseError::code);
            let code = code.map(String::from);
            PostgresError::new(error).with_code(code)
        })
    }
}

/// `PostgresRepository` over a driver, each store in a table of its own.
pub struct OverDriver {
    schema: Schema,
    table: Mutex<String>,
}

impl Backend for OverDriver {
    type Store = PostgresRepository;

    async fn start() -> Option<Self> {
        Some(Self {
            schema: Schema::create().await?,
            table: Mutex::default(),
        })
    }

    async fn open(&self) -> PostgresRepository {
        let table = self.schema.table();
        let repository = PostgresRepository::with_driver(SqlxDriver(self.schema.pool()));
        let repository = repository.table(&table).unwrap();
        repository.migrate().await.unwrap();
        *self.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
        repository
    }

    async fn stop(self) {
        self.schema.drop().await;
    }
}

impl RepositoryBackend for OverDriver {
    /// The same statements as over a pool, for which there are a million.
    const MANY: u32 = 100_000;

    async fn fill(&self, _: &PostgresRepository, numbers: Range<u32>) {
        let table = self
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        fill(&self.schema, &table, numbers).await;
    }
}

/// `PostgresChallenges` over a driver, each store in a table of its own.
pub struct CeremoniesOverDriver(Schema);

impl Backend for CeremoniesOverDriver {
    type Store = PostgresChallenges;

    async fn start() -> Option<Self> {
        Schema::create().await.map(Self)
    }

    async fn open(&self) -> PostgresChallenges {
        let challenges = PostgresChallenges::with_driver(SqlxDriver(self.0.pool()));
        let challenges = challenges.table(&self.0.table()).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    }

    async fn stop(self) {
        self.0.drop().await;
    }
}

impl ChallengeBackend for CeremoniesOverDriver {
    fn with_capacity(store: PostgresChallenges, capacity: usize) -> PostgresChallenges {
        store.with_capacity(capacity)
    }
}
