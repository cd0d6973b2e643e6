use std::process::Command;

use super::{process::Process, visit::Site};

/// An example that needs nothing but itself, as a program of its own.
pub(crate) struct Example {
    process: Process,
    origin: String,
}

impl Example {
    pub(crate) fn start(program: &str) -> Self {
        let mut command = Command::new(program);
        command.env("PORT", "0");
        let (process, origin) = Process::start(command, |line| {
            line.strip_prefix("Open ").map(str::to_owned)
        });
        Self { process, origin }
    }
}

impl Site for Example {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn log(&self) -> String {
        self.process.said()
    }
}
