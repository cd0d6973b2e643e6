//! What makes a relying party configuration valid.
