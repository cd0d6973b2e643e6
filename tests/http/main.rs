//! The HTTP contract, route by route: requests, responses, headers, the log, the audit trail and
//! the OpenAPI document. Requests come from an independent browser and authenticator (`device`)
//! and from the library's own test kit.

mod audit;
mod ceremonies;
mod client;
mod conditional_creation;
mod data;
mod device;
mod disconnected_clients;
mod eddsa;
mod elements;
mod errors;
mod extensions;
mod extractors;
mod fresh;
mod inspector;
mod last_passkey;
mod logging;
mod management;
mod messages;
mod metrics;
mod on_removed;
mod openapi;
mod pages_of_codes;
mod policies;
mod profiles;
mod prompt_outcomes;
mod rejections;
mod related_origins;
mod rollback;
mod second_factor;
mod sign_up;
mod signals;
mod site;
mod step_up;
mod tenants;
mod test_kit;
mod timing_floor;
mod tolerance;
mod validator;
mod well_known;
