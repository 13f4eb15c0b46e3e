//! Training the noise model on labelled pages (feature `train`).
//!
//! The shipped model, `src/noise/model.bin`, opens with the settings, the data's checksums and the cross-validated scores it
//! was made with. The program makes it again, to the byte, where the data lie (they are other people's texts):
//!
//! ```text
//! dedupe train --out src/noise/model.bin --force --cross-validate --annotations src/train/annotations.jsonl \
//!     --unscored src/train/invented.jsonl \
//!     pages/dev.jsonl {fundus,wcxb,newspaper4k,zh_wce}.lines.jsonl.gz trafilatura.snippets.jsonl.gz \
//!     readability.lines.jsonl.gz postextract/{fundus,wcxb,newspaper4k}.jsonl.gz
//! ```
//!
//! `annotations.jsonl` holds what readers said of 1,168 pages of these sets, by their ids: labels only, none of their text.
//! `phrases.tsv` holds lines in 33 languages that were written for this crate: what pages show around their stories, and
//! invented news. They are a part of the trainer, as the ways are in which it changes pages (`augment`).
//! `invented.jsonl` holds whole pages that were written for this crate, line by line with their labels: sites of all kinds from
//! 2003 on, in 34 languages, that do not exist. Cross-validation learns from them and does not score them.

mod augment;
mod course;
mod example;
mod phrases;
mod rng;
mod stage1;
mod stage2;

use std::collections::BTreeMap;
use std::fmt;

use crate::error::Error;
use crate::noise::features::{FEATURES, Reader};
use crate::noise::first::FirstStage;
use crate::noise::pack::round_weight;
use crate::noise::second::{SecondStage, layout};
use crate::noise::{Label, Model, PageKind};
use course::Course;
use example::{Example, Shelves, only, side};
use phrases::Phrase;
use rng::Rng;

/// What a training page says of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One of the fourteen labels.
    Label(Label),
    /// Body text or not, nothing more.
    Body(bool),
    /// Nothing: the block is context only.
    Unknown,
}

/// A labelled page.
#[derive(Debug, Clone)]
pub struct TrainPage {
    /// Pages of one host never stand on both sides of a split.
    pub host: String,
    /// The blocks and what is known of them.
    pub blocks: Vec<(String, Target)>,
    /// The page kind, where it is known.
    pub kind: Option<PageKind>,
    /// The code of its language, empty where it is not known: pages made out of several are of one language.
    pub language: String,
    /// How many times an epoch the page is seen, on average; 1 is usual.
    pub weight: f32,
    /// Whether cross-validation scores it; pages that were made up are learned from only.
    pub scored: bool,
}

/// Settings of the training; the defaults made the shipped model.
#[derive(Debug, Clone)]
pub struct TrainSettings {
    /// Seed of all random choices.
    pub seed: u64,
    /// Passes over the pages.
    pub epochs: usize,
    /// Number of groups of hosts for the honest scores of stage 1, and for cross-validation.
    pub folds: usize,
    /// The greatest step of Adam.
    pub rate: f32,
    /// Decoupled weight decay.
    pub decay: f32,
    /// Networks, each from another start, whose mean opinion the model's network is taught beside the labels (knowledge
    /// distillation, Hinton, Vinyals and Dean 2015). Training takes as many times longer, and one; 0 trains on the labels alone.
    pub teachers: usize,
    /// Early stopping (Prechelt 1998): a tenth of the hosts is held out of stage 2, training ends when their loss has not
    /// fallen for so many epochs, and the best epoch is the result. `None` trains on all pages for all epochs.
    pub patience: Option<usize>,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            epochs: 16,
            folds: 5,
            rate: 2e-3,
            decay: 0.02,
            teachers: 0,
            patience: None,
        }
    }
}

/// Which fold a host belongs to.
fn fold_of(host: &str, folds: usize) -> usize {
    (xxhash_rust::xxh3::xxh3_64(host.as_bytes()) % folds.max(1) as u64) as usize
}

