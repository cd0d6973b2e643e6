use std::time::Duration;

use passkeys_benches::{Person, Route};
use serde_json::Value;
use tokio::{task::JoinSet, time};

use crate::{Result, client::Client, process::Process};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceremony {
    Registration,
    SignIn,
    /// A sign-in whose begin names the user.
    NamedSignIn,
}

impl Ceremony {
    fn routes(self) -> [Route; 2] {
        match self {
            Self::Registration => [Route::RegisterBegin, Route::RegisterFinish],
            Self::SignIn | Self::NamedSignIn => {
                [Route::AuthenticateBegin, Route::AuthenticateFinish]
            }
        }
    }
}

/// Manner in which ceremonies are sent.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// Number of people who send requests at the same time, each one request after the other.
    pub(crate) at_once: usize,
    /// Pause of each person before every finish.
    pub(crate) pause: Duration,
}

impl Load {
    /// One request at a time, without pauses.
    pub(crate) const ONE: Self = Self {
        at_once: 1,
        pause: Duration::ZERO,
    };
}

/// Cost of a ceremony, `begin` and `finish` together: mean processor time and median latency.
pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    pub(crate) latency: Duration,
}

/// Server in another process.
pub(crate) struct Server {
    pub(crate) name: String,
    process: Process,
    client: Client,
    /// The people who registered last.
    people: Vec<Person>,
    /// Number of people who have registered in total.
    known: usize,
}

impl Server {
    /// Parses an argument of the form `NAME=PID=PORT`.
    pub(crate) fn new(argument: &String) -> Result<Self> {
        let parts: Vec<&str> = argument.split('=').collect();
        let [name, pid, port] = parts.as_slice() else {
            return Err(format!("`{argument}` is not NAME=PID=PORT").into());
        };
        Ok(Self {
            name: (*name).to_owned(),
            process: Process::new(pid.parse()?),
            client: Client::new(port.parse()?),
            people: Vec::new(),
            known: 0,
        })
    }

    /// Registers new people, or signs in those who registered last.
    pub(crate) async fn run(
        &mut self,
        ceremony: Ceremony,
        ceremonies: usize,
        load: Load,
    ) -> Result<Cost> {
        if ceremony == Ceremony::Registration {
            self.meet(ceremonies);
        }
        for person in &mut self.people {
            person.be_named(ceremony == Ceremony::NamedSignIn);
        }
        let before = self.process.cpu()?;
        let mut crowds = JoinSet::new();
        let size = self.people.len().div_ceil(load.at_once);
        while !self.people.is_empty() {
            let rest = self.people.split_off(size.min(self.people.len()));
            let crowd = std::mem::replace(&mut self.people, rest);
            crowds.spawn(walk(self.client.clone(), crowd, ceremony, load.pause));
        }
        let mut latencies = Vec::with_capacity(ceremonies);
        while let Some(crowd) = crowds.join_next().await {
            let (people, theirs) = crowd??;
            self.people.extend(people);
            latencies.extend(theirs);
        }
        let cpu = self.process.cpu()?.saturating_sub(before);
        latencies.sort_unstable();
        Ok(Cost {
            cpu: cpu / u32::try_from(latencies.len())?,
            latency: latencies[latencies.len() / 2],
        })
    }

    /// Begins ceremonies without finishing them. Returns the bytes of memory for each.
    pub(crate) async fn leave(&mut self, ceremony: Ceremony, ceremonies: usize) -> Result<f64> {
        let [begin, _] = ceremony.routes();
        self.meet(ceremonies);
        let mut before = 0;
        for (number, person) in self.people.iter_mut().enumerate() {
            if number == ceremonies / 10 {
                // The first ceremonies also allocate what any request needs.
                before = self.process.memory()?;
            }
            let (answer, _) = self.client.ask(person.request(begin, &Value::Null)).await?;
            person.check(begin, &answer);
        }
        let grown = self.process.memory()?.saturating_sub(before);
        #[expect(clippy::cast_precision_loss, reason = "neither is that large")]
        Ok(grown as f64 / (ceremonies - ceremonies / 10) as f64)
    }

    fn meet(&mut self, people: usize) {
        self.people = (self.known..self.known + people).map(Person::new).collect();
        self.known += people;
    }
}

/// Lets people go through a ceremony one after the other. Returns them, and the latency of each.
async fn walk(
    client: Client,
    mut people: Vec<Person>,
    ceremony: Ceremony,
    pause: Duration,
) -> Result<(Vec<Person>, Vec<Duration>)> {
    let mut latencies = Vec::with_capacity(people.len());
    for person in &mut people {
        let mut latency = Duration::ZERO;
        let mut answer = Value::Null;
        let [begin, finish] = ceremony.routes();
        for route in [begin, finish] {
            if route == finish && !pause.is_zero() {
                time::sleep(pause).await;
            }
            let (answered, took) = client.ask(person.request(route, &answer)).await?;
            person.check(route, &answered);
            latency += took;
            answer = answered;
        }
        latencies.push(latency);
    }
    Ok((people, latencies))
}
