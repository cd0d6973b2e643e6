//! A browser extension with one empty page.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{reach::Reach, secure::SecureSite, visit::Site};

/// An unpacked extension.
pub(crate) struct Extension {
    /// Its origin, `chrome-extension://` and its ID.
    pub(crate) origin: String,
    directory: PathBuf,
}

/// A site, and the extension in the browser that visits it.
pub(crate) struct Extended {
    pub(crate) site: SecureSite,
    pub(crate) extension: Extension,
}

impl Site for Extended {
    fn origin(&self) -> &str {
        self.site.origin()
    }

    fn reach(&self) -> Reach {
        Reach {
            extension: Some(self.extension.directory.clone()),
            ..self.site.reach()
        }
    }
}

impl Extension {
    /// Writes an extension that may access these hosts into the directory.
    pub(crate) fn write(directory: &Path, hosts: &[&str]) -> Self {
        let key = "public key of an extension";
        let id: String = Sha256::digest(key)
            .iter()
            .take(16)
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| char::from(b'a' + digit))
            .collect();
        let permissions: Vec<_> = hosts.iter().map(|host| format!("*://{host}/*")).collect();
        let manifest = json!({
            "manifest_version": 3,
            "name": "Extension",
            "version": "1",
            "key": BASE64_STANDARD.encode(key),
            "host_permissions": permissions,
        });
        let directory = directory.join("extension");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("manifest.json"), manifest.to_string()).unwrap();
        fs::write(
            directory.join("page.html"),
            "<!doctype html><title>Page</title>",
        )
        .unwrap();
        Self {
            origin: format!("chrome-extension://{id}"),
            directory,
        }
    }

    /// Returns the ID.
    pub(crate) fn id(&self) -> &str {
        &self.origin["chrome-extension://".len()..]
    }

    /// Returns the URL of its page.
    pub(crate) fn page(&self) -> String {
        format!("{}/page.html", self.origin)
    }
}
