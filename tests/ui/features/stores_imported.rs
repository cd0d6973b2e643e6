use passkeys::{
    store::{
        PostgresChallenges, PostgresRepository, RedisChallenges, SealedChallenges, SqliteRepository,
    },
    testing::Browser,
};

fn main() {}
