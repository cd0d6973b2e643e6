//! Load generator: people register and sign in at several servers in turn; prints the cost to each
//! server. Started by `benches/compare`, on another processor than the servers.

mod client;
mod process;
mod server;
mod table;

use std::{env, error::Error, time::Duration};

use server::{Ceremony, Server};
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [what, rounds, ceremonies, servers @ ..] if what == "cost" => {
            cost(rounds.parse()?, ceremonies.parse()?, servers).await
        }
        [what, ceremonies, servers @ ..] if what == "memory" => {
            memory(ceremonies.parse()?, servers).await
        }
        _ => Err("usage: (cost ROUNDS CEREMONIES | memory CEREMONIES) NAME=PID=PORT...".into()),
    }
}

/// Prints the server's processor time and the client's latency of each ceremony.
async fn cost(rounds: usize, ceremonies: usize, servers: &[String]) -> Result<()> {
    let mut servers = servers
        .iter()
        .map(Server::new)
        .collect::<Result<Vec<_>>>()?;
    for server in &mut servers {
        // Warm-up: connections, caches and just-in-time compilation.
        server.run(Ceremony::Registration, ceremonies).await?;
        server.run(Ceremony::SignIn, ceremonies).await?;
    }
    let mut table = Table::new([
        "CPU of a sign-in",
        "of a registration",
        "latency of a sign-in",
        "of a registration",
    ]);
    for _ in 0..rounds {
        for server in &mut servers {
            let registration = server.run(Ceremony::Registration, ceremonies).await?;
            let sign_in = server.run(Ceremony::SignIn, ceremonies).await?;
            let micros = |time: Duration| time.as_secs_f64() * 1e6;
            table.add(
                &server.name,
                [
                    sign_in.cpu,
                    registration.cpu,
                    sign_in.latency,
                    registration.latency,
                ]
                .map(micros),
            );
        }
    }
    print!("{}", table.markdown("µs"));
    Ok(())
}

/// Prints the memory of a ceremony between `begin` and `finish`.
async fn memory(ceremonies: usize, servers: &[String]) -> Result<()> {
    let mut table = Table::new(["a sign-in that waits", "a registration that waits"]);
    for server in servers {
        let mut server = Server::new(server)?;
        let sign_in = server.leave(Ceremony::SignIn, ceremonies).await?;
        let registration = server.leave(Ceremony::Registration, ceremonies).await?;
        table.add(&server.name, [sign_in, registration]);
    }
    print!("{}", table.markdown("bytes"));
    Ok(())
}
