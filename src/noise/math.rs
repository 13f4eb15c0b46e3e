//! `exp` out of additions and multiplications: the standard library's differs between platforms.

/// `e^x` within 2e-7 of its value, relative; 0 far below and finite far above. Without a branch or a call, so that a loop
/// over several becomes vector instructions.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 87.0);
    let power = nearest(x * std::f32::consts::LOG2_E);
    // Two-part reduction keeps the remainder exact (Cody and Waite 1980).
    let r = (x - power * 0.693_359_4) - power * -2.121_944_4e-4;
    // Taylor to the sixth power: the remainder lies within ln(2)/2.
    let series = 1.0
        + r * (1.0
            + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    // The number as an integer is the end of this sum's bits, and all but nine bits of it are shifted out.
    let power = (power + INTEGERS).to_bits();
    series * f32::from_bits(power.wrapping_add(127) << 23)
}

/// From here on numbers are whole: adding it rounds to integers.
const INTEGERS: f32 = 12_582_912.0;

/// `f32::round` of a small number. That is a call of a function where the processor may be an old one, and what `as` makes
/// of numbers beyond the integers keeps loops from becoming vector instructions.
#[inline(always)]
fn nearest(x: f32) -> f32 {
    let whole = (x + INTEGERS) - INTEGERS;
    // Exact: the two are close. Halves came to the even number, and are to come to that further from zero.
    let rest = x - whole;
    whole + if rest == 0.5 && x > 0.0 { 1.0 } else { 0.0 }
        - if rest == -0.5 && x < 0.0 { 1.0 } else { 0.0 }
}

/// The natural logarithm of a number from 1 to 2, within 2e-5: the series of the inverse hyperbolic tangent.
pub(crate) fn ln(x: f32) -> f32 {
    let t = (x - 1.0) / (x + 1.0);
    let q = t * t;
    2.0 * t * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q / 9.0))))
}

/// The greater number, compared by hand: rustc 1.95 makes something else of `f32::max` in loops where the processor has
/// AVX-512.
#[inline(always)]
pub(crate) fn greater(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::{exp, ln, nearest};

    #[test]
    fn near_the_standard_library() {
        for i in -8600..8600 {
            let x = i as f32 / 100.0;
            let want = f64::from(x).exp();
            assert!((f64::from(exp(x)) / want - 1.0).abs() < 2e-6, "{x}");
        }
        assert!(exp(f32::MAX).is_finite());
    }

    #[test]
    fn nearest_is_the_standard_round() {
        for i in -512..=512 {
            let half = i as f32 / 4.0;
            for x in [half.next_down(), half, half.next_up()] {
                assert_eq!(nearest(x), x.round(), "{x}");
            }
        }
    }

    #[test]
    fn logarithm_of_one_to_two() {
        for i in 0..=100 {
            let x = 1.0 + i as f32 / 100.0;
            assert!((f64::from(ln(x)) - f64::from(x).ln()).abs() < 2e-5, "{x}");
        }
    }
}