const STAGE1_EPOCHS: usize = 6;

/// How far a training is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The network under way: a teacher's number, from 1, or 0 for the model's own.
    pub network: usize,
    /// The epoch that ended, from 1.
    pub epoch: usize,
    /// Its mean loss a page.
    pub loss: f32,
}

/// Trains a model on the pages. `progress` is told of every epoch.
///
/// # Errors
///
/// When there are no labelled blocks.
pub fn train(
    pages: &[TrainPage],
    settings: &TrainSettings,
    about: &str,
    mut progress: impl FnMut(Progress),
) -> Result<Model, Error> {
    let examples: Vec<(usize, Example)> = pages
        .iter()
        .map(|p| (fold_of(&p.host, settings.folds), example_of(p)))
        .collect();
    if !examples
        .iter()
        .any(|(_, e)| e.targets.iter().any(|&t| t != 0))
    {
        return Err(Error::setting(
            "training pages must have labelled blocks",
            "none",
        ));
    }

    // Stage 1, once on everything and once without each fold.
    let mut reader = Reader::default();
    let grams: Vec<Vec<Vec<u32>>> = examples
        .iter()
        .map(|(_, e)| {
            let (text, spans) = e.text();
            reader.grams(&text, &spans)
        })
        .collect();
    let mut donors: Vec<Shelves> = (0..settings.folds).map(|_| Shelves::default()).collect();
    for (fold, e) in &examples {
        donors[*fold].add(e);
    }
    let heads: Vec<String> = donors.iter().flat_map(|d| &d.all.heads).cloned().collect();
    // Lines that are no page's, each as if on a host of its own.
    let mut loose = phrases::all(settings.folds, &mut Rng::new(settings.seed, 98));
    for phrase in &loose {
        donors[phrase.fold].add_phrase(phrase);
    }
    let announced = augment::announced(&heads, &mut Rng::new(settings.seed, 99));
    loose.extend(announced.into_iter().map(|text| Phrase {
        language: "",
        text,
        target: only(Label::Related),
        fold: settings.folds, // in no fold: no page is made of it
    }));
    let loose_grams: Vec<Vec<u32>> = loose
        .iter()
        .flat_map(|Phrase { text, .. }| reader.grams(text, std::slice::from_ref(&(0..text.len()))))
        .collect();
    let stage1 = |without: Option<usize>| {
        let mut samples: Vec<stage1::Sample<'_>> = examples
            .iter()
            .zip(&grams)
            .zip(pages)
            .filter(|(((fold, _), _), _)| Some(*fold) != without)
            .flat_map(|(((_, e), b), TrainPage { host, .. })| {
                e.targets
                    .iter()
                    .zip(b)
                    .map(|(&target, grams)| stage1::Sample {
                        grams,
                        target,
                        weight: stage1::weight_of(target),
                        sides: e.sides,
                        host: xxhash_rust::xxh3::xxh3_64(host.as_bytes()) as u32,
                    })
            })
            .collect();
        samples.extend(
            loose
                .iter()
                .zip(&loose_grams)
                .zip(0..)
                .filter(|((phrase, _), _)| Some(phrase.fold) != without)
                .map(|((phrase, grams), host)| stage1::Sample {
                    grams,
                    target: phrase.target,
                    weight: 1.0,
                    sides: 1.0,
                    host,
                }),
        );
        stage1::train(
            &samples,
            STAGE1_EPOCHS,
            &mut Rng::new(settings.seed, 1 + without.map_or(0, |f| f as u64 + 1)),
        )
    };
    let mut firsts: Vec<FirstStage> =
        map_parallel((0..=settings.folds).collect(), |f| stage1(f.checked_sub(1)));
    let first = firsts.remove(0);

    // Feature means and spreads on the pages as they are.
    let rows: Vec<Vec<f32>> = map_parallel((0..examples.len()).collect(), |i| {
        let (fold, e) = &examples[i];
        let (text, spans) = e.text();
        Reader::default()
            .read(&text, &spans, &firsts[*fold])
            .to_vec()
    });
    let (mean, inverse_spread) = spread(&rows);
    drop(rows);

    let mut course = Course {
        pages,
        examples: &examples,
        donors: &donors,
        firsts: &firsts,
        settings,
        mean,
        inverse_spread,
        teachers: Vec::new(),
    };
    let mut teachers = Vec::new();
    for teacher in 1..=settings.teachers {
        teachers.push(course.run(teacher, &mut progress));
    }
    course.teachers = teachers;
    let mut net = course.run(0, &mut progress);
    net.parameters
        .iter_mut()
        .for_each(|p| *p = round_weight(*p));
    Ok(Model::new(about.to_string(), first, net))
}

