//! Connection to the primary that Redis Sentinel names, also after a failover.

use std::sync::Arc;

use async_trait::async_trait;
use redis::{
    AsyncConnectionConfig, Cmd, RedisError, RedisResult, Value,
    aio::{ConnectionLike as _, MultiplexedConnection},
    sentinel::SentinelClient,
};
use tokio::sync::Mutex;

use super::connection::Connection;

/// Connection to the primary. When it fails, the next command asks Sentinel again.
pub(super) struct Primary(Mutex<State>);

struct State {
    sentinel: SentinelClient,
    connection: Option<Arc<MultiplexedConnection>>,
}

impl Primary {
    /// Connects to the primary.
    pub(super) async fn connect(sentinel: SentinelClient) -> RedisResult<Self> {
        let primary = Self(Mutex::new(State {
            sentinel,
            connection: None,
        }));
        primary.connection().await?;
        Ok(primary)
    }

    async fn connection(&self) -> RedisResult<Arc<MultiplexedConnection>> {
        let mut state = self.0.lock().await;
        if let Some(connection) = &state.connection {
            return Ok(Arc::clone(connection));
        }
        // The store has a timeout of its own.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let connection = state.sentinel.get_async_connection_with_config(&config);
        let connection = Arc::new(connection.await?);
        state.connection = Some(Arc::clone(&connection));
        Ok(connection)
    }
}

#[async_trait]
impl Connection for Primary {
    async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let used = self.connection().await?;
        let mut connection = MultiplexedConnection::clone(&used);
        let response = connection.req_packed_command(command).await;
        let response = response.and_then(Value::extract_error);
        if response.as_ref().is_err_and(is_not_the_primarys) {
            let mut state = self.0.lock().await;
            // Another operation may have replaced it meanwhile.
            state
                .connection
                .take_if(|current| Arc::ptr_eq(current, &used));
        }
        response
    }

    /// A host that is gone does not close its connections.
    async fn timed_out(&self) {
        self.0.lock().await.connection = None;
    }
}

/// Returns whether an error is one of a connection that is lost, or of a server that is a replica now.
fn is_not_the_primarys(error: &RedisError) -> bool {
    error.is_unrecoverable_error()
        || error.is_connection_dropped()
        || matches!(error.code(), Some("READONLY" | "LOADING" | "MASTERDOWN"))
}
