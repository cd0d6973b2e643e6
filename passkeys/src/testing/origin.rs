//! Mistakes in the origins, paths and URLs that tests pass to the browser.

/// Returns what is wrong with an origin that no browser and no app sends.
pub(super) fn problem_of_origin(origin: &str) -> Option<String> {
    if origin == "null" || origin.starts_with("android:") {
        return None;
    }
    let Some((scheme, host)) = origin.split_once("://") else {
        return Some(format!(
            "`{origin}` is no origin, which has a scheme: write `https://{origin}`, or \
             `http://localhost:3000` as in the configuration"
        ));
    };
    if let Some(end) = host.find(['/', '?', '#']) {
        let host = &host[..end];
        return Some(format!(
            "`{origin}` is a URL, and an origin has no path and no slash at its end: write \
             `{scheme}://{host}`"
        ));
    }
    let lower_case = origin.to_ascii_lowercase();
    if lower_case != origin {
        return Some(format!(
            "browsers send origins in lower case: write `{lower_case}`, not `{origin}`"
        ));
    }
    let default = match scheme {
        "https" => host.strip_suffix(":443"),
        "http" => host.strip_suffix(":80"),
        _ => None,
    };
    default.map(|host| {
        format!("browsers leave out the default port: write `{scheme}://{host}`, not `{origin}`")
    })
}

/// Returns what is wrong with the URL of a server.
pub(super) fn problem_of_url(url: &str) -> Option<String> {
    match url.split_once("://") {
        Some(("http", host)) if !host.is_empty() => None,
        Some(("https", _)) => Some(format!(
            "`{url}`: the test browser speaks `http` only: pass the URL at which the server itself listens, \
             such as `http://127.0.0.1:3000`; the page's origin may be `https`"
        )),
        _ => Some(format!(
            "`{url}` is no URL of a server: write it as `http://127.0.0.1:3000`"
        )),
    }
}

/// Returns what is wrong with a path on the server.
pub(super) fn problem_of_path(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    Some(match path.split_once("://") {
        Some((_, rest)) => {
            let path = rest.find('/').map_or("/", |at| &rest[at..]);
            format!(
                "`{path}` alone is the path: the server is that of `Browser::new` or `Browser::connect`"
            )
        }
        None => format!("the path `{path}` does not begin with `/`: write `/{path}`"),
    })
}