fn spread(rows: &[Vec<f32>]) -> (Vec<f32>, Vec<f32>) {
    let mut sum = vec![0.0_f64; FEATURES];
    let mut squares = vec![0.0_f64; FEATURES];
    let mut n = 0.0_f64;
    for row in rows.iter().flat_map(|r| r.chunks_exact(FEATURES)) {
        n += 1.0;
        for (f, &x) in row.iter().enumerate() {
            sum[f] += f64::from(x);
            squares[f] += f64::from(x) * f64::from(x);
        }
    }
    let mean: Vec<f64> = sum.iter().map(|s| s / n.max(1.0)).collect();
    let inverse = squares
        .iter()
        .zip(&mean)
        .map(|(q, m)| (1.0 / (q / n.max(1.0) - m * m).max(1e-4).sqrt()) as f32)
        .collect();
    (mean.iter().map(|&m| m as f32).collect(), inverse)
}

/// How much made-up pages say of story and noise: their stories are shorter and their furniture denser than what sites have.
const UNSCORED_SIDES: f32 = 0.1;

fn example_of(page: &TrainPage) -> Example {
    let mut e = Example {
        lines: Vec::new(),
        targets: Vec::new(),
        kind: page.kind,
        language: page.language.clone(),
        blank_lines: false,
        weight: page.weight,
        sides: if page.scored { 1.0 } else { UNSCORED_SIDES },
    };
    for (line, target) in &page.blocks {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        e.push(
            line.replace('\n', " "),
            match *target {
                Target::Label(l) => only(l),
                Target::Body(true) => side(Label::Body),
                Target::Body(false) => side(Label::Nav),
                Target::Unknown => 0,
            },
        );
    }
    e
}

/// Maps in the given order, over the cores where the feature `rayon` is on.
fn map_parallel<T: Send, R: Send>(items: Vec<T>, f: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        items.into_par_iter().map(f).collect()
    }
    #[cfg(not(feature = "rayon"))]
    items.into_iter().map(f).collect()
}

/// Trains once without each fold of hosts and answers the pages of that fold: the score on hosts that were not trained on.
/// `each` is given every fold's model; the folds are those of [`validation_fold`].
///
/// # Errors
///
/// When there are no labelled blocks.
pub fn cross_validate(
    pages: &[TrainPage],
    settings: &TrainSettings,
    mut each: impl FnMut(usize, &Model),
    mut progress: impl FnMut(usize, Progress),
) -> Result<Score, Error> {
    let mut score = Score::default();
    for fold in 0..settings.folds {
        let (test, rest): (Vec<&TrainPage>, Vec<&TrainPage>) = pages
            .iter()
            .partition(|p| p.scored && validation_fold(&p.host, settings.folds) == fold);
        let rest: Vec<TrainPage> = rest.into_iter().cloned().collect();
        let model = train(&rest, settings, "", |step| progress(fold, step))?;
        for page in test {
            score.add(&model, page);
        }
        each(fold, &model);
    }
    Ok(score)
}

/// Which fold of the cross-validation a host belongs to. It is drawn apart from the folds within the training.
pub fn validation_fold(host: &str, folds: usize) -> usize {
    (xxhash_rust::xxh3::xxh3_64_with_seed(host.as_bytes(), 77) % folds.max(1) as u64) as usize
}

