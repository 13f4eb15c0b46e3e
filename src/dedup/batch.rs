use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::buckets::Buckets;
use super::candidates::{Postings, READS, candidates};
use super::clusters::{Cluster, Clusters, Match};
use super::document::{Document, Sketch};
use super::evidence::Evidence;
use super::parallel;
use super::prepared::Prepared;
use super::rule::FEW_WITNESSES;
use super::scratch;
use super::settings::{Keep, Linkage, Settings};
use crate::disjoint::DisjointSets;

/// Collects the sketches of many documents, then clusters them.
///
/// Sketching can run in many threads ([`Settings::sketch`]); the texts are asked for again only when candidates are
/// verified, so they may lie on disk.
#[derive(Debug)]
pub struct Batch {
    settings: Settings,
    docs: Vec<(Sketch, Document)>,
    /// By number, whether a document is one of the collection that the others are looked up in.
    reference: Vec<bool>,
}

/// How many documents are looked up and verified at the same time. What is found is the same for any number; a larger
/// one keeps more threads busy, and more texts in memory.
const BLOCK: usize = 512;

/// From this similarity on no better match is looked for.
const CERTAIN: f64 = 0.95;

impl Batch {
    /// An empty batch.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            docs: Vec::new(),
            reference: Vec::new(),
        }
    }

    /// Adds a document and returns its number, counted from 0.
    pub fn push(&mut self, sketch: Sketch, document: Document) -> usize {
        self.add(sketch, document, false)
    }

    /// Adds a document of the collection that the others are looked up in, and returns its number.
    ///
    /// Reach for this to ask which of your documents are in an archive already. The archive's documents are nobody's
    /// duplicates, not even each other's, and take no part in the keep policy. A document that matches one of them becomes
    /// its duplicate, of the best match if there are several; the others are clustered among themselves as always.
    ///
    /// ```
    /// use newsift::{Batch, Document, Settings};
    ///
    /// let archive = ["The ferry ran aground off Skerrow on Tuesday night with 212 people on board, the coastguard said."];
    /// let today = [
    ///     "Rates stay where they are, the central bank of Vestmark decided, and nobody in the markets was surprised.",
    ///     "SKERROW (MW) The ferry ran aground off Skerrow on Tuesday night with 212 people on board, the coastguard said.",
    /// ];
    /// let texts: Vec<&str> = archive.into_iter().chain(today).collect();
    ///
    /// let mut batch = Batch::new(Settings::default());
    /// for (number, text) in texts.iter().enumerate() {
    ///     let (sketch, id) = (batch.settings().sketch(text), number.to_string());
    ///     let document = Document { id, ..Document::default() };
    ///     match number {
    ///         0 => batch.push_reference(sketch, document),
    ///         _ => batch.push(sketch, document),
    ///     };
    /// }
    /// let found = batch.cluster(|number| texts[number].into());
    /// assert_eq!(found.kept_of(), [0, 1, 0]); // the last one is in the archive
    /// ```
    pub fn push_reference(&mut self, sketch: Sketch, document: Document) -> usize {
        self.add(sketch, document, true)
    }

    fn add(&mut self, sketch: Sketch, document: Document, reference: bool) -> usize {
        self.docs.push((sketch, document));
        self.reference.push(reference);
        self.docs.len() - 1
    }

    /// The settings that it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.docs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.docs.is_empty()
    }

    /// Finds the clusters. `text` gives a document's text again, by its number; it may be called from many threads.
    ///
    /// Exact copies are put together first. The others are taken in the order of the keep policy, and each becomes the
    /// duplicate of the kept document that it matches best, or is itself kept. Candidates share anchors, and every one
    /// is verified on the text.
    ///
    /// **Witnesses.** Of a story with many heavily edited versions two may be kept that have less than the threshold in
    /// common. They become one cluster when at least two other documents are duplicates of both, what they share shows
    /// the marks of editing (or there are four witnesses), no facts differ, and their similarity is at least three
    /// fifths of the threshold; the same is asked of the members that come along. [`Evidence::witnesses`] tells. Only
    /// with [`Preset::Wire`](super::Preset::Wire) and [`Linkage::Anchored`].
    ///
    /// **Rarity.** A passage that many stories have in common (furniture, legal notices, the sentences of a template)
    /// counts little: its weight is 2 over the number of *stories* that have it, at most 1 and at least 0.02. Stories
    /// are counted instead of documents, so that the copies of one do not make it common. The verdict on two documents
    /// therefore depends on the others in the batch, but only through passages they have in common with them.
    ///
    /// **Bounded work.** For one document at most 512 places in the lists of its anchors are looked at, the rarest
    /// anchors first, and at most eight candidates are verified. Where that left something out,
    /// [`Clusters::notes`] says for how many.
    ///
    /// The result depends neither on the order in which the documents were added (but with [`Keep::First`]) nor on
    /// threads or features.
    pub fn cluster<'t>(&self, text: impl Fn(usize) -> Cow<'t, str> + Sync) -> Clusters {
        let groups = self.exact_groups();
        let sketches: Vec<&Sketch> = groups.iter().map(|g| &self.docs[g[0]].0).collect();
        let mut buckets = Buckets::new(&sketches);
        buckets.count_stories();
        let references = groups.iter().take_while(|g| self.reference[g[0]]).count();
        let mut run = Run {
            settings: &self.settings,
            sketches: &sketches,
            text: &|rank: u32| text(groups[rank as usize][0]),
            crowded: vec![false; sketches.len()],
            skipped: 0,
            verified: 0,
        };
        let matches = run.assign(references as u32, &mut buckets);
        self.report(&groups, &matches, &run)
    }

    /// The anchors of all documents and of two more, which may be among them, with their stories counted; and the ranks of
    /// the two.
    pub(super) fn buckets_with(&self, two: &[Sketch; 2]) -> (Buckets, [u32; 2]) {
        let groups = self.exact_groups();
        let mut sketches: Vec<&Sketch> = groups.iter().map(|g| &self.docs[g[0]].0).collect();
        let ranks = two.each_ref().map(|sketch| {
            let rank = sketches.iter().position(|s| s.key == sketch.key);
            rank.unwrap_or_else(|| {
                sketches.push(sketch);
                sketches.len() - 1
            }) as u32
        });
        let mut buckets = Buckets::new(&sketches);
        buckets.count_stories();
        (buckets, ranks)
    }

    /// The documents with words, those with the same words together, all in the order of the keep policy.
    fn exact_groups(&self) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.docs.len())
            .filter(|&i| self.docs[i].0.words > 0)
            .collect();
        let none = Reverse(i64::MIN);
        match self.settings.keep() {
            Keep::Longest => {
                order.sort_by_cached_key(|&i| (Reverse(self.docs[i].0.words), self.tie(i)))
            }
            Keep::Shortest => order.sort_by_cached_key(|&i| (self.docs[i].0.words, self.tie(i))),
            Keep::First => {}
            Keep::Oldest => order
                .sort_by_cached_key(|&i| (self.docs[i].1.date.unwrap_or(i64::MAX), self.tie(i))),
            Keep::Newest => order
                .sort_by_cached_key(|&i| (self.docs[i].1.date.map_or(none, Reverse), self.tie(i))),
            Keep::Highest => {
                order.sort_by_cached_key(|&i| (Reverse(self.value(i, 1.0)), self.tie(i)))
            }
            Keep::Lowest => {
                order.sort_by_cached_key(|&i| (Reverse(self.value(i, -1.0)), self.tie(i)))
            }
        }
        // Those that the others are looked up in come first; a stable sort, so that each kind stays in its order.
        order.sort_by_key(|&i| !self.reference[i]);
        let mut by_key: Vec<(u128, usize)> = order
            .iter()
            .enumerate()
            .map(|(rank, &i)| (self.docs[i].0.key, rank))
            .collect();
        parallel::sort(&mut by_key);
        let mut groups: Vec<Vec<usize>> = by_key
            .chunk_by(|x, y| x.0 == y.0)
            .map(|same| same.iter().map(|&(_, rank)| rank).collect())
            .collect();
        groups.sort_unstable_by_key(|g| g[0]);
        for g in &mut groups {
            for rank in g {
                *rank = order[*rank];
            }
        }
        groups
    }

    /// A document's value as a number that sorts as it does; one without a value comes before all.
    fn value(&self, i: usize, sign: f64) -> Option<i64> {
        let value = self.docs[i].1.value.filter(|v| !v.is_nan())? * sign;
        // As `f64::total_cmp` has it, with one zero.
        let bits = (value + 0.0).to_bits().cast_signed();
        Some(if bits < 0 { bits ^ i64::MAX } else { bits })
    }

    /// What breaks ties: the content, then the id.
    fn tie(&self, i: usize) -> (u128, &str) {
        (self.docs[i].0.key, &self.docs[i].1.id)
    }

    fn report(
        &self,
        groups: &[Vec<usize>],
        matches: &[Option<(u32, Evidence)>],
        run: &Run<'_>,
    ) -> Clusters {
        let mut of: Vec<usize> = (0..self.docs.len()).collect();
        let mut members: Vec<Vec<Match>> = vec![Vec::new(); groups.len()];
        for (rank, group) in groups.iter().enumerate() {
            let kept = matches[rank].as_ref().map_or(rank, |m| m.0 as usize);
            let copies = match &matches[rank] {
                None => &group[1..],
                Some(_) => &group[..],
            };
            for &document in copies.iter().filter(|&&d| !self.reference[d]) {
                of[document] = groups[kept][0];
                let evidence = match &matches[rank] {
                    None => Evidence::exact(self.docs[document].0.words()),
                    Some((_, e)) => e.clone(),
                };
                members[kept].push(Match { document, evidence });
            }
        }
        let mut clusters: Vec<Cluster> = members
            .into_iter()
            .enumerate()
            .filter(|(_, m)| !m.is_empty())
            .map(|(rank, duplicates)| Cluster {
                kept: groups[rank][0],
                duplicates,
            })
            .collect();
        clusters.sort_by(|a, b| {
            let id = |c: &Cluster| (&self.docs[c.kept].1.id, c.kept);
            id(a).cmp(&id(b))
        });
        let mut notes = Vec::new();
        let crowded = run.crowded.iter().filter(|c| **c).count();
        if crowded > 0 {
            notes.push(format!(
                "{crowded} documents have passages that very many stories have in common; of those only the first {READS} places were looked at"
            ));
        }
        if run.skipped > 0 {
            notes.push(format!(
                "{} candidate pairs beyond the most promising of a document were not verified",
                run.skipped
            ));
        }
        Clusters {
            of,
            clusters,
            notes,
            verified: run.verified,
        }
    }
}

