//! Names of SQL tables: `name` or `schema.name`.

use super::credential_table::{InvalidTableName, identifier};

/// Name of a table: `name` or `schema.name`. `QUOTE` is the character around an identifier.
#[derive(Clone, Debug)]
pub(super) struct TableName<const QUOTE: char> {
    schema: Option<String>,
    name: String,
}

impl<const QUOTE: char> TableName<QUOTE> {
    /// Uses a name that is known to be an SQL identifier.
    pub(super) fn plain(name: &str) -> Self {
        Self {
            schema: None,
            name: name.to_owned(),
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, InvalidTableName> {
        let (schema, name) = match text.split_once('.') {
            None => (None, text),
            Some((schema, name)) => (Some(identifier(schema)?.to_owned()), name),
        };
        Ok(Self {
            schema,
            name: identifier(name)?.to_owned(),
        })
    }

    /// Returns the name without schema and quotes.
    #[cfg(feature = "postgres-driver")]
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the quoted name with a suffix, ready to be put into a statement.
    pub(super) fn quoted(&self, suffix: &str) -> String {
        let Self { schema, name } = self;
        match schema {
            None => format!("{QUOTE}{name}{suffix}{QUOTE}"),
            Some(schema) => format!("{QUOTE}{schema}{QUOTE}.{QUOTE}{name}{suffix}{QUOTE}"),
        }
    }
}

#[cfg(test)]
mod tests {
    type TableName = super::TableName<'"'>;

    #[test]
    fn table_names_may_have_a_schema_and_cannot_inject_sql() {
        let name = TableName::parse("auth.keys").unwrap();
        assert_eq!(name.quoted(""), "\"auth\".\"keys\"");
        assert_eq!(name.quoted("_ring"), "\"auth\".\"keys_ring\"");
        let name = TableName::parse("keys_2").unwrap();
        assert_eq!(name.quoted(""), "\"keys_2\"");
        let longest = "k".repeat(54);
        assert!(TableName::parse(&longest).is_ok());
        for name in [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "2a",
            "a b",
            "a\"b",
            "a`b",
            "a;b",
            "ä",
            &format!("{longest}k"),
        ] {
            assert!(TableName::parse(name).is_err(), "{name}");
        }
    }
}
