//! The part of a challenge store that is reserved for signed-in users.
//!
//! Anybody can begin sign-ins without limit, and any user registrations and step-ups. So a store has
//! two parts: one for everybody's ceremonies, in which new ones push out old ones, and one for those of
//! signed-in users, in which a user has a few places and pushes out nobody else's.

/// Sizes of the two parts of a challenge store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// Maximum number of ceremonies that anybody has begun.
    pub(super) open: usize,
    /// Maximum number of ceremonies that signed-in users have begun. Further ones are put into the
    /// open part.
    pub(super) reserved: usize,
    /// Maximum number of them by one user. A further one replaces the user's own oldest.
    pub(super) per_user: usize,
}

/// Pending ceremonies of a signed-in user, for several devices with several open pages each.
pub(super) const PENDING_PER_USER: usize = 16;

impl Parts {
    /// Adds the reserved part to a capacity: a quarter as many, of each user at most `per_user`, or an
    /// eighth of the part if that is less.
    pub(super) fn of(capacity: usize, per_user: usize) -> Self {
        let reserved = capacity.div_ceil(4);
        Self {
            open: capacity,
            reserved,
            per_user: (reserved / 8).clamp(1, per_user),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PENDING_PER_USER, Parts};

    #[test]
    fn reserved_part_is_a_quarter_of_the_capacity_and_has_room_for_several_users() {
        for (capacity, reserved, per_user) in [
            (0, 0, 1),
            (1, 1, 1),
            (10, 3, 1),
            (64, 16, 2),
            (100_000, 25_000, 16),
            (usize::MAX, usize::MAX / 4 + 1, 16),
        ] {
            let parts = Parts::of(capacity, PENDING_PER_USER);
            assert_eq!(
                (parts.open, parts.reserved, parts.per_user),
                (capacity, reserved, per_user)
            );
        }
    }
}
