//! Workload under callgrind: repeated requests of one route. Only [`counted`] is counted.

use std::alloc::System;

use axum::{Router, body::Body, http::Request, response::Response};
use passkeys_benches::{Person, Route, Server, crowd};
use serde_json::Value;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

/// Number of requests that are counted. As many precede them as a warm-up.
pub(crate) const REQUESTS: usize = 100;

/// Server under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The library.
    Passkeys,
    /// The library, among [`CROWD`] other users.
    Crowded,
    /// The hand-written server.
    ByHand,
}

impl Who {
    /// All servers.
    pub(crate) const ALL: [Self; 3] = [Self::Passkeys, Self::Crowded, Self::ByHand];
}

/// Number of other users of [`Who::Crowded`].
pub(crate) const CROWD: usize = 100_000;

/// Counts allocations.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Runs the workload and prints the number of allocations in [`counted`].
pub(crate) fn run(who: Who, route: Route) {
    let mut server = Server::new(router(who));
    let mut people: Vec<_> = (0..2 * REQUESTS).map(Person::new).collect();
    let (first, second) = people.split_at_mut(REQUESTS);
    live(&mut server, first, |server, _, requests| {
        server.ask(requests)
    });
    live(&mut server, second, |server, at, requests| {
        if at == route {
            let region = Region::new(ALLOCATOR);
            let responses = counted(server, requests);
            let change = region.change();
            println!("{}", change.allocations + change.reallocations);
            responses
        } else {
            server.ask(requests)
        }
    });
}

/// Registers people and signs them in.
fn live(
    server: &mut Server,
    people: &mut [Person],
    ask: impl Fn(&mut Server, Route, Vec<Request<Body>>) -> Vec<Response>,
) {
    let mut answers = Vec::new();
    for route in Route::ALL {
        let request = |(number, person): (usize, &mut Person)| {
            let answered = answers.get(number).unwrap_or(&Value::Null);
            let request = person.request(route, answered).http("/auth/passkeys");
            request.expect("a request")
        };
        let requests = people.iter_mut().enumerate().map(request).collect();
        let responses = ask(server, route, requests);
        answers = server.read(people, route, responses);
    }
}

/// Sends the counted requests. Callgrind finds this function by its name.
#[inline(never)]
fn counted(server: &mut Server, requests: Vec<Request<Body>>) -> Vec<Response> {
    server.ask(requests)
}

fn router(who: Who) -> Router {
    match who {
        Who::Passkeys => bench_passkeys::router(),
        Who::Crowded => bench_passkeys::router_on(crowd(CROWD)),
        Who::ByHand => bench_by_hand::router(),
    }
}
