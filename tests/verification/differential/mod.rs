//! Differential tests: verification agrees with other implementations on valid responses, on
//! responses that were changed before or after signing, and on responses combined from several.
//!
//! `webauthn-rs-core` judges registrations and sign-ins. Wherever the verdicts differ, the difference is listed with
//! the step of the specification that demands or allows it, and an example: `stricter` lists what
//! this library rejects alone, and `milder` what it accepts alone. An unlisted difference fails.
//!
//! Some thousand cases run with the other tests. Ten million take about an hour:
//!
//! ```text
//! PASSKEYS_DIFFERENTIAL_CASES=10000000 cargo test --release -p passkeys --test verification differential \
//!     -- --nocapture
//! ```

pub(crate) mod cases;
mod registration;
mod sign_in;

use std::{cell::RefCell, collections::BTreeMap, env, fmt::Debug};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use cases::is_listed;

/// Environment variable with the number of cases of each property.
const CASES: &str = "PASSKEYS_DIFFERENTIAL_CASES";

/// Returns a runner of this fraction of the cases. A number in the environment variable asks for
/// other cases in each run; without it, they are always the same.
pub(crate) fn runner(fraction: u32) -> TestRunner {
    let cases: Option<u32> = env::var(CASES)
        .ok()
        .map(|cases| cases.parse().expect(CASES));
    let config = Config {
        cases: cases.unwrap_or(2000) / fraction,
        failure_persistence: None,
        ..Config::default()
    };
    if cases.is_some() {
        TestRunner::new(config)
    } else {
        let same = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(config, same)
    }
}

/// Number of cases with each verdict.
struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Judges generated cases, and prints and counts the verdicts. Panics if this library alone
    /// accepts or rejects a response and no list explains it.
    fn of<S: Strategy<Value: Debug>, R: Debug>(
        plans: &S,
        judge: impl Fn(S::Value) -> (String, R),
    ) -> Self {
        let seen = RefCell::new(BTreeMap::<String, u64>::new());
        let result = runner(1).run(plans, |plan| {
            let (verdict, response) = judge(plan);
            let seen = &mut *seen.borrow_mut();
            let count = seen.entry(verdict.clone()).or_default();
            *count += 1;
            // The run continues, which may take hours.
            if !is_listed(&verdict) && *count <= 3 {
                println!("{verdict}: {response:?}");
            }
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{error}"));
        let counts = Self(seen.into_inner());
        println!("{} cases:", counts.total());
        for (verdict, count) in &counts.0 {
            println!("{count:>9} {verdict}");
        }
        let all_listed = counts.0.keys().all(|verdict| is_listed(verdict));
        assert!(all_listed, "differences that are not listed");
        counts
    }

    /// Asserts that at least one in so many cases had this verdict.
    fn assert_frequent(&self, verdict: &str, one_in: u64) {
        let count = self.0.get(verdict).copied().unwrap_or_default();
        assert!(count >= self.total() / one_in, "{verdict}: {count}");
    }

    fn total(&self) -> u64 {
        self.0.values().sum()
    }
}
