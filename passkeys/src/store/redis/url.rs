//! Mistakes in the URL of a Redis server.

/// Error of a URL that is not one of a Redis server. Never has the password.
#[derive(PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidUrl {
    #[error(
        "the URL of Redis is empty (is an environment variable unset?): write \
         `redis://[user:password@]host[:port][/database]`"
    )]
    Empty,
    #[error(
        "the URL of Redis has no scheme: write `redis://[user:password@]host[:port][/database]`, or \
         `unix:path`"
    )]
    NoScheme,
    #[error("the URL of Redis has white space or quotes around it: remove them")]
    Surrounded,
    #[error(
        "the URL of Redis has the scheme `{0}`: write `redis://` or `valkey://`, `rediss://` for TLS, or \
         `unix:path`"
    )]
    OtherScheme(String),
    #[error("the URL is of {0}, and Redis is expected: use `{1}`")]
    OtherServer(&'static str, &'static str),
}

passkeys_rules::debug_as_display!(InvalidUrl);

/// Checks the scheme of a URL. The crate reads the rest.
pub(super) fn check(url: &str) -> Result<(), InvalidUrl> {
    if url.is_empty() {
        return Err(InvalidUrl::Empty);
    }
    let quote = |char: char| char.is_whitespace() || char == '"' || char == '\'';
    if url.starts_with(quote) || url.ends_with(quote) {
        return Err(InvalidUrl::Surrounded);
    }
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(InvalidUrl::NoScheme);
    };
    match scheme {
        "redis" | "rediss" | "valkey" | "valkeys" if rest.starts_with("//") => Ok(()),
        "unix" | "redis+unix" | "valkey+unix" => Ok(()),
        "postgres" | "postgresql" => {
            Err(InvalidUrl::OtherServer("PostgreSQL", "PostgresChallenges"))
        }
        "mysql" | "mariadb" => Err(InvalidUrl::OtherServer("MySQL", "MySqlChallenges")),
        // A host and its port, or a user and their password.
        _ if !rest.starts_with("//") => Err(InvalidUrl::NoScheme),
        scheme => {
            let scheme = scheme.chars().take(20).collect::<String>();
            Err(InvalidUrl::OtherScheme(scheme.escape_debug().to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidUrl, check};

    #[test]
    fn mistakes_in_the_url_of_redis_are_told_without_the_password() {
        for url in [
            "redis://localhost",
            "rediss://a:b@host:1/0",
            "unix:/run/redis.sock",
            "unix:///a",
            "valkey://host",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
        let other = InvalidUrl::OtherServer("PostgreSQL", "PostgresChallenges");
        for (url, expected) in [
            ("", InvalidUrl::Empty),
            ("localhost", InvalidUrl::NoScheme),
            ("localhost:6379", InvalidUrl::NoScheme),
            ("user:secret@localhost:6379", InvalidUrl::NoScheme),
            ("redis:localhost", InvalidUrl::NoScheme),
            ("\"redis://localhost\"", InvalidUrl::Surrounded),
            ("redis://localhost\n", InvalidUrl::Surrounded),
            (
                "http://:secret@localhost",
                InvalidUrl::OtherScheme("http".into()),
            ),
            ("postgres://:secret@localhost/db", other),
            (
                "mysql://root:secret@localhost/db",
                InvalidUrl::OtherServer("MySQL", "MySqlChallenges"),
            ),
        ] {
            let error = check(url).unwrap_err();
            assert_eq!(error, expected, "{url}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}