/// A kept document with the evidence, or `None` when it is no match.
type Checked = Vec<(u32, Option<Evidence>)>;

struct Run<'r> {
    settings: &'r Settings,
    sketches: &'r [&'r Sketch],
    text: &'r (dyn Fn(u32) -> Cow<'r, str> + Sync),
    /// By rank, whether lists of the document's anchors were not read to the end.
    crowded: Vec<bool>,
    skipped: usize,
    verified: usize,
}

impl Run<'_> {
    /// For every document the kept one that it duplicates.
    ///
    /// The answer is that of taking one document after the other; to use many threads, the documents of a block are
    /// first verified against what was kept before the block, then the rest of the block among themselves, and only
    /// then it is decided in order, with nearly all answers at hand.
    fn assign(&mut self, references: u32, buckets: &mut Buckets) -> Vec<Option<(u32, Evidence)>> {
        let n = self.sketches.len();
        let mut matches = self.look_up(references, buckets);
        let chained = self.settings.linkage() == Linkage::Chained;
        let mut joined: Vec<(u32, u32)> = Vec::new();
        let mut witnessed: Vec<(u32, u32)> = Vec::new();
        let open: Vec<u32> = (references..n as u32)
            .filter(|&d| matches[d as usize].is_none())
            .collect();
        for block in open.chunks(BLOCK) {
            let at = |d: u32| block.partition_point(|&b| b < d);
            let mut checked = parallel::map(block, |&d| self.check(d, buckets, &Checked::new()));
            let open: Vec<u32> = block
                .iter()
                .zip(&checked)
                .filter(|(_, c)| c.iter().all(|m| m.1.is_none()))
                .map(|(&d, _)| d)
                .collect();
            for &d in &open {
                buckets.keep(d);
            }
            let again = parallel::map(&open, |&d| self.check(d, buckets, &checked[at(d)]));
            buckets.forget(&open);
            for (&d, c) in open.iter().zip(again) {
                checked[at(d)] = c;
            }
            for (&d, known) in block.iter().zip(&checked) {
                let found = candidates(buckets.of(d), buckets, |_| true);
                self.crowded[d as usize] |= found.unread;
                self.skipped += found.skipped;
                let all = self.check(d, buckets, known);
                self.verified += all.len();
                let alike = || all.iter().filter(|m| m.1.is_some()).map(|m| m.0);
                if chained {
                    joined.extend(alike().map(|kept| (d, kept)));
                } else {
                    for a in alike() {
                        witnessed.extend(alike().filter(|&b| a < b).map(|b| (b, a)));
                    }
                }
                let best = best(all);
                if best.is_none() || chained {
                    buckets.keep(d);
                }
                matches[d as usize] = best;
            }
        }
        if chained {
            self.chain(&open, &joined, buckets, &mut matches);
        } else {
            self.reunite(witnessed, buckets, &mut matches);
        }
        matches
    }

    /// Puts clusters together whose kept documents are versions of one story, by the witness of documents that are
    /// duplicates of both (`witnessed` has the two, the later first, once for each). Every document that changes its
    /// cluster is compared with the kept document itself; those that stay behind are clustered around their first.
    fn reunite(
        &mut self,
        mut witnessed: Vec<(u32, u32)>,
        buckets: &Buckets,
        matches: &mut [Option<(u32, Evidence)>],
    ) {
        witnessed.sort_unstable();
        let pairs: Vec<(u32, u32, usize)> = witnessed
            .chunk_by(|x, y| x == y)
            .filter(|same| same.len() >= FEW_WITNESSES)
            .map(|same| (same[0].0, same[0].1, same.len()))
            .collect();
        let found = parallel::map(&pairs, |&(d, kept, witnesses)| {
            self.relate(d, kept, witnesses, buckets)
        });
        self.verified += pairs.len();
        // In the order of the later one, so that it is known of the earlier whether it is still kept.
        let mut moved: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
        let mut found = pairs.iter().zip(found).peekable();
        while let Some(&(&(later, ..), _)) = found.peek() {
            let mut best: Option<(u32, usize, Evidence)> = None;
            while let Some((&(_, earlier, witnesses), evidence)) =
                found.next_if(|(pair, _)| pair.0 == later)
            {
                if let Some(evidence) = evidence
                    && !moved.contains_key(&earlier)
                    && best
                        .as_ref()
                        .is_none_or(|b| evidence.similarity > b.2.similarity)
                {
                    best = Some((earlier, witnesses, evidence));
                }
            }
            if let Some((earlier, witnesses, evidence)) = best {
                moved.insert(later, (earlier, witnesses));
                matches[later as usize] = Some((earlier, evidence));
            }
        }
        // The members of the clusters that were given up, by these.
        let mut members: Vec<(u32, u32)> = (0..)
            .zip(matches.iter())
            .filter_map(|(d, m)| Some((m.as_ref()?.0, d)))
            .filter(|(old, _)| moved.contains_key(old))
            .collect();
        members.sort_unstable();
        let found = parallel::map(&members, |&(old, d)| {
            let (kept, witnesses) = moved[&old];
            self.relate(d, kept, witnesses, buckets)
                .map(|evidence| (kept, evidence))
        });
        self.verified += members.len();
        let mut alone: Vec<(u32, u32)> = Vec::new();
        for (&(old, d), m) in members.iter().zip(found) {
            if m.is_none() {
                alone.push((old, d));
            }
            matches[d as usize] = m;
        }
        for left in alone.chunk_by(|x, y| x.0 == y.0) {
            let first = left[0].1;
            let found = parallel::map(&left[1..], |&(_, d)| self.relate(d, first, 0, buckets));
            self.verified += found.len();
            for (&(_, d), evidence) in left[1..].iter().zip(found) {
                matches[d as usize] = evidence.map(|evidence| (first, evidence));
            }
        }
    }

    /// The evidence when they are duplicates, by themselves or by so many witnesses.
    fn relate(&self, d: u32, kept: u32, witnesses: usize, buckets: &Buckets) -> Option<Evidence> {
        scratch::with(|scratch| {
            self.prepare(d, buckets, &mut scratch.own);
            self.prepare(kept, buckets, &mut scratch.other);
            let (mut evidence, reason) = scratch.compare(self.settings);
            if reason.are_duplicates() {
                return Some(evidence);
            }
            evidence.witnesses = witnesses;
            let words = [scratch.own.words().len(), scratch.other.words().len()];
            self.settings.are_kin(&evidence, words).then_some(evidence)
        })
    }

    /// For every document the one of the first so many that it duplicates; those themselves duplicate nothing.
    fn look_up(&mut self, references: u32, buckets: &mut Buckets) -> Vec<Option<(u32, Evidence)>> {
        let n = self.sketches.len();
        let mut matches: Vec<Option<(u32, Evidence)>> = vec![None; n];
        if references == 0 {
            return matches;
        }
        for d in 0..references {
            buckets.keep(d);
        }
        let others: Vec<u32> = (references..n as u32).collect();
        for block in others.chunks(BLOCK) {
            let found = parallel::map(block, |&d| {
                let found = candidates(buckets.of(d), buckets, |_| true);
                let all = self.check(d, buckets, &Checked::new());
                (found.unread, found.skipped, all)
            });
            for (&d, (unread, skipped, all)) in block.iter().zip(found) {
                self.crowded[d as usize] |= unread;
                self.skipped += skipped;
                self.verified += all.len();
                matches[d as usize] = best(all);
            }
        }
        buckets.forget_all();
        matches
    }

    /// Makes the first of every set of these documents the kept document of the others.
    fn chain(
        &self,
        open: &[u32],
        joined: &[(u32, u32)],
        buckets: &Buckets,
        matches: &mut [Option<(u32, Evidence)>],
    ) {
        let mut sets = DisjointSets::new(matches.len());
        for &(a, b) in joined {
            sets.union(a as usize, b as usize);
        }
        let mut first = vec![u32::MAX; matches.len()];
        let mut far = Vec::new();
        for &d in open {
            let kept = &mut first[sets.find(d as usize)];
            if *kept == u32::MAX {
                *kept = d;
                matches[d as usize] = None;
            } else if matches[d as usize].as_ref().is_none_or(|m| m.0 != *kept) {
                far.push((d, *kept));
            }
        }
        let found = parallel::map(&far, |&(d, kept)| {
            scratch::with(|scratch| {
                self.prepare(d, buckets, &mut scratch.own);
                self.prepare(kept, buckets, &mut scratch.other);
                (kept, scratch.compare(self.settings).0)
            })
        });
        for (&(d, _), m) in far.iter().zip(found) {
            matches[d as usize] = Some(m);
        }
    }

    /// Reads the text of a document to compare it.
    fn prepare(&self, rank: u32, buckets: &Buckets, prepared: &mut Prepared) {
        prepared.read_to_compare(&(self.text)(rank));
        let (sketch, keys) = (self.sketches[rank as usize], buckets.of(rank));
        prepared.weigh(sketch.keys(), |i| buckets.weight(keys.anchors[i]));
    }

    /// Verifies the candidates of a document, as far as that was not done before.
    fn check(&self, d: u32, buckets: &Buckets, before: &Checked) -> Checked {
        let found = candidates(buckets.of(d), buckets, |k| k < d);
        let mut checked = Checked::new();
        let known = |document| before.iter().find(|b| b.0 == document);
        scratch::with(|scratch| {
            let mut own = false;
            for c in found.best.iter() {
                let evidence = match known(c.document) {
                    Some((_, e)) => e.clone(),
                    None => {
                        if !own {
                            self.prepare(d, buckets, &mut scratch.own);
                            own = true;
                        }
                        self.prepare(c.document, buckets, &mut scratch.other);
                        let (e, reason) = scratch.compare(self.settings);
                        reason.are_duplicates().then_some(e)
                    }
                };
                let certain = evidence.as_ref().is_some_and(|e| e.similarity >= CERTAIN);
                checked.push((c.document, evidence));
                if certain {
                    break;
                }
            }
        });
        checked
    }
}

/// The match with the greatest similarity, the first of equals.
fn best(checked: Checked) -> Option<(u32, Evidence)> {
    checked
        .into_iter()
        .filter_map(|(k, e)| e.map(|e| (k, e)))
        .reduce(|x, y| {
            if y.1.similarity > x.1.similarity {
                y
            } else {
                x
            }
        })
}

/// The clusters of texts in memory, with the default settings.
pub fn cluster<T: AsRef<str> + Sync>(texts: &[T]) -> Clusters {
    let settings = Settings::default();
    let mut batch = Batch::new(settings.clone());
    for (i, sketch) in parallel::map(texts, |t| settings.sketch(t.as_ref()))
        .into_iter()
        .enumerate()
    {
        let id = format!("{i:012}");
        batch.push(
            sketch,
            Document {
                id,
                ..Document::default()
            },
        );
    }
    batch.cluster(|i| Cow::Borrowed(texts[i].as_ref()))
}