/// How a model does on pages it was not trained on.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// Words kept rightly, kept wrongly, lost.
    pub words: [usize; 3],
    /// By label: right, answered, wanted.
    pub labels: BTreeMap<Label, [usize; 3]>,
    /// Blocks kept or dropped rightly, and all.
    pub kept: [usize; 2],
    /// Page kinds right (story or not), and all.
    pub kinds: [usize; 2],
}

impl fmt::Display for Score {
    /// The table: a line a label, then the sums.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<9} {:>6} {:>6} {:>6} {:>6}",
            "label", "blocks", "P", "R", "F1"
        )?;
        for (label, &[right, got, want]) in &self.labels {
            let share = |of: usize| right as f64 / of.max(1) as f64;
            writeln!(
                f,
                "{label:<9} {want:>6} {:>6.3} {:>6.3} {:>6.3}",
                share(got),
                share(want),
                self.label_f1(*label)
            )?;
        }
        let [tp, fp, lost] = self.words.map(|n| n as f64);
        writeln!(
            f,
            "story words P {:.4} R {:.4} F1 {:.4}; blocks kept or dropped rightly {:.4} of {}; story pages told from others {} of {}",
            tp / (tp + fp).max(1.0),
            tp / (tp + lost).max(1.0),
            self.word_f1(),
            self.kept[0] as f64 / self.kept[1].max(1) as f64,
            self.kept[1],
            self.kinds[0],
            self.kinds[1],
        )
    }
}

impl Score {
    /// F1 of the words kept.
    pub fn word_f1(&self) -> f64 {
        let [tp, fp, fn_] = self.words.map(|x| x as f64);
        2.0 * tp / (2.0 * tp + fp + fn_).max(1.0)
    }

    /// F1 of a label.
    pub fn label_f1(&self, label: Label) -> f64 {
        self.labels.get(&label).map_or(0.0, |&[tp, got, want]| {
            2.0 * tp as f64 / (got + want).max(1) as f64
        })
    }

    /// Adds the model's answers for a page.
    pub fn add(&mut self, model: &Model, page: &TrainPage) {
        let e = example_of(page);
        let (text, spans) = e.text();
        let answer = crate::noise::label_spans(model, &text, &spans);
        for ((line, &target), got) in e.lines.iter().zip(&e.targets).zip(&answer.labels) {
            if target == 0 {
                continue;
            }
            let words = line.split_whitespace().count();
            let labelled = target.count_ones() == 1;
            let (want, keep) = if labelled {
                (target & (side(Label::Body) | 1) != 0, got.0.is_story())
            } else {
                (
                    target == side(Label::Body),
                    matches!(got.0, Label::Body | Label::Subhead),
                )
            };
            match (want, keep) {
                (true, true) => self.words[0] += words,
                (false, true) => self.words[1] += words,
                (true, false) => self.words[2] += words,
                _ => {}
            }
            self.kept[0] += usize::from(want == keep);
            self.kept[1] += 1;
            if labelled {
                let label = Label::ALL[target.trailing_zeros() as usize];
                let right = usize::from(label == got.0);
                let w = self.labels.entry(label).or_default();
                w[0] += right;
                w[2] += 1;
                self.labels.entry(got.0).or_default()[1] += 1;
            }
        }
        if let Some(kind) = page.kind {
            self.kinds[0] +=
                usize::from((kind == PageKind::Story) == (answer.kind == PageKind::Story));
            self.kinds[1] += 1;
        }
    }
}

/// A model that knows nothing: a place holder until one is trained.
pub fn blank_model() -> Model {
    let second = SecondStage {
        mean: vec![0.0; FEATURES],
        inverse_spread: vec![1.0; FEATURES],
        parameters: vec![0.0; layout::PARAMETERS],
    };
    Model::new(String::from("blank"), FirstStage::empty(), second)
}
