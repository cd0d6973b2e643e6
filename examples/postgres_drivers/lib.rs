//! The PostgreSQL stores over the pool that an application has, whatever driver it is of.
//!
//! | application on | file | how |
//! | --- | --- | --- |
//! | sqlx 0.9 | | `PostgresRepository::new(pool)` |
//! | SeaORM 2, which is on sqlx 0.9 | [`sea_orm_2`] | `PostgresRepository::new` with the pool of SeaORM |
//! | sqlx 0.8 | [`sqlx_08`] | `PostgresRepository::with_driver(Sqlx(pool))` |
//! | SeaORM 1, which is on sqlx 0.8 | [`sea_orm_1`] | the same with the pool of SeaORM |
//! | Diesel, with `diesel-async` | [`diesel`] | `PostgresRepository::with_driver(Diesel(pool))` |
//! | `tokio-postgres`, with `deadpool-postgres` | [`tokio_postgres`] | `PostgresRepository::with_driver(TokioPostgres(pool))` |
//!
//! `PostgresChallenges` has the same functions. Copy the file of your driver into your application; its
//! tests are in `tests/contract.rs`.

pub mod diesel;
pub mod sea_orm_1;
pub mod sea_orm_2;
pub mod sqlx_08;
pub mod tokio_postgres;
