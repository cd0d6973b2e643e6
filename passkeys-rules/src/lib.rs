//! What makes a relying party configuration valid.

/// Placeholder until the rules land.
#[derive(Clone, Debug, Default)]
pub struct Draft<'a> {
    /// The RP ID.
    pub rp_id: Option<&'a str>,
}
