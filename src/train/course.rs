//! One course of stage 2: visits to the pages in an order drawn anew each epoch, a step of Adam a batch, the mean of the
//! weights as its result.

use super::example::{Example, Shelves};
use super::rng::Rng;
use super::{Progress, TrainPage, TrainSettings, augment, map_parallel, stage2};
use crate::noise::features::{FEATURES, FIRST_SCORE, Reader};
use crate::noise::first::FirstStage;
use crate::noise::second::{Activations, SecondStage, layout};

const BATCH: usize = 16;

/// What a course works with.
pub(super) struct Course<'a> {
    pub(super) pages: &'a [TrainPage],
    /// The pages with their folds.
    pub(super) examples: &'a [(usize, Example)],
    /// By fold, as are the first stages that did not see it.
    pub(super) donors: &'a [Shelves],
    pub(super) firsts: &'a [FirstStage],
    pub(super) settings: &'a TrainSettings,
    pub(super) mean: Vec<f32>,
    pub(super) inverse_spread: Vec<f32>,
    /// Networks whose opinion is a target beside the labels.
    pub(super) teachers: Vec<SecondStage>,
}

impl Course<'_> {
    /// Trains a network; `number` tells the draws of one course from those of another.
    pub(super) fn run(&self, number: usize, progress: &mut impl FnMut(Progress)) -> SecondStage {
        let settings = self.settings;
        let random = |stream: u64| Rng::new(settings.seed ^ (number as u64) << 32, stream);
        let mut net = stage2::fresh(
            self.mean.clone(),
            self.inverse_spread.clone(),
            &mut random(100),
        );
        let mut adam = stage2::Adam::new(&net.parameters);
        let (mut order, held_out): (Vec<usize>, Vec<usize>) = (0..self.examples.len())
            .partition(|&i| settings.patience.is_none() || !is_held_out(&self.pages[i].host));
        let held_out: Vec<stage2::Prepared> = map_parallel(held_out, |i| {
            let (fold, e) = &self.examples[i];
            let (text, spans) = e.text();
            let rows = Reader::default()
                .read(&text, &spans, &self.firsts[*fold])
                .to_vec();
            stage2::Prepared::new(e, rows)
        });
        let mut best: Option<(f32, usize, Vec<f32>)> = None;
        for epoch in 0..settings.epochs {
            let mut rng = random(200 + epoch as u64);
            rng.shuffle(&mut order);
            let visits: Vec<(usize, usize)> = order
                .iter()
                .flat_map(|&i| {
                    let weight = self.examples[i].1.weight.max(0.0);
                    let times = weight as usize + usize::from(rng.chance(weight.fract()));
                    std::iter::repeat_n(i, times)
                })
                .enumerate()
                .collect();
            let batches = visits.len().div_ceil(BATCH);
            let mut sum = 0.0;
            for (k, batch) in visits.chunks(BATCH).enumerate() {
                let done = (epoch * batches + k) as f32 / (settings.epochs * batches) as f32;
                let rate = settings.rate * (done * 20.0).min(1.0) * (0.5 + 0.5 * cos_pi(done));
                let half = batch.len().div_ceil(2);
                let parts = map_parallel(batch.chunks(half.max(1)).collect(), |part| {
                    // By its place: a page seen several times an epoch differs each time.
                    let random = |place: usize| random(1_000_000 + (epoch << 32 | place) as u64);
                    self.gradient(&net, part, random)
                });
                let mut parts = parts.into_iter();
                let Some((mut grad, mut loss)) = parts.next() else {
                    continue;
                };
                for (g, l) in parts {
                    loss += l;
                    grad.iter_mut().zip(g).for_each(|(a, b)| *a += b);
                }
                let norm = grad.iter().map(|g| g * g).sum::<f32>().sqrt();
                let scale = 1.0 / batch.len() as f32
                    * (10.0 * batch.len() as f32 / norm.max(1e-6)).min(1.0);
                grad.iter_mut().for_each(|g| *g *= scale);
                adam.step(&mut net.parameters, &grad, rate, settings.decay);
                sum += loss;
            }
            progress(Progress {
                network: number,
                epoch: epoch + 1,
                loss: sum / visits.len().max(1) as f32,
            });
            let Some(patience) = settings.patience.filter(|_| !held_out.is_empty()) else {
                continue;
            };
            let loss = loss_on(&held_out, &net, &adam.average);
            if best.as_ref().is_none_or(|(least, ..)| loss < *least) {
                best = Some((loss, epoch, adam.average.clone()));
            } else if best
                .as_ref()
                .is_some_and(|&(_, at, _)| epoch - at >= patience)
            {
                break;
            }
        }
        net.parameters = best.map_or(adam.average, |(.., parameters)| parameters);
        net
    }

    /// Gradient and loss of changed copies of some pages; `random` draws by the page's place in the epoch.
    fn gradient(
        &self,
        net: &SecondStage,
        visits: &[(usize, usize)],
        random: impl Fn(usize) -> Rng,
    ) -> (Vec<f32>, f32) {
        let mut grad = vec![0.0_f32; layout::PARAMETERS];
        let mut a = Activations::default();
        let mut reader = Reader::default();
        let mut loss = 0.0;
        for &(place, i) in visits {
            let (fold, e) = &self.examples[i];
            let mut rng = random(place);
            let e = augment::vary(e, &self.donors[*fold], &mut rng);
            if e.lines.is_empty() {
                continue;
            }
            let (text, spans) = e.text();
            let mut rows = reader.read(&text, &spans, &self.firsts[*fold]).to_vec();
            let opinion = stage2::opinion(&self.teachers, &rows, &mut a);
            drop_features(&mut rows, &net.mean, &mut rng);
            let page = stage2::Prepared {
                opinion,
                ..stage2::Prepared::new(&e, rows)
            };
            loss += stage2::gradient(net, &page, &mut a, &mut grad);
        }
        (grad, loss)
    }
}

