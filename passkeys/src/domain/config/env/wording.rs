//! Translation of the rules' messages, which speak of the attribute, into the words of variables.

use passkeys_rules::{Extension, Key};

use super::names::{name, name_in_profile};

/// Translates what is between backticks in a message: `` `challenge_ttl = "10m"` `` is
/// `` `PASSKEYS_CHALLENGE_TTL=10m` ``, and `` `origins[1]` `` is `` `PASSKEYS_ORIGINS`, item 2 ``.
pub(super) fn of_variables(message: &str, profile: Option<&str>) -> String {
    let mut translated = String::with_capacity(message.len());
    for (index, part) in message.split('`').enumerate() {
        if index % 2 == 0 {
            translated.push_str(&part.replace("the key", "the variable"));
        } else {
            translated.push_str(&code(part, profile));
        }
    }
    // A value may have a backtick.
    if message.matches('`').count() % 2 == 1 {
        return message.to_owned();
    }
    translated
}

/// Translates what is between two backticks, and returns it with them.
fn code(code: &str, profile: Option<&str>) -> String {
    if let Some((key, value)) = code.split_once(" = ")
        && let Some(key) = Key::from_name(key)
    {
        let value = value.replace(['[', ']', '"'], "").replace(", ", ",");
        return format!("`{}={value}`", variable(profile, key));
    }
    if let Some((extension, value)) = code.split_once(" = ")
        && Extension::NAMES.contains(&extension)
    {
        return format!("`{extension}={}`", value.replace('"', ""));
    }
    if let Some((key, index)) = code.strip_suffix(']').and_then(|code| code.split_once('['))
        && let (Some(key), Ok(index)) = (Key::from_name(key), index.parse::<usize>())
    {
        return format!("`{}`, item {}", variable(profile, key), index + 1);
    }
    let unquoted = code
        .strip_prefix('"')
        .and_then(|code| code.strip_suffix('"'));
    let code = unquoted.filter(|code| !code.is_empty()).unwrap_or(code);
    match Key::from_name(code) {
        Some(key) => format!("`{}`", variable(profile, key)),
        None => format!("`{code}`"),
    }
}

/// Returns the variable of a key: in a profile that of the profile, if the key may differ by it.
fn variable(profile: Option<&str>, key: Key) -> String {
    match profile {
        Some(profile) if key.spec().in_profiles => name_in_profile(profile, key),
        _ => name(key),
    }
}
