//! A client of rust-analyzer, as an editor is.

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

/// Mark in a source text, at which the cursor is.
pub const CURSOR: &str = "<|>";

/// Environment variable: unless empty or `0`, a missing rust-analyzer is a failure.
const EVERYTHING: &str = "PASSKEYS_TEST_ALL";

/// Environment variable: path of the rust-analyzer to test with.
const PROGRAM: &str = "PASSKEYS_TEST_RUST_ANALYZER";

/// Returns the rust-analyzer to test with: that of the environment variable, or the one in the PATH.
///
/// Prints `LEFT OUT` and returns `None` if there is none.
///
/// # Panics
///
/// If there is none and `tests/run` says that nothing may be left out.
#[must_use]
pub fn rust_analyzer() -> Option<PathBuf> {
    let named = env::var_os(PROGRAM).filter(|path| !path.is_empty());
    let program = named.map_or_else(|| PathBuf::from("rust-analyzer"), PathBuf::from);
    // A proxy of rustup is there without the program.
    let version = Command::new(&program).arg("--version").output();
    if version.is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    let everything = env::var(EVERYTHING).unwrap_or_default();
    assert!(
        matches!(everything.as_str(), "" | "0"),
        "{EVERYTHING} is set, so nothing may be left out: rust-analyzer is missing"
    );
    // Not `eprintln!`, which the test runner captures for tests that pass.
    let _ = writeln!(
        io::stderr(),
        "LEFT OUT editor: rust-analyzer is missing (`rustup component add rust-analyzer`, a path in \
         {PROGRAM}, or `tests/run editor`, which installs it)"
    );
    None
}

/// Item that an editor offers.
#[derive(Debug)]
pub struct Completion {
    /// Label in the list.
    pub label: String,
    /// Text that replaces what is typed.
    pub text: String,
    item: Value,
}

/// A running rust-analyzer with one project, of which one file is open.
#[derive(Debug)]
pub struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    uri: String,
    version: u64,
    requests: u64,
}

impl Editor {
    /// Starts rust-analyzer for a package that depends on the library, and waits until it is loaded.
    ///
    /// # Panics
    ///
    /// If it does not start, or does not understand the package.
    #[must_use]
    pub fn open(program: &Path, package: &Path, source: &str) -> Self {
        let main = package.join("src/main.rs");
        fs::create_dir_all(package.join("src")).expect("a directory");
        fs::write(&main, source).expect("a file");
        let mut server = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer");
        let input = server.stdin.take().expect("a pipe");
        let output = BufReader::new(server.stdout.take().expect("a pipe"));
        let mut editor = Self {
            server,
            input,
            output,
            uri: uri(&main),
            version: 0,
            requests: 0,
        };
        editor.initialize(package, source);
        editor
    }

