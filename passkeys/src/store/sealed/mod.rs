//! Ceremony states sealed for the client to keep.

mod challenges;

pub use challenges::SealedChallenges;
