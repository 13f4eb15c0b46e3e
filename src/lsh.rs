//! Bands of a signature, by which similar documents meet without comparing all pairs.

use crate::hash::{K0, mix};

/// How a signature is cut: `bands` keys of `rows` slots each.
///
/// Two documents of resemblance `s` share at least one key with probability `1 - (1 - s^rows)^bands` (Leskovec,
/// Rajaraman and Ullman, *Mining of Massive Datasets*, 3.4.2; Indyk and Motwani 1998).
///
/// ```
/// use newsift::lsh::Bands;
///
/// let cut = Bands::for_recall(128, 0.7, 0.99);
/// assert_eq!((cut.bands(), cut.rows()), (17, 4));
/// // Nearly all pairs at the threshold are found, and few of those far below it.
/// assert!(cut.probability(0.7) >= 0.99 && cut.probability(0.2) < 0.03);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bands {
    bands: usize,
    rows: usize,
}

impl Bands {
    /// So many bands of so many rows; `None` when either is 0.
    pub fn new(bands: usize, rows: usize) -> Option<Self> {
        (bands > 0 && rows > 0).then_some(Self { bands, rows })
    }

    /// The cut of `slots` slots that finds pairs of the resemblance `threshold` with probability `recall` or more, and
    /// as few others as possible: the most rows that reach the recall, then the fewest bands.
    ///
    /// Choose for recall, for instance 0.99, rather than for a steep curve: candidates are verified anyway, and what
    /// is missed here cannot be repaired. When even one row a band does not reach the recall, that is the answer.
    /// Threshold and recall are taken into the range from 0 to 1, no slots count as one.
    pub fn for_recall(slots: usize, threshold: f64, recall: f64) -> Self {
        let slots = slots.max(1);
        for rows in (1..=slots).rev() {
            let most = Self {
                bands: slots / rows,
                rows,
            };
            if most.probability(threshold) >= recall {
                // Found by counting up; there are few bands and this is done once.
                return (1..=most.bands)
                    .map(|bands| Self { bands, rows })
                    .find(|cut| cut.probability(threshold) >= recall)
                    .unwrap_or(most);
            }
        }
        Self {
            bands: slots,
            rows: 1,
        }
    }

    /// The number of bands.
    pub fn bands(self) -> usize {
        self.bands
    }

    /// The slots of one band.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// The slots that are used.
    pub fn slots(self) -> usize {
        self.bands * self.rows
    }

    /// The probability that two documents of this resemblance share at least one key.
    pub fn probability(self, resemblance: f64) -> f64 {
        let s = resemblance.clamp(0.0, 1.0);
        1.0 - power(1.0 - power(s, self.rows), self.bands)
    }

    /// The key of every band of a signature's slots, in order. The number of the band is part of the key, so one list
    /// of keys can hold them all. Slots that are missing end the list of keys early.
    pub fn keys(self, slots: &[u32]) -> impl Iterator<Item = u64> + '_ {
        slots
            .chunks_exact(self.rows)
            .take(self.bands)
            .zip(1_u64..)
            .map(|(rows, band)| {
                mix(rows.iter().fold(band, |h, &slot| {
                    (h ^ u64::from(slot)).wrapping_mul(K0).rotate_left(29)
                }))
            })
    }
}

/// By repeated multiplication, whose result is the same everywhere, unlike that of `powf`.
fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_reaches_the_recall_with_the_most_rows() {
        for (threshold, recall, bands, rows) in [
            (0.5, 0.99, 35, 3),
            (0.7, 0.99, 17, 4),
            (0.8, 0.99, 16, 6),
            (0.9, 0.99, 11, 10),
            (1.0, 1.0, 1, 128),
            (0.0, 0.99, 128, 1),
        ] {
            let cut = Bands::for_recall(128, threshold, recall);
            assert_eq!((cut.bands(), cut.rows()), (bands, rows), "at {threshold}");
        }
    }

    #[test]
    fn keys_tell_bands_and_rows_apart() {
        let cut = Bands::new(3, 2).expect("neither is 0");
        let keys: Vec<u64> = cut.keys(&[1, 2, 1, 2, 2, 1, 9]).collect();
        assert_eq!(keys.len(), 3);
        assert!(keys[0] != keys[1] && keys[1] != keys[2]);
        assert_eq!(cut.keys(&[1, 2, 1]).count(), 1);
    }
}
