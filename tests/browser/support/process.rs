use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

/// Upper bound of every wait, so that a test fails instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

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
        let started = Self::attempt(&mut command, ready);
        started.unwrap_or_else(|said| panic!("{command:?} did not get ready:\n{said}"))
    }

    /// As [`Self::start`], for a program that chooses a port: again if somebody else was faster, so that it ends.
    pub(crate) fn start_on_a_port(
        mut command: Command,
        ready: fn(&str) -> Option<u16>,
    ) -> (Self, u16) {
        for _ in 0..4 {
            if let Ok(started) = Self::attempt(&mut command, ready) {
                return started;
            }
        }
        Self::start(command, ready)
    }

    /// Starts the program. Fails with its output if it does not get ready.
    fn attempt<T: Send + 'static>(
        command: &mut Command,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T), String> {
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
        // Ends at once where the program has ended.
        match receiver.recv_timeout(PATIENCE) {
            Ok(found) => Ok((process, found)),
            Err(_) => Err(process.said()),
        }
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
