//! Challenge store that encrypts the ceremony into its `state`, for the client to keep.

mod challenges;
mod replay_guard;

pub use challenges::SealedChallenges;
