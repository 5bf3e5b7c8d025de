//! After a million values, of any size, an indicator says what its definition says of the last ones.

use alphaforge_indicators::{IndicatorError, Sma, Vwap, ZScore};

const COUNT: usize = 1_000_000;
const LENGTH: usize = 97;

/// A sequence without a pattern, from -1 to 1.
fn noise(count: usize) -> Vec<f64> {
    let mut state = 1_u64;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
        })
        .collect()
}

/// Mean and standard deviation by their definition, in two passes.
fn by_definition(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let offset = values[0];
    let mean = values.iter().map(|value| value - offset).sum::<f64>() / count;
    let squares: f64 = values
        .iter()
        .map(|value| (value - offset - mean).powi(2))
        .sum();
    (offset + mean, (squares / count).sqrt())
}

/// How far mean and z-score are from their definition after all values, in deviations.
fn errors_at_the_end(values: &[f64]) -> Result<(f64, f64), IndicatorError> {
    let mut sma = Sma::new(LENGTH as i64)?;
    let mut z_score = ZScore::new(LENGTH as i64)?;
    for value in values {
        sma.update(*value)?;
        z_score.update(*value)?;
    }
    let (mean, deviation) = by_definition(&values[values.len() - LENGTH..]);
    let z = (values[values.len() - 1] - mean) / deviation;
    Ok((
        (sma.value().unwrap_or(f64::NAN) - mean).abs() / deviation,
        (z_score.value().unwrap_or(f64::NAN) - z).abs(),
    ))
}

#[test]
fn windows_do_not_drift() {
    let (mean, z) = errors_at_the_end(&noise(COUNT)).unwrap();
    assert!(mean < 1e-13 && z < 1e-13, "{mean:e} {z:e}");
}

#[test]
fn windows_do_not_drift_at_a_large_offset() {
    let values: Vec<f64> = noise(COUNT).iter().map(|value| value + 1e9).collect();
    let (mean, z) = errors_at_the_end(&values).unwrap();
    // What is left is the grid on which a mean near 1e9 lies: 1.2e-7.
    assert!(mean < 1e-6 && z < 1e-6, "{mean:e} {z:e}");
}

#[test]
fn windows_forget_what_was_large() {
    let mut values = noise(COUNT);
    for (place, value) in values[..COUNT - LENGTH].iter_mut().enumerate() {
        *value *= 10_f64.powi(place as i32 % 90);
    }
    let (mean, z) = errors_at_the_end(&values).unwrap();
    assert!(mean < 1e-13 && z < 1e-13, "{mean:e} {z:e}");
}

#[test]
fn endless_sums_do_not_drift() {
    let mut vwap = Vwap::default();
    // 0.1 is no binary fraction, and each price is as far above 1e9 as the next is below.
    for value in noise(COUNT) {
        vwap.update(1e9 + value, 0.1).unwrap();
        vwap.update(1e9 - value, 0.1).unwrap();
    }
    assert_eq!(vwap.value(), Some(1e9));
}
