//! Challenge store that encrypts the ceremony into its `state`, for the client to keep.

mod challenges;

pub use challenges::SealedChallenges;
