//! Statistical tests of whether two samples have the same distribution.

use std::f64::consts::SQRT_2;

const BATCH: usize = 50;

/// Times in nanoseconds: medians of batches in the order of measurement, and all times sorted.
pub(crate) struct Sample {
    batches: Vec<f64>,
    sorted: Vec<f64>,
}

#[expect(clippy::cast_precision_loss, reason = "samples are small")]
impl Sample {
    pub(crate) fn new(times: Vec<f64>) -> Self {
        let batches = times
            .chunks(BATCH)
            .map(|batch| {
                let mut batch = batch.to_vec();
                batch.sort_by(f64::total_cmp);
                batch[batch.len() / 2]
            })
            .collect();
        let mut sorted = times;
        sorted.sort_by(f64::total_cmp);
        Self { batches, sorted }
    }

    fn median(&self) -> f64 {
        self.sorted[self.sorted.len() / 2]
    }

    /// Returns mean and variance of the batches' medians.
    fn mean_and_variance(&self) -> (f64, f64) {
        let n = self.batches.len() as f64;
        let mean = self.batches.iter().sum::<f64>() / n;
        let squares = self.batches.iter().map(|it| (it - mean).powi(2));
        (mean, squares.sum::<f64>() / (n - 1.0))
    }

    /// Returns Welch's t and its p-value. With tens to hundreds of batches, Student's distribution is
    /// approximated by the normal one.
    fn welch(&self, other: &Self) -> (f64, f64) {
        let ((one, of_one), (two, of_two)) = (self.mean_and_variance(), other.mean_and_variance());
        let n = self.batches.len() as f64;
        let t = (two - one) / ((of_one + of_two) / n).sqrt();
        (t, erfc(t.abs() / SQRT_2))
    }

    /// Returns the Kolmogorov–Smirnov statistic D and its p-value.
    fn kolmogorov_smirnov(&self, other: &Self) -> (f64, f64) {
        let samples = [&self.sorted, &other.sorted];
        let [n, m] = samples.map(|sample| sample.len() as f64);
        let (mut below, mut d) = ([0, 0], 0.0_f64);
        while let (Some(one), Some(two)) = (samples[0].get(below[0]), samples[1].get(below[1])) {
            let at = one.min(*two);
            for (sample, below) in samples.iter().zip(&mut below) {
                *below += sample[*below..].iter().take_while(|it| **it <= at).count();
            }
            d = d.max((below[0] as f64 / n - below[1] as f64 / m).abs());
        }
        let root = (n * m / (n + m)).sqrt();
        let lambda = (root + 0.12 + 0.11 / root) * d;
        let terms = (1..=100).map(|k| {
            let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
            sign * (-2.0 * (f64::from(k) * lambda).powi(2)).exp()
        });
        let probability: f64 = if lambda < 0.2 { 1.0 } else { terms.sum() };
        (d, probability.clamp(0.0, 1.0))
    }

    /// Prints a comparison of two samples.
    pub(crate) fn compare(&self, other: &Self, what: &str) {
        let (one, two) = (self.median() / 1000.0, other.median() / 1000.0);
        let (t, p) = self.welch(other);
        let (d, q) = self.kolmogorov_smirnov(other);
        println!(
            "{what:44} {one:7.2} and {two:7.2} µs ({:+.2} %); t = {t:6.2}, p = {p:.2}; D = {d:.4}, p = {q:.2}",
            (two / one - 1.0) * 100.0,
        );
    }
}

/// Complementary error function of a non-negative number, to seven digits
/// (Abramowitz and Stegun, *Handbook of Mathematical Functions*, 7.1.26).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let coefficients = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    let polynomial = coefficients.iter().fold(0.0, |sum, it| (sum + it) * t);
    polynomial * (-x * x).exp()
}
