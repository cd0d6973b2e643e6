use crate::domain::credential::Credential;

/// Owner of credentials: a user at a relying party.
///
/// Every method of [`CredentialRepository`](super::CredentialRepository) that reads or changes the
/// credentials of one user takes an owner, and the RP ID belongs to it as much as the user ID: two
/// tenants of one application may have users with equal IDs.
///
/// The library creates the owner; a repository compares it with what is stored, by
/// [`owns`](Self::owns) or, in a query, by [`scope`](Self::scope):
///
/// | [`Scope`] | condition on a credential |
/// | --- | --- |
/// | `Tenant` | `user_id` and `rp_id` are equal |
/// | `Site` | `user_id` is equal; `rp_id` is equal or absent |
/// | `Everywhere` | `user_id` is equal |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    user_id: &'a str,
    scope: Scope<'a>,
}

/// RP IDs of an [`Owner`]'s credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a repository must not compile until it knows a new scope"
)]
pub enum Scope<'a> {
    /// This RP ID and no other: a tenant of a multi-tenant application. Credentials without an RP ID
    /// belong to no tenant.
    Tenant(&'a str),
    /// This RP ID, and credentials without one: an application with one relying party.
    Site(&'a str),
    /// Every RP ID, and credentials without one: an application with one relying party, where it
    /// closes an account or creates one.
    Everywhere,
}

impl<'a> Owner<'a> {
    /// Creates the owner of a user's credentials at a tenant with this RP ID.
    #[must_use]
    pub fn of_tenant(rp_id: &'a str, user_id: &'a str) -> Self {
        Self {
            user_id,
            scope: Scope::Tenant(rp_id),
        }
    }

    /// Creates the owner of a user's credentials at an application whose only relying party has this
    /// RP ID. Owns credentials without an RP ID, too, such as those of `fastapi-passkeys`.
    #[must_use]
    pub fn of_site(rp_id: &'a str, user_id: &'a str) -> Self {
        Self {
            user_id,
            scope: Scope::Site(rp_id),
        }
    }

    /// Creates the owner of a user's credentials of every RP ID. Where a repository has the credentials of
    /// several tenants, these are the credentials of several users with equal IDs.
    #[must_use]
    pub fn everywhere(user_id: &'a str) -> Self {
        Self {
            user_id,
            scope: Scope::Everywhere,
        }
    }

    /// Returns the user ID.
    #[must_use]
    pub fn user_id(self) -> &'a str {
        self.user_id
    }

    /// Returns the RP IDs of the credentials.
    #[must_use]
    pub fn scope(self) -> Scope<'a> {
        self.scope
    }

    /// Returns the RP ID, unless the owner is one [everywhere](Self::everywhere).
    #[must_use]
    pub fn rp_id(self) -> Option<&'a str> {
        match self.scope {
            Scope::Tenant(rp_id) | Scope::Site(rp_id) => Some(rp_id),
            Scope::Everywhere => None,
        }
    }

    /// Returns the same owner under another user ID. For repositories that convert user IDs.
    #[must_use]
    pub fn with_user_id<'b>(self, user_id: &'b str) -> Owner<'b>
    where
        'a: 'b,
    {
        Owner {
            user_id,
            scope: self.scope,
        }
    }

    /// Returns whether the owner owns this credential.
    #[must_use]
    pub fn owns(self, credential: &Credential) -> bool {
        credential.user_id == self.user_id && self.scope.contains(credential.rp_id.as_deref())
    }
}

impl Scope<'_> {
    /// Returns whether a credential with this RP ID, or with none, is in the scope.
    #[must_use]
    pub fn contains(self, rp_id: Option<&str>) -> bool {
        match self {
            Self::Tenant(own) => rp_id == Some(own),
            Self::Site(own) => rp_id.is_none_or(|rp_id| rp_id == own),
            Self::Everywhere => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Owner;
    use crate::{Credential, CredentialId};
    use time::OffsetDateTime;

    #[test]
    fn an_owner_owns_credentials_of_the_user_in_its_scope_only() {
        let of = |user_id: &str, rp_id: Option<&str>| {
            let id = CredentialId::from_valid(vec![1]);
            let mut credential =
                Credential::new(id, user_id, Vec::new(), OffsetDateTime::UNIX_EPOCH);
            credential.rp_id = rp_id.map(ToOwned::to_owned);
            credential
        };
        let rp_ids = [Some("a.example"), Some("b.example"), None];
        for (owner, expected) in [
            (Owner::of_tenant("a.example", "1"), [true, false, false]),
            (Owner::of_site("a.example", "1"), [true, false, true]),
            (Owner::everywhere("1"), [true, true, true]),
        ] {
            assert_eq!(rp_ids.map(|rp_id| owner.owns(&of("1", rp_id))), expected);
            assert_eq!(rp_ids.map(|rp_id| owner.owns(&of("2", rp_id))), [false; 3]);
        }
    }
}
