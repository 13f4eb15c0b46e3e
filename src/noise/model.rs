//! The model file: both stages, with a header that says where they come from.

use std::sync::{Arc, LazyLock};

use super::features::FEATURES;
use super::first::{FirstStage, SCORES};
use super::pack;
use super::product::WEIGHTS;
use super::second::{Network, SecondStage, layout};
use crate::error::Error;

const MAGIC: &[u8; 8] = b"newsiftM";
/// Raised whenever features, n-grams or the network change: such a model means nothing to other code.
const VERSION: u32 = 3;

/// The learned part of the cleaning: made by `dedupe train`, shared cheaply between cleaners.
#[derive(Debug, Clone, PartialEq)]
pub struct Model(Arc<Parts>);

#[derive(Debug, Clone, PartialEq)]
struct Parts {
    about: String,
    first: FirstStage,
    second: Network,
}

static SHIPPED: LazyLock<Model> = LazyLock::new(|| {
    Model::from_bytes(include_bytes!("model.bin")).expect("the embedded model is checked by a test")
});

impl Default for Model {
    /// The model that ships with the crate.
    fn default() -> Self {
        SHIPPED.clone()
    }
}

impl Model {
    #[cfg(feature = "train")]
    pub(crate) fn new(about: String, first: FirstStage, second: SecondStage) -> Self {
        Self(Arc::new(Parts {
            about,
            first,
            second: Network::new(second),
        }))
    }

    /// What the model's file says of itself: the command that made it, checksums of its data, scores.
    pub fn about(&self) -> &str {
        &self.0.about
    }

    pub(crate) fn first(&self) -> &FirstStage {
        &self.0.first
    }

    pub(crate) fn second(&self) -> &Network {
        &self.0.second
    }

    /// Reads a model file.
    ///
    /// # Errors
    ///
    /// When the bytes are no model, a model of another version, cut off, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |why: String| Error::format("model", why);
        if !bytes.starts_with(MAGIC) {
            return Err(wrong(
                "not a newsift model: the first eight bytes must be `newsiftM`".into(),
            ));
        }
        let mut r = Bytes(&bytes[MAGIC.len()..]);
        let version = r.u32()?;
        if version != VERSION {
            return Err(wrong(format!(
                "version must be {VERSION}, got {version}; train it again with this program"
            )));
        }
        let about_len = r.u32()? as usize;
        let grams_len = r.u32()? as usize;
        let hashes_len = r.u32()? as usize;
        let want =
            (MAGIC.len() + 16 + 4 * (1 + SCORES) + 8 * FEATURES + 2 * layout::PARAMETERS + 8)
                .saturating_add(about_len)
                .saturating_add(hashes_len)
                .saturating_add(grams_len.saturating_mul(8));
        if bytes.len() != want {
            return Err(wrong(format!(
                "size must be {want} bytes, got {}",
                bytes.len()
            )));
        }
        let (content, sum) = bytes.split_at(bytes.len() - 8);
        let (stored, actual) = (Bytes(sum).u64()?, xxhash_rust::xxh3::xxh3_64(content));
        if stored != actual {
            return Err(wrong(format!(
                "checksum must be {stored:016x}, got {actual:016x}: the file is damaged"
            )));
        }
        let about = String::from_utf8(r.take(about_len)?.to_vec())
            .map_err(|e| wrong(format!("header: {e}")))?;
        let scale = r.f32()?;
        let bias = r.floats(SCORES)?;
        let grams = pack::ascending(grams_len, r.take(hashes_len)?)
            .ok_or_else(|| wrong("n-grams must ascend and not be zero".into()))?;
        let rows = (0..grams_len)
            .map(|_| {
                let packed = r.u64()?;
                pack::unpack(packed).ok_or_else(|| {
                    wrong(format!(
                        "a row of n-gram weights is malformed: {packed:016x}"
                    ))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let first = FirstStage::new(scale, std::array::from_fn(|i| bias[i]), grams, rows);
        let second = SecondStage {
            mean: r.floats(FEATURES)?,
            inverse_spread: r.floats(FEATURES)?,
            parameters: (0..layout::PARAMETERS)
                .map(|_| r.u16().map(pack::whole))
                .collect::<Result<_, _>>()?,
        };
        let finite = [&second.mean, &second.inverse_spread];
        if finite.iter().any(|v| v.iter().any(|x| !x.is_finite())) || !scale.is_finite() {
            return Err(wrong("means and scales must be finite numbers".into()));
        }
        let fits = |&w: &f32| w == 0.0 || WEIGHTS.contains(&w.abs());
        if !second.parameters.iter().all(fits) {
            return Err(wrong(format!(
                "weights must be 0 or lie between {:e} and {} in size",
                WEIGHTS.start(),
                WEIGHTS.end()
            )));
        }
        Ok(Self(Arc::new(Parts {
            about,
            first,
            second: Network::new(second),
        })))
    }

    /// The model as a file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let p = &*self.0;
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((p.about.len() as u32).to_le_bytes());
        out.extend((p.first.grams.len() as u32).to_le_bytes());
        let mut hashes = Vec::new();
        pack::push_ascending(&p.first.grams, &mut hashes);
        out.extend((hashes.len() as u32).to_le_bytes());
        out.extend(p.about.as_bytes());
        let floats = |values: &[f32], out: &mut Vec<u8>| {
            for v in values {
                out.extend(v.to_le_bytes());
            }
        };
        floats(&[p.first.scale], &mut out);
        floats(&p.first.bias[..SCORES], &mut out);
        out.extend(&hashes);
        out.extend(
            p.first
                .rows
                .iter()
                .flat_map(|row| pack::pack(row).to_le_bytes()),
        );
        floats(&p.second.stage.mean, &mut out);
        floats(&p.second.stage.inverse_spread, &mut out);
        let weights = p.second.stage.parameters.iter();
        out.extend(weights.flat_map(|&w| pack::half(w).to_le_bytes()));
        let sum = xxhash_rust::xxh3::xxh3_64(&out);
        out.extend(sum.to_le_bytes());
        out
    }
}

/// Takes numbers from the front of a slice.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, n: usize) -> Result<&'b [u8], Error> {
        let (head, rest) = self
            .0
            .split_at_checked(n)
            .ok_or_else(|| Error::format("model", "cut off"))?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let bytes = self.take(N)?;
        Ok(std::array::from_fn(|i| bytes[i]))
    }

    fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, Error> {
        self.array().map(f32::from_le_bytes)
    }

    fn floats(&mut self, n: usize) -> Result<Vec<f32>, Error> {
        (0..n).map(|_| self.f32()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_survives_a_round_trip() {
        let bytes = include_bytes!("model.bin");
        let model = Model::from_bytes(bytes).expect("the shipped model");
        assert_eq!(model.to_bytes(), bytes);
        assert!(model.about().starts_with("newsift "), "{}", model.about());
        assert!(bytes.len() <= 512 << 10);
    }

    #[test]
    fn what_is_no_model_is_refused_with_the_reason() {
        let good = Model::default().to_bytes();
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        for (bytes, want) in [
            (Vec::new(), "the first eight bytes must be `newsiftM`"),
            (with(0, b'N'), "the first eight bytes must be `newsiftM`"),
            (good[..10].to_vec(), "cut off"),
            (with(8, 9), "version must be 3, got 9"),
            (good[..good.len() - 1].to_vec(), "size must be "),
            (with(15, 255), "size must be "),
            (
                with(good.len() / 2, good[good.len() / 2] ^ 1),
                "checksum must be ",
            ),
        ] {
            let error = Model::from_bytes(&bytes).expect_err(want).to_string();
            assert!(error.contains(want), "{error}: {want}");
        }
    }

    #[test]
    fn weights_that_products_have_no_room_for_are_refused() {
        for (weight, fits) in [(0.0, true), (-256.0, true), (1e-20, false), (300.0, false)] {
            let mut parts = (*Model::default().0).clone();
            parts.second.stage.parameters[7] = weight;
            let read = Model::from_bytes(&Model(Arc::new(parts)).to_bytes());
            assert_eq!(read.is_ok(), fits, "{weight}");
        }
    }
}
