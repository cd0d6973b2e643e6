//! Latency of cheap requests while the server verifies as many sign-ins as it can: on the async
//! worker, and on blocking threads.
//!
//! ```text
//! cargo bench -p passkeys-benches --bench runtime
//! ```

mod load;
mod server;

use std::{
    env,
    error::Error,
    io::{BufRead as _, BufReader},
    process::{self, Child, Command, Stdio},
};

use load::Measured;
use server::Place;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Number of rounds. Places are measured in turn, so that other load on the machine affects all of
/// them.
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    // Cargo adds `--bench`.
    let arguments: Vec<_> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    if let [place, workers] = arguments.as_slice() {
        let place = Place::ALL
            .into_iter()
            .find(|known| format!("{known:?}") == *place);
        return server::serve(place.ok_or("no such place")?, workers.parse()?);
    }
    // The load generator runs on the second processor, and shares it with the second worker.
    let own = process::id().to_string();
    let pinned = Command::new("taskset")
        .args(["--cpu-list", "--pid", "1", &own])
        .output()?;
    if !pinned.status.success() {
        return Err("two processors are needed".into());
    }
    println!("| workers | verified | sign-ins per second | cheap request, median | 99 % within |");
    println!("| --: | --- | --: | --: | --: |");
    for workers in [1, 2] {
        let mut rounds = Place::ALL.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for (place, measured) in Place::ALL.into_iter().zip(&mut rounds) {
                measured.push(measure(place, workers)?);
            }
        }
        for (place, measured) in Place::ALL.into_iter().zip(rounds) {
            println!(
                "| {workers} | {} | {} |",
                place.words(),
                load::medians(measured)
            );
        }
    }
    Ok(())
}

/// Server in a process of its own, which is killed on drop.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn measure(place: Place, workers: usize) -> Result<Measured> {
    let processors = if workers == 1 { "0" } else { "0,1" };
    let mut server = Command::new("taskset")
        .args(["--cpu-list", processors])
        .arg(env::current_exe()?)
        .args([format!("{place:?}"), workers.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .map(Server)?;
    let output = server.0.stdout.take().ok_or("its output")?;
    let mut lines = BufReader::new(output).lines();
    let port = lines.next().ok_or("the server has ended")??.parse()?;
    let sign_in = lines.next().ok_or("the server has ended")??;
    load::run(port, sign_in)
}
