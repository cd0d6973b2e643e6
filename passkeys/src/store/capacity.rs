use super::StoreError;

/// Fails if the capacity is 0, so that every store reports this in the same way.
pub(super) fn require_capacity(capacity: usize) -> Result<(), StoreError> {
    if capacity == 0 {
        return Err(StoreError::new(
            "the store has a capacity of 0, so it keeps nothing: set another by `with_capacity`",
        ));
    }
    Ok(())
}
