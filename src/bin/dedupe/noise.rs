//! The cleaner that the options ask for.

use std::path::Path;

use newsift::{Cleaner, Error, Label, Model};

use crate::args::NoiseArgs;
use crate::input::compressed;
use crate::problems::{Kind, Problem};

/// More than this no model file holds; the shipped one has some hundred kilobytes.
const LARGEST_MODEL: u64 = 256 << 20;

/// How stories are told from noise where they are compared. A little left in by mistake costs little there, since passages
/// that many pages share weigh little; a paragraph that went is missed. Mean F1 of the pairs of eleven sets was 0.980 with 0,
/// 0.981 with 0.25, 0.984 with 1; but from 0.5 on notices that few pages share make pages of one site alike (`tests/pages`).
const COMPARING: f32 = 0.25;

/// The cleaner for comparing stories; none when pages are compared as they are.
pub fn cleaner(args: &NoiseArgs, raw: bool) -> Result<Option<Cleaner>, Problem> {
    if raw {
        return Ok(None);
    }
    build(args, &[], COMPARING).map(Some)
}

/// A cleaner that keeps these labels, or the story where none are named.
pub fn keeping(args: &NoiseArgs, labels: &[Label]) -> Result<Cleaner, Problem> {
    build(args, labels, 0.0)
}

fn build(args: &NoiseArgs, labels: &[Label], lean: f32) -> Result<Cleaner, Problem> {
    let mut cleaner = Cleaner::builder()
        .lean(args.lean.unwrap_or(lean))
        .min_words(args.min_words);
    if !labels.is_empty() {
        cleaner = cleaner.keep(labels);
    }
    if let Some(path) = &args.model {
        cleaner = cleaner.model(model(path)?);
    }
    cleaner
        .build()
        .map_err(|error| Problem::new(Kind::Setting, "--lean", error.to_string()))
}

/// What the noise model says of itself.
pub fn about(args: &NoiseArgs) -> Result<String, Problem> {
    let model = match &args.model {
        Some(path) => model(path)?,
        None => Model::default(),
    };
    Ok(model.about().to_owned())
}

fn model(path: &Path) -> Result<Model, Problem> {
    let refused =
        |why: String| Problem::new(Kind::Setting, format!("--model {}", path.display()), why);
    let bytes = compressed::open(path, compressed::Compression::Unknown)
        .and_then(|stream| compressed::read_all(stream, LARGEST_MODEL))
        .map_err(|failure| refused(failure.to_string()))?;
    Model::from_bytes(&bytes).map_err(|error: Error| refused(error.to_string()))
}
