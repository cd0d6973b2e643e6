//! Statements with their parameters, as they are for sqlx and as they are for drivers.

use std::borrow::Cow;
use std::fmt::Write as _;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::driver::PostgresStatement;
use crate::store::StoreError;

/// End of a statement that begins with `WITH`, has `result` as its last part, and returns rows.
/// [`Query::rows`] replaces it.
pub(super) const SELECT_RESULT: &str = "SELECT * FROM result";

/// Statement with its parameters.
#[derive(Clone)]
pub(super) struct Query<'q> {
    pub(super) sql: &'q str,
    pub(super) parameters: Vec<Parameter<'q>>,
}

#[derive(Clone)]
pub(super) enum Parameter<'q> {
    Boolean(bool),
    Bytes(Option<&'q [u8]>),
    Integer(i64),
    Text(Option<Cow<'q, str>>),
    Time(Option<OffsetDateTime>),
}

impl<'q> Query<'q> {
    pub(super) fn new(sql: &'q str) -> Self {
        Self {
            sql,
            parameters: Vec::new(),
        }
    }

    /// Adds the value of the next placeholder.
    pub(super) fn bind(mut self, parameter: impl Into<Parameter<'q>>) -> Self {
        self.parameters.push(parameter.into());
        self
    }

    /// Returns the statement for a driver, as one that returns a text by itself.
    pub(super) fn text(&self) -> Result<PostgresStatement, StoreError> {
        self.for_driver(self.sql)
    }

    /// Returns the statement for a driver; its row is the number of rows that were changed.
    pub(super) fn affected(&self) -> Result<PostgresStatement, StoreError> {
        let sql = self.sql;
        self.for_driver(&format!(
            "WITH result AS ({sql} RETURNING 1) SELECT CAST(count(*) AS TEXT) AS value FROM result"
        ))
    }

    /// Returns the statement for a driver; its rows are JSON objects.
    pub(super) fn rows(&self) -> Result<PostgresStatement, StoreError> {
        const SELECT_JSON: &str = "SELECT CAST(row_to_json(result) AS TEXT) AS value FROM result";
        let sql = self.sql;
        self.for_driver(&match sql.strip_suffix(SELECT_RESULT) {
            Some(with) => format!("{with}{SELECT_JSON}"),
            None => format!("WITH result AS ({sql}) {SELECT_JSON}"),
        })
    }

    fn for_driver(&self, sql: &str) -> Result<PostgresStatement, StoreError> {
        let parameters = self.parameters.iter().map(Parameter::text);
        Ok(PostgresStatement {
            sql: with_text_parameters(sql, &self.parameters),
            parameters: parameters.collect::<Result<_, _>>()?,
        })
    }
}

/// Puts conversions from text around the placeholders, which are all that follows a `$`.
fn with_text_parameters(sql: &str, parameters: &[Parameter<'_>]) -> String {
    let mut parts = sql.split('$');
    let mut converted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let index = number.parse::<usize>().ok();
        let parameter = index.and_then(|number| parameters.get(number.checked_sub(1)?));
        // Writing to a String does not fail.
        let _ = match parameter {
            Some(Parameter::Boolean(_)) => write!(converted, "(${number}::text::boolean)"),
            Some(Parameter::Bytes(_)) => write!(converted, "decode(${number}::text, 'hex')"),
            Some(Parameter::Integer(_)) => write!(converted, "(${number}::text::bigint)"),
            Some(Parameter::Text(_)) => write!(converted, "(${number}::text)"),
            Some(Parameter::Time(_)) => write!(converted, "(${number}::text::timestamptz)"),
            None => write!(converted, "${number}"),
        };
        converted.push_str(rest);
    }
    converted
}

impl Parameter<'_> {
    fn text(&self) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Self::Boolean(value) => Some(value.to_string()),
            Self::Bytes(value) => value.map(hex),
            Self::Integer(value) => Some(value.to_string()),
            Self::Text(value) => value.as_deref().map(str::to_owned),
            Self::Time(value) => {
                let time = value.map(|time| truncated(time).format(&Rfc3339));
                time.transpose().map_err(StoreError::new)?
            }
        })
    }
}

/// Returns the time with the precision of PostgreSQL, which would round.
fn truncated(time: OffsetDateTime) -> OffsetDateTime {
    let microseconds = time.microsecond();
    time.replace_microsecond(microseconds).unwrap_or(time)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl From<bool> for Parameter<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl<'q> From<&'q [u8]> for Parameter<'q> {
    fn from(value: &'q [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'q> From<Option<&'q [u8]>> for Parameter<'q> {
    fn from(value: Option<&'q [u8]>) -> Self {
        Self::Bytes(value)
    }
}

impl From<i64> for Parameter<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl<'q> From<&'q str> for Parameter<'q> {
    fn from(value: &'q str) -> Self {
        Self::Text(Some(value.into()))
    }
}

impl<'q> From<Option<&'q str>> for Parameter<'q> {
    fn from(value: Option<&'q str>) -> Self {
        Self::Text(value.map(Into::into))
    }
}

impl From<String> for Parameter<'_> {
    fn from(value: String) -> Self {
        Self::Text(Some(value.into()))
    }
}

impl From<OffsetDateTime> for Parameter<'_> {
    fn from(value: OffsetDateTime) -> Self {
        Self::Time(Some(value))
    }
}

impl From<Option<OffsetDateTime>> for Parameter<'_> {
    fn from(value: Option<OffsetDateTime>) -> Self {
        Self::Time(value)
    }
}