    fn initialize(&mut self, package: &Path, source: &str) {
        let capabilities = json!({
            "experimental": { "serverStatusNotification": true },
            "textDocument": {
                "hover": { "contentFormat": ["markdown"] },
                "definition": { "linkSupport": true },
                "completion": { "completionItem": {
                    "snippetSupport": true,
                    "documentationFormat": ["markdown"],
                    "resolveSupport": { "properties": ["documentation"] },
                } },
            },
        });
        self.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": uri(package),
                "initializationOptions": {
                    "checkOnSave": false,
                    "cachePriming": { "enable": false },
                    "cargo": { "targetDir": package.join("target") },
                },
                "capabilities": capabilities,
            }),
        );
        self.notify("initialized", &json!({}));
        let document = json!({
            "uri": self.uri, "languageId": "rust", "version": self.version, "text": source,
        });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        loop {
            let message = self.read();
            if message["method"] == "experimental/serverStatus" {
                let status = &message["params"];
                assert!(status["health"] != "error", "{status}");
                if status["quiescent"] == true {
                    return;
                }
            }
        }
    }

    /// Returns what is shown at the cursor, as Markdown, or nothing.
    pub fn hover(&mut self, source: &str) -> String {
        let place = self.show(source);
        let shown = self.request("textDocument/hover", &place);
        text(&shown["contents"]["value"])
    }

    /// Returns where the definitions are that the cursor's token leads to: path and line.
    ///
    /// # Panics
    ///
    /// If a definition is in a file that cannot be read.
    pub fn definitions(&mut self, source: &str) -> Vec<(PathBuf, String)> {
        let place = self.show(source);
        let links = self.request("textDocument/definition", &place);
        let links = links.as_array().cloned().unwrap_or_default();
        let definition = |link: &Value| {
            let path = text(&link["targetUri"]);
            let path = PathBuf::from(path.trim_start_matches("file://"));
            let line = link["targetSelectionRange"]["start"]["line"].as_u64()?;
            let file = if uri(&path) == self.uri {
                source.replace(CURSOR, "")
            } else {
                fs::read_to_string(&path).expect("a file")
            };
            let line = file.lines().nth(usize::try_from(line).ok()?)?;
            Some((path, line.trim().to_owned()))
        };
        links.iter().filter_map(definition).collect()
    }

    /// Returns what is offered at the cursor.
    pub fn complete(&mut self, source: &str) -> Vec<Completion> {
        let place = self.show(source);
        let offered = self.request("textDocument/completion", &place);
        let offered = offered["items"].as_array().cloned().unwrap_or_default();
        let completion = |item: Value| Completion {
            label: text(&item["label"]),
            text: text(&item["textEdit"]["newText"]),
            item,
        };
        offered.into_iter().map(completion).collect()
    }

    /// Returns the documentation of an item that is offered in the text as it is.
    pub fn documentation(&mut self, completion: &Completion) -> String {
        let item = self.request("completionItem/resolve", &completion.item);
        text(&item["documentation"]["value"])
    }

    /// Returns the messages of rust-analyzer itself about the text.
    pub fn messages(&mut self, source: &str) -> Vec<String> {
        self.change(source);
        let document = json!({ "textDocument": { "uri": self.uri } });
        let report = self.request("textDocument/diagnostic", &document);
        let messages = report["items"].as_array().cloned().unwrap_or_default();
        messages
            .iter()
            .map(|message| text(&message["message"]))
            .collect()
    }

    /// Replaces the text, and returns the place of the cursor in it.
    fn show(&mut self, source: &str) -> Value {
        let (before, after) = source.split_once(CURSOR).expect("a cursor");
        self.change(&format!("{before}{after}"));
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().len();
        json!({
            "textDocument": { "uri": self.uri },
            "position": { "line": line, "character": character },
        })
    }

    fn change(&mut self, source: &str) {
        self.version += 1;
        let change = json!({
            "textDocument": { "uri": self.uri, "version": self.version },
            "contentChanges": [{ "text": source }],
        });
        self.notify("textDocument/didChange", &change);
    }

    /// Sends a request, again if the change before it has cancelled it, and returns the result.
    fn request(&mut self, method: &str, params: &Value) -> Value {
        const CONTENT_MODIFIED: i64 = -32801;
        const SERVER_CANCELLED: i64 = -32802;
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.read();
                if message["id"] == id && message.get("method").is_none() {
                    break message;
                }
            };
            match answer["error"]["code"].as_i64() {
                Some(CONTENT_MODIFIED | SERVER_CANCELLED) => {}
                Some(_) => panic!("{method}: {}", answer["error"]),
                None => return answer["result"].clone(),
            }
        }
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let message = message.to_string();
        let length = message.len();
        write!(self.input, "Content-Length: {length}\r\n\r\n{message}")
            .and_then(|()| self.input.flush())
            .expect("rust-analyzer reads");
    }

    /// Reads a message. Answers requests of the server, which this client has nothing to say to.
    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self
                .output
                .read_line(&mut line)
                .expect("rust-analyzer writes");
            assert!(read > 0, "rust-analyzer has ended");
            if let Some(value) = line.strip_prefix("Content-Length:") {
                length = value.trim().parse().expect("a number");
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut message = vec![0; length];
        self.output.read_exact(&mut message).expect("a message");
        let message: Value = serde_json::from_slice(&message).expect("JSON");
        if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        message
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It has nothing to save.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
