use std::any::type_name;

/// Description of a store, for the line that [`Passkeys::router`](crate::Passkeys::router) logs at the start.
///
/// ```
/// use passkeys::store::Description;
///
/// struct Table;
///
/// let description = Description::of::<Table>().does_not("share passkeys with other machines");
/// assert_eq!(description.to_string(), "Table (does not share passkeys with other machines)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// Name of the type.
    pub name: String,
    /// Limitation that an operator has to know, as the end of the sentence "The store does not ..", such as
    /// `keep passkeys when the process ends`.
    pub does_not: Option<&'static str>,
    /// True if the store is for development and tests: it loses what an application in use needs.
    pub for_development: bool,
}

impl Description {
    /// Describes a store by the name of its type, without modules and type arguments.
    #[must_use]
    pub fn of<S: ?Sized>() -> Self {
        Self {
            name: short(type_name::<S>()).to_owned(),
            does_not: None,
            for_development: false,
        }
    }

    /// Sets the [limitation](Self::does_not), as the end of the sentence "The store does not ..".
    #[must_use]
    pub fn does_not(mut self, what: &'static str) -> Self {
        self.does_not = Some(what);
        self
    }

    /// Marks the store as one for development: where the configuration is for a site, a warning is logged.
    #[must_use]
    pub fn for_development(mut self) -> Self {
        self.for_development = true;
        self
    }
}

impl std::fmt::Display for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        match self.does_not {
            Some(what) => write!(f, " (does not {what})"),
            None => Ok(()),
        }
    }
}

/// Returns the name of a type without its modules and type arguments.
fn short(path: &str) -> &str {
    let name = path.split('<').next().unwrap_or(path);
    name.rsplit("::").next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{Description, short};

    #[test]
    fn stores_are_described_by_the_short_name_of_their_type() {
        assert_eq!(short("app::store::Table<app::Key>"), "Table");
        assert_eq!(short("Table"), "Table");
        assert_eq!(Description::of::<Vec<u8>>().to_string(), "Vec");
        assert_eq!(Description::of::<str>().name, "str");
    }
}
