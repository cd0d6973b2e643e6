use std::fmt;

use serde::Serialize;

/// Severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// Something was examined and is right.
    Ok,
    /// Worth knowing; nothing has to be done.
    Note,
    /// Works, but is less safe or less robust than it should be.
    Warning,
    /// Passkeys do not work for some people, or are not safe.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One result of the examination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Stable identifier, such as `certificate_expired`.
    pub id: &'static str,
    /// Severity.
    pub level: Level,
    /// Address, or the name of the setting, that it is about.
    pub at: String,
    /// The rule and the value that was found.
    pub what: String,
    /// The fix; empty where nothing has to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
}

/// Result of an examination. Its `Display` is the program's output.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// Address of the page that was examined.
    pub page: String,
    /// RP ID that was examined.
    pub rp_id: String,
    /// Address at which the routes were found.
    pub routes: Option<String>,
    /// Everything that was found, in the order of the examination.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(crate) fn new(page: &str) -> Self {
        Self {
            page: page.to_owned(),
            rp_id: String::new(),
            routes: None,
            findings: Vec::new(),
        }
    }

    /// Returns what is wrong.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.of(Level::Error)
    }

    /// Returns what should be better.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Level::Warning)
    }

    fn of(&self, level: Level) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.level == level)
    }

    /// Returns the report as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and lists of strings: this cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(crate) fn ok(&mut self, id: &'static str, at: impl fmt::Display, what: impl Into<String>) {
        self.push(id, Level::Ok, at, what.into(), String::new());
    }

    pub(crate) fn note(
        &mut self,
        id: &'static str,
        at: impl fmt::Display,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.push(id, Level::Note, at, what.into(), fix.into());
    }

    pub(crate) fn warning(
        &mut self,
        id: &'static str,
        at: impl fmt::Display,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.push(id, Level::Warning, at, what.into(), fix.into());
    }

    pub(crate) fn error(
        &mut self,
        id: &'static str,
        at: impl fmt::Display,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.push(id, Level::Error, at, what.into(), fix.into());
    }

    /// Adds a finding, unless the same was found before at the same place.
    fn push(
        &mut self,
        id: &'static str,
        level: Level,
        at: impl fmt::Display,
        what: String,
        fix: String,
    ) {
        let finding = Finding {
            id,
            level,
            at: at.to_string(),
            what,
            fix,
        };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, RP ID {}", self.page, self.rp_id)?;
        match &self.routes {
            Some(routes) => writeln!(f, ", routes at {routes}\n")?,
            None => writeln!(f, ", routes not found\n")?,
        }
        for level in [Level::Error, Level::Warning, Level::Note] {
            for finding in self.of(level) {
                writeln!(f, "{level}[{}]: {}", finding.id, finding.what)?;
                writeln!(f, "  --> {}", finding.at)?;
                if !finding.fix.is_empty() {
                    writeln!(f, "   = fix: {}", finding.fix)?;
                }
                writeln!(f)?;
            }
        }
        for finding in self.of(Level::Ok) {
            writeln!(f, "ok: {}", finding.what)?;
        }
        let count = |level, one: &str, more: &str| {
            let count = self.of(level).count();
            format!("{count} {}", if count == 1 { one } else { more })
        };
        writeln!(
            f,
            "\n{}, {}",
            count(Level::Error, "error", "errors"),
            count(Level::Warning, "warning", "warnings")
        )
    }
}
