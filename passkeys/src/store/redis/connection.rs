//! Connections to Redis: one that the application has, or one to the primary that Sentinel names.

use async_trait::async_trait;
use redis::{Cmd, RedisResult, Value, aio::ConnectionLike};

/// Connection that any number of operations share.
#[async_trait]
pub(super) trait Connection: Send + Sync {
    /// Sends a command, once, and returns the response.
    async fn send(&self, command: &Cmd) -> RedisResult<Value>;

    /// Called when the response to a command did not come within the timeout.
    async fn timed_out(&self) {}
}

/// Connection of a type of the crate `redis`, which replaces what it has lost by itself.
pub(super) struct Shared<C>(pub(super) C);

#[async_trait]
impl<C: ConnectionLike + Clone + Send + Sync> Connection for Shared<C> {
    async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let response = self.0.clone().req_packed_command(command).await?;
        response.extract_error()
    }
}
