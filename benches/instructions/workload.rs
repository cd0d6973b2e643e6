//! What is counted: one route, again and again. Runs under callgrind, which counts in
//! [`counted`] alone.

use std::alloc::System;

use axum::{Router, body::Body, http::Request, response::Response};
use passkeys_benches::{Person, Route, Server, crowd};
use serde_json::Value;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

/// How many requests are counted. The first few of a program are dearer, so as many go before.
pub(crate) const REQUESTS: usize = 100;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The library.
    Passkeys,
    /// The library, where many others have passkeys.
    Crowded,
    /// The server by hand.
    ByHand,
}

impl Who {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Passkeys, Self::Crowded, Self::ByHand];
}

/// How many others there are in a crowd.
pub(crate) const CROWD: usize = 100_000;

/// Counts allocations.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Prints how often memory was asked for in what is counted.
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

/// Has people register and sign in.
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

/// The name is what callgrind is given.
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