/// Whether early stopping holds the host out. Drawn apart from all folds.
fn is_held_out(host: &str) -> bool {
    xxhash_rust::xxh3::xxh3_64_with_seed(host.as_bytes(), 78).is_multiple_of(10)
}

/// The mean loss on pages as they are.
fn loss_on(pages: &[stage2::Prepared], net: &SecondStage, parameters: &[f32]) -> f32 {
    let net = SecondStage {
        parameters: parameters.to_vec(),
        ..net.clone()
    };
    let losses = map_parallel(pages.iter().collect(), |page| {
        let mut unused = vec![0.0; layout::PARAMETERS];
        stage2::gradient(&net, page, &mut Activations::default(), &mut unused)
    });
    losses.iter().sum::<f32>() / pages.len().max(1) as f32
}

/// `cos(pi x)` for `x` from 0 to 1, out of arithmetic (Bhaskara's approximation).
fn cos_pi(x: f32) -> f32 {
    let y = if x <= 0.5 { x } else { 1.0 - x };
    let c = (1.0 - 4.0 * y * y) / (1.0 + y * y);
    if x <= 0.5 { c } else { -c }
}

/// Hides some features of the page, and all of stage 1 now and then, so that the network does not lean on one of them
/// (dropout, Srivastava et al. 2014). With 0.08 the six sets of whole pages gained 0.003 of 4-gram F1 and the labelled pages
/// lost 0.001 of theirs; 0.05 lies between.
fn drop_features(rows: &mut [f32], mean: &[f32], rng: &mut Rng) {
    let words = rng.chance(0.05);
    let hidden: Vec<usize> = (0..FEATURES)
        .filter(|&f| words && f >= FIRST_SCORE || rng.chance(0.05))
        .collect();
    for row in rows.chunks_exact_mut(FEATURES) {
        for &f in &hidden {
            row[f] = mean[f];
        }
    }
}
