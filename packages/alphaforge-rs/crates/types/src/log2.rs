//! Logarithms in integers: the same on every machine, which those of binary floats are not.

/// How many fraction bits the results have.
pub const LOG2_FRACTION_BITS: u32 = 32;

/// The binary logarithm of `value`, in units of 2^-32 and rounded down; zero for zero.
///
/// The digits come from squaring: the square of a number in [1, 2) is at least 2 where the next binary
/// digit of its logarithm is one.
pub fn log2(value: u128) -> u64 {
    let Some(whole) = value.checked_ilog2() else {
        return 0;
    };
    // A number in [1, 2) with 63 fraction bits.
    let mut rest = (value << (127 - whole)) >> 64;
    let mut result = u64::from(whole);
    for _ in 0..LOG2_FRACTION_BITS {
        rest = (rest * rest) >> 63;
        let digit = rest >> 64;
        rest >>= digit;
        result = (result << 1) | digit as u64;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn powers_of_two_are_exact() {
        assert_eq!((log2(0), log2(1)), (0, 0));
        for exponent in 0..128_u32 {
            assert_eq!(log2(1_u128 << exponent), u64::from(exponent) << 32);
        }
    }

    proptest! {
        #[test]
        fn equals_the_float(value in 1_u128..u128::from(u64::MAX)) {
            let expected = (value as f64).log2();
            let found = log2(value) as f64 / 2_f64.powi(32);
            prop_assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }

        #[test]
        fn never_falls(value in 1_u128..u128::MAX) {
            prop_assert!(log2(value) <= log2(value + 1));
        }
    }
}
