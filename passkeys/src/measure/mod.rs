//! Records the metrics of the feature `metrics`; without it, does nothing.
//!
//! Every label is of a closed set. What calls this has words, routes and names of the configuration, and no
//! values of clients.

#[cfg(not(feature = "metrics"))]
mod absent;
#[cfg(feature = "metrics")]
mod present;

#[cfg(not(feature = "metrics"))]
pub(crate) use absent::*;
#[cfg(feature = "metrics")]
pub(crate) use present::*;
