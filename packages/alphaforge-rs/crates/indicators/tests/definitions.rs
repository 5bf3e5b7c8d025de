//! Every indicator against its definition, written down as naively as can be.

use alphaforge_indicators::{Atr, Ema, IndicatorError, LONGEST, Rsi, Sma, Vwap, ZScore};
use proptest::prelude::*;

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn close_to(got: Option<f64>, wanted: Option<f64>) -> bool {
    match (got, wanted) {
        (Some(got), Some(wanted)) => (got - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
        (got, wanted) => got == wanted,
    }
}

/// Wilder's average of all values: the mean of the first, then a step for each.
fn wilder(values: &[f64], length: usize) -> Option<f64> {
    let (first, rest) = values.split_at_checked(length)?;
    let step = |average, value| (average * (length as f64 - 1.0) + value) / length as f64;
    Some(rest.iter().copied().fold(mean(first), step))
}

proptest! {
    #[test]
    fn averages_and_scores(values in prop::collection::vec(-100.0..100.0_f64, 1..60), length in 2..9_usize) {
        let mut sma = Sma::new(length as i64)?;
        let mut ema = Ema::new(length as i64)?;
        let mut z_score = ZScore::new(length as i64)?;
        for (place, value) in values.iter().enumerate() {
            let seen = &values[..=place];
            let window = seen.len().checked_sub(length).map(|start| &seen[start..]);
            let z = window.map(|window| {
                let middle = mean(window);
                let squares: Vec<f64> = window.iter().map(|value| (value - middle).powi(2)).collect();
                let deviation = mean(&squares).sqrt();
                if deviation > 0.0 { (value - middle) / deviation } else { 0.0 }
            });
            let average = seen.split_at_checked(length).map(|(first, rest)| {
                let weight = 2.0 / (length as f64 + 1.0);
                rest.iter().fold(mean(first), |average, value| average * (1.0 - weight) + value * weight)
            });
            prop_assert!(close_to(sma.update(*value)?, window.map(mean)));
            prop_assert!(close_to(ema.update(*value)?, average));
            prop_assert!(close_to(z_score.update(*value)?, z));
        }
    }

    #[test]
    fn wilders(bars in prop::collection::vec((1.0..100.0_f64, 0.0..9.0_f64, 0.0..1.0_f64), 1..60), length in 1..9_usize) {
        let mut rsi = Rsi::new(length as i64)?;
        let mut atr = Atr::new(length as i64)?;
        let (mut gains, mut losses, mut ranges) = (Vec::new(), Vec::new(), Vec::new());
        let mut last: Option<f64> = None;
        for (low, range, share) in bars {
            let (high, close) = (low + range, low + range * share);
            if let Some(last) = last {
                gains.push((close - last).max(0.0));
                losses.push((last - close).max(0.0));
                let reaches = [high - low, (high - last).abs(), (low - last).abs()];
                ranges.push(reaches.into_iter().fold(0.0, f64::max));
            }
            last = Some(close);
            let index = wilder(&gains, length).zip(wilder(&losses, length)).map(|(gain, loss)| {
                if gain + loss == 0.0 { 50.0 } else { 100.0 - 100.0 / (1.0 + gain / loss) }
            });
            prop_assert!(close_to(rsi.update(close)?, index));
            prop_assert!(close_to(atr.update(high, low, close)?, wilder(&ranges, length)));
        }
    }

    #[test]
    fn volume_weighted_average(trades in prop::collection::vec((1.0..100.0_f64, 0..4_u8), 1..60)) {
        let mut vwap = Vwap::default();
        let (mut turnover, mut volume) = (0.0, 0.0);
        for (price, size) in trades {
            turnover += price * f64::from(size);
            volume += f64::from(size);
            let wanted = (volume > 0.0).then_some(turnover / volume);
            prop_assert!(close_to(vwap.update(price, f64::from(size))?, wanted));
        }
    }

    #[test]
    fn a_reset_indicator_is_a_new_one(before in prop::collection::vec(-9.0..9.0_f64, 0..20), after in prop::collection::vec(-9.0..9.0_f64, 1..20)) {
        let (mut rsi, mut new_rsi) = (Rsi::new(3)?, Rsi::new(3)?);
        let (mut z_score, mut new_z_score) = (ZScore::new(3)?, ZScore::new(3)?);
        let (mut ema, mut new_ema) = (Ema::new(3)?, Ema::new(3)?);
        let (mut atr, mut new_atr) = (Atr::new(3)?, Atr::new(3)?);
        let (mut sma, mut new_sma) = (Sma::new(3)?, Sma::new(3)?);
        for value in before {
            rsi.update(value)?;
            z_score.update(value)?;
            ema.update(value)?;
            atr.update(value, value, value)?;
            sma.update(value)?;
        }
        rsi.reset();
        z_score.reset();
        ema.reset();
        atr.reset();
        sma.reset();
        prop_assert_eq!((rsi.value(), z_score.value(), ema.value()), (None, None, None));
        prop_assert_eq!((atr.value(), sma.value()), (None, None));
        for value in after {
            prop_assert_eq!(rsi.update(value)?, new_rsi.update(value)?);
            prop_assert_eq!(z_score.update(value)?, new_z_score.update(value)?);
            prop_assert_eq!(ema.update(value)?, new_ema.update(value)?);
            prop_assert_eq!(atr.update(value, value, value)?, new_atr.update(value, value, value)?);
            prop_assert_eq!(sma.update(value)?, new_sma.update(value)?);
        }
    }
}

#[test]
fn what_never_moves_is_in_the_middle() {
    let (mut rsi, mut z_score) = (Rsi::new(2).unwrap(), ZScore::new(2).unwrap());
    for _ in 0..5 {
        rsi.update(0.1).unwrap();
        z_score.update(0.1).unwrap();
    }
    assert_eq!((rsi.value(), z_score.value()), (Some(50.0), Some(0.0)));
}

#[test]
fn lengths_that_make_no_sense_are_refused() {
    let longest = LONGEST as i64;
    for length in [i64::MIN, -1, 0, longest + 1, i64::MAX] {
        let refused = IndicatorError::Length {
            length,
            shortest: 1,
        };
        assert_eq!(Sma::new(length).unwrap_err(), refused);
        assert_eq!(Ema::new(length).unwrap_err(), refused);
        assert_eq!(Rsi::new(length).unwrap_err(), refused);
        assert_eq!(Atr::new(length).unwrap_err(), refused);
    }
    assert!(ZScore::new(1).is_err());
    assert!(Sma::new(1).is_ok() && Sma::new(longest).is_ok() && ZScore::new(2).is_ok());
}

#[test]
fn values_that_cannot_be_used_are_refused_and_change_nothing() {
    for bad in [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1.1e100,
        -1.1e100,
    ] {
        let mut ema = Ema::new(1).unwrap();
        let mut atr = Atr::new(1).unwrap();
        let mut vwap = Vwap::default();
        ema.update(1.0).unwrap();
        atr.update(2.0, 1.0, 1.0).unwrap();
        vwap.update(1.0, 1.0).unwrap();
        assert!(ema.update(bad).is_err());
        assert!(Sma::new(1).unwrap().update(bad).is_err());
        assert!(Rsi::new(1).unwrap().update(bad).is_err());
        assert!(ZScore::new(2).unwrap().update(bad).is_err());
        for (high, low, close) in [
            (bad, 1.0, 1.0),
            (2.0, bad, 1.0),
            (2.0, 1.0, bad),
            (1.0, 2.0, 1.0),
        ] {
            assert!(atr.update(high, low, close).is_err());
        }
        for (price, volume) in [(bad, 1.0), (1.0, bad), (1.0, -1.0)] {
            assert!(vwap.update(price, volume).is_err());
        }
        assert_eq!(
            (ema.value(), atr.value(), vwap.value()),
            (Some(1.0), None, Some(1.0))
        );
        assert_eq!(atr.update(3.0, 2.0, 2.0), Ok(Some(2.0)));
    }
}

#[test]
fn the_largest_values_stay_finite() {
    let (mut z_score, mut rsi) = (ZScore::new(4).unwrap(), Rsi::new(3).unwrap());
    let (mut atr, mut vwap) = (Atr::new(3).unwrap(), Vwap::default());
    for value in [1e100, -1e100, -1e100, 1e100, 1e100, -1e100] {
        for result in [
            z_score.update(value),
            rsi.update(value),
            atr.update(1e100, -1e100, value),
            vwap.update(value, 1e100),
        ] {
            assert!(result.unwrap().is_none_or(f64::is_finite));
        }
    }
    assert!(z_score.value().is_some() && rsi.value().is_some() && atr.value().is_some());
}
