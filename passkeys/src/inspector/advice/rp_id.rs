//! RP IDs that differ from the configured one.

use super::{Advice, Fix, Setting, origins::alone, rp_id_of};
use crate::{
    Config,
    domain::origin::{host, is_below},
    recorder::Entry,
};

/// Returns the advice on authenticator data of another RP ID.
pub(super) fn mismatch(entry: &Entry, config: &Config) -> Advice {
    let response = entry.finish.as_ref().map(|it| &it.response);
    let client_data = response.and_then(|it| it.client_data.as_ref());
    let origin = client_data.and_then(|it| it.origin.as_deref());
    let data = response.and_then(|it| it.authenticator_data.as_ref());
    let signed = data.and_then(|data| rp_id_of(&data.rp_id_hash, origin?));
    let configured = config.rp_id();
    let title = "The authenticator has signed for another RP ID";
    let Some(signed) = signed else {
        return Advice::new(
            title,
            format!(
                "The RP ID is {configured}, and the hash in the authenticator data is that of another one, \
                 which is not the page's host or a domain above it."
            ),
        )
        .fix(page_fix());
    };
    let advice = Advice::new(
        title,
        format!(
            "The RP ID is {configured}, and the authenticator data is for {signed}: the page has called the \
             browser with that RP ID, or the response is of another application."
        ),
    );
    let advice = advice.fix(page_fix());
    let origins: Vec<String> = config.origins().map(str::to_owned).collect();
    match Config::new(&signed, &origins) {
        Ok(_) => advice.fix(Fix::setting(
            format!(
                "If the passkeys are to be of {signed}, configure that. Passkeys of {configured} do not work \
                 then."
            ),
            Setting::identity(&signed, &origins),
        )),
        Err(_) => advice,
    }
}

/// Returns the advice on a page that no browser lets use the configured RP ID.
pub(super) fn out_of_scope(origin: &str, config: &Config) -> Option<Advice> {
    let rp_id = config.rp_id();
    let in_scope = Config::new(rp_id, [origin]).is_ok();
    let related = config.related_origins().any(|related| related == origin);
    let host = host(origin)?;
    if in_scope || related || host == rp_id || is_below(&host, rp_id) {
        return None;
    }
    let advice = Advice::new(
        "The browser does not let this page use the RP ID",
        format!(
            "The page is at {origin}, and the RP ID is {rp_id}. A page may use the passkeys of its own host \
             and of domains above it only, so the browser fails with `SecurityError` and sends nothing back."
        ),
    );
    let more = super::origins::unexpected(origin, config).fixes;
    let advice = Advice {
        fixes: more,
        ..advice
    };
    Some(match alone(origin) {
        Some(setting) if advice.fixes.is_empty() => {
            advice.fix(Fix::setting("This is the page's configuration.", setting))
        }
        _ => advice,
    })
}

fn page_fix() -> Fix {
    Fix::code(
        "Pass the options to the browser as they came, without an RP ID of the page's own.",
        "navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })",
    )
}

#[cfg(test)]
mod tests {
    use super::out_of_scope;
    use crate::Config;

    #[test]
    fn page_outside_the_rp_id_is_one_that_browsers_reject() {
        let config = Config::builder("example.com", ["https://example.com"])
            .related_origins(["https://example.net"])
            .build()
            .unwrap();
        for origin in [
            "https://example.org",
            "https://badexample.com",
            "http://127.0.0.1:3000",
        ] {
            let advice = out_of_scope(origin, &config).unwrap();
            assert!(!advice.fixes.is_empty(), "{origin}");
        }
        for origin in [
            "https://example.com",
            "https://www.example.com:444",
            "https://example.net",
        ] {
            assert!(out_of_scope(origin, &config).is_none(), "{origin}");
        }
    }
}
