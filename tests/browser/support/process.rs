use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

/// Upper bound of every wait, so that a test fails instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs until the end of the test, and its output.
pub(crate) struct Process {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Process {
    /// Starts the program and waits for a line from which `ready` can read something.
    pub(crate) fn start<T: Send + 'static>(
        mut command: Command,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> (Self, T) {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let said = Arc::new(Mutex::new(String::new()));
        let process = Self {
            child,
            said: said.clone(),
        };
        let (sender, receiver) = mpsc::channel();
        // Reads to the end, because a full pipe would stop the program.
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(found) = ready(&line) {
                    let _ = sender.send(found);
                }
                let mut said = said.lock().expect("not poisoned");
                said.push_str(&line);
                said.push('\n');
            }
        });
        let Ok(found) = receiver.recv_timeout(PATIENCE) else {
            panic!("{command:?} did not get ready:\n{}", process.said());
        };
        (process, found)
    }

    /// Returns its standard output.
    pub(crate) fn said(&self) -> String {
        self.said.lock().expect("not poisoned").clone()
    }

    /// Kills it, as a crash would.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
