//! Names of the variables, and what is known about others that begin like them.

use passkeys_rules::{
    Key,
    wording::{alternatives, nearest, quote},
};

pub(super) const PREFIX: &str = "PASSKEYS_";

/// The prefix with its probable misspelling.
const PREFIXES: [&str; 2] = [PREFIX, "PASSKEY_"];

/// Maximum number of names that a line of the log has.
const MOST_LOGGED: usize = 16;

/// Returns the variable of a key: `PASSKEYS_ORIGINS` for `origins`.
pub(super) fn name(key: Key) -> String {
    format!("{PREFIX}{}", key.as_str().to_ascii_uppercase())
}

/// Returns the variable of a key in a profile: `PASSKEYS_PROFILE_SECURITY_KEY_HINTS` for `hints` in
/// `security_key`.
pub(super) fn name_in_profile(profile: &str, key: Key) -> String {
    format!("{PREFIX}PROFILE_{profile}_{key}").to_ascii_uppercase()
}

/// Returns whether a name begins like those of the configuration, in any case.
pub(super) fn has_prefix(name: &str) -> bool {
    without_prefix(name).is_some()
}

/// Returns the prefix that a name has, in upper case, and the rest of it in lower case.
fn without_prefix(name: &str) -> Option<(&'static str, String)> {
    PREFIXES.into_iter().find_map(|prefix| {
        let (start, rest) = name.split_at_checked(prefix.len())?;
        let fits = start.eq_ignore_ascii_case(prefix);
        fits.then(|| (prefix, rest.to_ascii_lowercase()))
    })
}

/// Variable that is none of the configuration.
pub(super) enum Unknown {
    /// It was meant to be one.
    Mistake(String),
    /// It may be the application's own.
    Foreign,
}

/// Returns what a variable is that is none of the configuration; `None` for those that are, and for those
/// that are known to be of others.
pub(super) fn unknown(variable: &str, profiles: &[&str], own: &[String]) -> Option<Unknown> {
    if own.iter().any(|own| own == variable) || is_of_kubernetes(variable) {
        return None;
    }
    let (prefix, rest) = without_prefix(variable)?;
    let known = known(&rest, profiles);
    if known.as_deref() == Some(variable) {
        return None;
    }
    // Names with the misspelt prefix are the application's, unless the rest is a key.
    let meant = known.or_else(|| meant(&rest, profiles).filter(|_| prefix == PREFIX));
    if let Some(meant) = meant {
        return Some(Unknown::Mistake(no_such_variable(variable, &meant)));
    }
    match in_profile(&rest) {
        _ if prefix != PREFIX => None,
        Some((profile, _)) => Some(Unknown::Mistake(not_listed(variable, profile, profiles))),
        None => Some(Unknown::Foreign),
    }
}

/// Returns mistakes in the names of the application's own variables: those that are of the configuration.
pub(super) fn own_keys<'a>(
    own: &'a [String],
    profiles: &'a [&str],
) -> impl Iterator<Item = String> + 'a {
    let of_configuration = |own: &&String| {
        let rest = own.strip_prefix(PREFIX).map(str::to_ascii_lowercase);
        rest.and_then(|rest| known(&rest, profiles)).as_ref() == Some(*own)
    };
    own.iter().filter(of_configuration).map(|own| {
        format!(
            "{own}: this variable is of the configuration, and `Config::from_env_except` names it as the \
             application's own; rename the application's variable"
        )
    })
}

/// Logs a warning about variables that have no effect. Their values may be secrets.
pub(super) fn warn_of(foreign: &[&String]) {
    if foreign.is_empty() {
        return;
    }
    let names = &foreign[..foreign.len().min(MOST_LOGGED)];
    tracing::warn!(
        // Escaped (`Debug`): names are of any content.
        variables = ?names,
        count = foreign.len(),
        "these variables begin with `PASSKEYS_` and have no effect on the configuration of passkeys: no key \
         is called like this. If they are the application's own, name them in `Config::from_env_except`",
    );
}

/// Returns the variable whose name, without the prefix and in lower case, is this one.
fn known(rest: &str, profiles: &[&str]) -> Option<String> {
    if let Some(key) = Key::from_name(rest) {
        return Some(name(key));
    }
    let (profile, key) = in_profile(rest)?;
    profiles
        .contains(&profile)
        .then(|| name_in_profile(profile, key))
}

/// Returns the variable that was probably meant.
fn meant(rest: &str, profiles: &[&str]) -> Option<String> {
    if let Some(key) = Key::from_alias(rest) {
        return Some(name(key));
    }
    // With the key of a profile that is misspelt, or the profile.
    let in_profiles: Vec<String> = profiles
        .iter()
        .flat_map(|profile| Key::in_profiles().map(move |key| format!("profile_{profile}_{key}")))
        .collect();
    let keys = Key::ALL.iter().map(|key| key.as_str());
    let near = match rest.strip_prefix("profile_") {
        Some(_) => nearest(rest, in_profiles.iter().map(String::as_str))?,
        None => nearest(rest, keys)?,
    };
    Some(format!("{PREFIX}{}", near.to_ascii_uppercase()))
}

/// Returns the profile and the key of a name such as `profile_security_key_hints`.
fn in_profile(rest: &str) -> Option<(&str, Key)> {
    let rest = rest.strip_prefix("profile_")?;
    // The longest key first, in case that one ends like another.
    let mut keys: Vec<Key> = Key::ALL.to_vec();
    keys.sort_by_key(|key| std::cmp::Reverse(key.as_str().len()));
    keys.into_iter().find_map(|key| {
        let profile = rest.strip_suffix(key.as_str())?.strip_suffix('_')?;
        (!profile.is_empty()).then_some((profile, key))
    })
}

fn no_such_variable(variable: &str, meant: &str) -> String {
    format!(
        "{}: there is no such variable; did you mean `{meant}`? If it is the application's own, name it in \
         `Config::from_env_except`",
        shown(variable)
    )
}

fn not_listed(variable: &str, profile: &str, profiles: &[&str]) -> String {
    let listed: Vec<&str> = profiles.iter().copied().chain([profile]).collect();
    let list = quote(&format!("PASSKEYS_PROFILES={}", listed.join(","))).to_string();
    let others = if profiles.is_empty() {
        "is not set".to_owned()
    } else {
        format!(
            "has {}",
            alternatives(profiles).to_string().replace(" or ", " and ")
        )
    };
    format!(
        "{}: there is no profile {}: `PASSKEYS_PROFILES` {others}; write {list}",
        shown(variable),
        quote(profile),
    )
}

/// Formats a name at the beginning of a line.
fn shown(variable: &str) -> String {
    quote(variable).to_string().trim_matches('`').to_owned()
}

/// Returns whether Kubernetes sets a variable like this in every container beside a service with the name
/// `passkeys`.
fn is_of_kubernetes(variable: &str) -> bool {
    let Some(rest) = variable.strip_prefix(PREFIX) else {
        return false;
    };
    let port = rest.strip_prefix("PORT");
    let of_port = port.is_some_and(|port| {
        let mut parts = port.trim_start_matches('_').splitn(3, '_');
        let (number, protocol) = (parts.next().unwrap_or(""), parts.next().unwrap_or("TCP"));
        number.bytes().all(|byte| byte.is_ascii_digit())
            && ["TCP", "UDP", "SCTP"].contains(&protocol)
    });
    of_port || rest == "SERVICE_HOST" || rest.starts_with("SERVICE_PORT")
}
