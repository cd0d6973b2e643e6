//! Examines a deployed site that signs people in with passkeys: fetches what browsers and phones
//! fetch, and reports what is wrong with the fix.
//!
//! This is the library part of the program `passkeys-doctor`; tests of a deployment can call it, too:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use passkeys_doctor::{Options, examine};
//!
//! let options = Options::new("https://example.com")?.rp_id("example.com");
//! let report = examine(&options).await?;
//! assert_eq!(report.errors().count(), 0, "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! It sends requests as browsers do, follows no redirect on its own, reads at most 1 MiB of a response,
//! and sends no cookies or other secrets. It begins three to ten sign-ins and finishes none.

mod arguments;
mod examine;
mod fetch;
mod options;
mod report;
mod tls;

pub use arguments::{Arguments, Mistake};
pub use examine::{Unreachable, examine};
pub use options::{ConnectTo, InvalidOption, Options};
pub use report::{Finding, Level, Report};
