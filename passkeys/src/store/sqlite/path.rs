//! Mistakes in the path of an SQLite file.

use std::{env, path::Path};

use crate::{domain::detail::shown, store::StoreError};

/// Error of a path that cannot be that of an SQLite file.
#[derive(PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidPath {
    #[error("the path is empty (is an environment variable unset?): write `passkeys.db`")]
    Empty,
    #[error(
        "each connection to an SQLite database in memory has one of its own: use `MemoryRepository`"
    )]
    InMemory,
    #[error("`SqliteRepository::open` takes a path, and this is a URL: write {0}")]
    Url(String),
    #[error(
        "`SqliteRepository::open` takes the path of an SQLite file, and this is a URL of {0}: use {1}, with \
         its Cargo feature"
    )]
    OtherDatabase(&'static str, &'static str),
    #[error("{0} is a folder: write the path of a file in it, such as {1}")]
    Folder(String, String),
    #[error(
        "the folder {folder} does not exist{at}: create it before the program starts, or write another path"
    )]
    MissingFolder { folder: String, at: String },
    #[error(
        "{0} is a path as a shell reads it, and nothing replaces `~` and `$NAME` here: write the path in full"
    )]
    Shell(String),
}

passkeys_rules::debug_as_display!(InvalidPath);

/// Checks a path for mistakes that SQLite would answer with `unable to open database file`, or by
/// creating a file of a strange name.
pub(super) fn check(path: &Path) -> Result<(), InvalidPath> {
    let text = path.to_string_lossy();
    if text.trim().is_empty() {
        return Err(InvalidPath::Empty);
    }
    check_url(&text)?;
    if path.is_dir() {
        let file = path.join("passkeys.db");
        return Err(InvalidPath::Folder(show(path), show(&file)));
    }
    match path.parent() {
        Some(folder) if !folder.exists() && text.starts_with(['~', '$']) => {
            Err(InvalidPath::Shell(show(path)))
        }
        Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
            let at = env::current_dir().ok().filter(|_| folder.is_relative());
            Err(InvalidPath::MissingFolder {
                folder: show(folder),
                at: at.map_or_else(String::new, |at| format!(" in {}", show(&at))),
            })
        }
        _ => Ok(()),
    }
}

fn check_url(text: &str) -> Result<(), InvalidPath> {
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    match scheme {
        // Also `:memory:`.
        _ if text == ":memory:" => Err(InvalidPath::InMemory),
        "sqlite" | "sqlite3" | "file" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let path = path.split('?').next().unwrap_or_default();
            if path == ":memory:" || path == "memory:" || text.contains("mode=memory") {
                return Err(InvalidPath::InMemory);
            }
            let path = if path.is_empty() { "passkeys.db" } else { path };
            Err(InvalidPath::Url(shown(path).to_string()))
        }
        "postgres" | "postgresql" => Err(InvalidPath::OtherDatabase(
            "PostgreSQL",
            "`PostgresRepository::new(PgPool::connect(url).await?)`",
        )),
        "redis" | "rediss" | "valkey" | "valkeys" => Err(InvalidPath::OtherDatabase(
            "Redis",
            "`RedisChallenges` for challenges, and a repository for passkeys",
        )),
        "mysql" | "mariadb" => Err(InvalidPath::OtherDatabase(
            "MySQL",
            "`MySqlRepository::new(MySqlPool::connect(url).await?)`",
        )),
        _ => Ok(()),
    }
}

/// Returns the error of opening or migrating the file, with its path and what is likely.
pub(super) fn explained(path: &Path, error: sqlx::Error) -> StoreError {
    let cause = match error.as_database_error() {
        Some(error) => {
            let advice = match error.code().as_deref() {
                Some("14") => {
                    "SQLite cannot open or create it: the process needs permission to write the file and its \
                     folder"
                }
                Some("8" | "1032" | "264" | "776" | "1544") => {
                    "the process may not write the file, or the two that SQLite keeps beside it (`-wal`, \
                     `-shm`): give it permission to write the file and its folder, and do not mount them \
                     read-only"
                }
                Some("26") => "it is not an SQLite database: write the path of another file",
                Some("13") => "the disk is full",
                _ => return StoreError::new(error_of(path, error.message())),
            };
            format!("{} ({})", advice, error.message())
        }
        None => error.to_string(),
    };
    StoreError::new(error_of(path, &cause))
}

fn error_of(path: &Path, cause: &str) -> String {
    format!("the SQLite file {}: {cause}", show(path))
}

fn show(path: &Path) -> String {
    shown(&path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{InvalidPath, check};

    #[test]
    fn urls_and_databases_in_memory_are_told_from_paths() {
        let url = |path: &str| InvalidPath::Url(format!("`{path}`"));
        for (path, expected) in [
            ("", InvalidPath::Empty),
            (" ", InvalidPath::Empty),
            (":memory:", InvalidPath::InMemory),
            ("sqlite::memory:", InvalidPath::InMemory),
            ("sqlite://:memory:", InvalidPath::InMemory),
            ("file:x?mode=memory", InvalidPath::InMemory),
            ("sqlite://passkeys.db", url("passkeys.db")),
            (
                "sqlite:///var/lib/passkeys.db?mode=rwc",
                url("/var/lib/passkeys.db"),
            ),
            ("sqlite:data/passkeys.db", url("data/passkeys.db")),
            ("sqlite://", url("passkeys.db")),
            ("file:passkeys.db", url("passkeys.db")),
        ] {
            assert_eq!(check(Path::new(path)), Err(expected), "{path}");
        }
        for path in [
            "postgres://a:secret@host/db",
            "postgresql://host",
            "redis://host",
            "mysql://host",
        ] {
            let error = check(Path::new(path)).unwrap_err();
            assert!(matches!(error, InvalidPath::OtherDatabase(..)), "{path}");
            assert!(!error.to_string().contains("secret"));
        }
        for path in ["passkeys.db", "./a:b.db", "C:passkeys.db"] {
            assert_eq!(check(Path::new(path)), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_as_a_shell_reads_them_are_not_taken_for_missing_folders() {
        for path in ["~/passkeys.db", "$HOME/passkeys.db", "${DATA}/passkeys.db"] {
            let error = check(Path::new(path)).unwrap_err().to_string();
            assert!(
                error.contains(path) && error.contains("write the path in full"),
                "{error}"
            );
        }
    }

    #[test]
    fn folders_and_files_in_missing_folders_are_named() {
        let error = check(Path::new("/")).unwrap_err().to_string();
        assert!(
            error.contains("`/` is a folder") && error.contains("`/passkeys.db`"),
            "{error}"
        );
        let error = check(Path::new("no/such/folder/passkeys.db"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`no/such/folder` does not exist in `/"),
            "{error}"
        );
    }
}
