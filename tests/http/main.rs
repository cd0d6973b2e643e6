//! The HTTP contract, route by route, with a browser and an authenticator that we did not write.

mod ceremonies;
mod client;
mod eddsa;
mod last_passkey;
mod management;
mod peer;
mod rejections;
mod related_origins;
mod signals;
mod site;
mod step_up;
mod timing_floor;
mod well_known;
