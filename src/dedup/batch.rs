use std::borrow::Cow;
use std::collections::BTreeMap;

use super::buckets::{Buckets, Ranked};
use super::candidates::READS;
use super::clusters::{Cluster, Clusters, Match};
use super::document::{Document, Sketch};
use super::evidence::Evidence;
use super::parallel;
use super::prepared::Prepared;
use super::rows::Rows;
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
    docs: Vec<Entry>,
    /// The anchors of every document.
    anchors: Rows,
}

/// What is kept of a document.
#[derive(Debug)]
struct Entry {
    /// The exact key.
    key: u128,
    words: u32,
    /// How many of the anchors, the last ones, are short. Only texts of fewer than 100 words have such.
    short: u8,
    id: Box<str>,
    /// What the keep policy goes by: the document with the least is kept.
    priority: i64,
    /// Whether it is one of the collection that the others are looked up in.
    is_reference: bool,
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
            anchors: Rows::default(),
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

    fn add(&mut self, sketch: Sketch, document: Document, is_reference: bool) -> usize {
        let number = self.docs.len();
        let priority = match self.settings.keep() {
            Keep::Longest => -i64::from(sketch.words),
            Keep::Shortest => i64::from(sketch.words),
            Keep::First => (number as u64).cast_signed(),
            Keep::Oldest => document.date.unwrap_or(i64::MAX),
            Keep::Newest => document.date.map_or(i64::MAX, |date| !date),
            Keep::Highest => document.value.map_or(i64::MAX, |value| !sortable(value)),
            Keep::Lowest => document.value.map_or(i64::MAX, |value| !sortable(-value)),
        };
        self.anchors.push(&sketch.anchors);
        self.docs.push(Entry {
            key: sketch.key,
            words: sketch.words,
            short: (sketch.anchors.len() - sketch.long as usize) as u8,
            id: document.id.into(),
            priority,
            is_reference,
        });
        number
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
        self.find(self.anchors.clone(), text)
    }

    /// The clusters, as [`cluster`](Self::cluster) finds them, in less memory.
    ///
    /// Reach for this when the batch is not needed after: it puts what it finds in the place of the sketches, some 390 bytes
    /// a page of 400 words at the most, of which `cluster` needs a copy, 200 bytes more.
    pub fn into_clusters<'t>(mut self, text: impl Fn(usize) -> Cow<'t, str> + Sync) -> Clusters {
        let anchors = std::mem::take(&mut self.anchors);
        self.find(anchors, text)
    }

    fn find<'t>(&self, anchors: Rows, text: impl Fn(usize) -> Cow<'t, str> + Sync) -> Clusters {
        let groups = self.exact_groups();
        let docs = groups.firsts().map(|i| self.ranked(i, &anchors)).collect();
        let mut buckets = Buckets::new(docs, anchors);
        buckets.count_stories();
        let references = groups
            .firsts()
            .take_while(|&i| self.docs[i].is_reference)
            .count();
        let mut run = Run {
            settings: &self.settings,
            text: &|rank: u32| text(groups.of(rank as usize)[0] as usize),
            crowded: vec![false; groups.starts.len()],
            skipped: 0,
            verified: 0,
        };
        let matches = run.assign(references as u32, &mut buckets);
        self.report(&groups, &matches, &run)
    }

    /// The anchors of all documents and of two more, which may be among them, with their stories counted; and the ranks of
    /// the two.
    pub(super) fn buckets_with(&self, two: &[Sketch; 2]) -> (Buckets, [u32; 2]) {
        let mut anchors = self.anchors.clone();
        let groups = self.exact_groups();
        let mut docs: Vec<Ranked> = groups.firsts().map(|i| self.ranked(i, &anchors)).collect();
        let mut keys: Vec<u128> = groups.firsts().map(|i| self.docs[i].key).collect();
        let ranks = two.each_ref().map(|sketch| {
            let rank = keys.iter().position(|&key| key == sketch.key);
            rank.unwrap_or_else(|| {
                docs.push(Ranked {
                    row: anchors.push(&sketch.anchors),
                    long: sketch.long,
                });
                keys.push(sketch.key);
                keys.len() - 1
            }) as u32
        });
        let mut buckets = Buckets::new(docs, anchors);
        buckets.count_stories();
        (buckets, ranks)
    }

    fn ranked(&self, i: usize, anchors: &Rows) -> Ranked {
        Ranked {
            row: i as u32,
            long: anchors.of(i).len() as u32 - u32::from(self.docs[i].short),
        }
    }

    /// The documents with words, those with the same words together, all in the order of the keep policy.
    fn exact_groups(&self) -> Groups {
        // By as much of the key as settles nearly all.
        let mut order: Vec<(bool, i64, u64, u32)> = (0..self.docs.len())
            .filter(|&i| self.docs[i].words > 0)
            .map(|i| {
                // Those that the others are looked up in come first.
                let entry = &self.docs[i];
                let upper_key = (entry.key >> 64) as u64;
                (!entry.is_reference, entry.priority, upper_key, i as u32)
            })
            .collect();
        parallel::sort_by(&mut order, |x, y| {
            let ties = || self.tie(x.3 as usize).cmp(&self.tie(y.3 as usize));
            let settled = (x.0, x.1, x.2).cmp(&(y.0, y.1, y.2));
            settled.then_with(ties).then(x.3.cmp(&y.3))
        });
        let key = |rank: u32| self.docs[order[rank as usize].3 as usize].key;
        let mut by_key: Vec<(u64, u32)> = order.iter().map(|o| o.2).zip(0..).collect();
        parallel::sort_by(&mut by_key, |x, y| {
            let same_half = || key(x.1).cmp(&key(y.1));
            x.0.cmp(&y.0).then_with(same_half).then(x.1.cmp(&y.1))
        });
        // Each with the first of its group.
        let groups = by_key.chunk_by(|x, y| x.0 == y.0 && key(x.1) == key(y.1));
        let firsts = groups.flat_map(|same| same.iter().map(|&(_, rank)| (same[0].1, rank)));
        let mut ranks: Vec<(u32, u32)> = firsts.collect();
        parallel::sort(&mut ranks);
        let mut groups = Groups::default();
        for (number, (first, rank)) in (0..).zip(ranks) {
            if first == rank {
                groups.starts.push(number);
            }
            groups.docs.push(order[rank as usize].3);
        }
        groups
    }

    /// What breaks ties: the content, then the id.
    fn tie(&self, i: usize) -> (u128, &str) {
        (self.docs[i].key, &self.docs[i].id)
    }

    fn report(&self, groups: &Groups, matches: &[Option<Found>], run: &Run<'_>) -> Clusters {
        let mut of: Vec<usize> = (0..self.docs.len()).collect();
        let mut members: Vec<(u32, Match)> = Vec::new();
        for (rank, found) in (0..).zip(matches) {
            let group = groups.of(rank);
            let (kept, copies) = match found {
                None => (rank, &group[1..]),
                Some((kept, _)) => (*kept as usize, group),
            };
            let copies = copies.iter().map(|&i| i as usize);
            for document in copies.filter(|&i| !self.docs[i].is_reference) {
                of[document] = groups.of(kept)[0] as usize;
                let evidence = match found {
                    None => Evidence::exact(self.docs[document].words as usize),
                    Some((_, evidence)) => (**evidence).clone(),
                };
                members.push((kept as u32, Match { document, evidence }));
            }
        }
        members.sort_by_key(|&(kept, _)| kept);
        let mut clusters: Vec<Cluster> = Vec::new();
        for (rank, found) in members {
            let kept = groups.of(rank as usize)[0] as usize;
            match clusters.last_mut().filter(|cluster| cluster.kept == kept) {
                Some(cluster) => cluster.duplicates.push(found),
                None => clusters.push(Cluster {
                    kept,
                    duplicates: vec![found],
                }),
            }
        }
        clusters.sort_by(|a, b| {
            let id = |c: &Cluster| (&self.docs[c.kept].id, c.kept);
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

/// A value as a number that sorts as it does, with one zero; one that is no number comes before all.
fn sortable(value: f64) -> i64 {
    if value.is_nan() {
        return i64::MIN;
    }
    // As `f64::total_cmp` has it.
    let bits = (value + 0.0).to_bits().cast_signed();
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

/// The documents with the same words together, by rank.
#[derive(Default)]
struct Groups {
    docs: Vec<u32>,
    /// Where each group begins.
    starts: Vec<u32>,
}

impl Groups {
    /// The documents of a group, by number, in the order of the keep policy.
    fn of(&self, rank: usize) -> &[u32] {
        let docs = &self.docs[self.starts[rank] as usize..];
        match self.starts.get(rank + 1) {
            Some(next) => &docs[..(next - self.starts[rank]) as usize],
            None => docs,
        }
    }

    /// The number of the first document of every group.
    fn firsts(&self) -> impl Iterator<Item = usize> {
        let starts = self.starts.iter();
        starts.map(|&start| self.docs[start as usize] as usize)
    }
}

/// A kept document with the evidence, or `None` when it is no match.
type Checked = Vec<(u32, Option<Box<Evidence>>)>;

/// A kept document with the evidence.
type Found = (u32, Box<Evidence>);

/// What was found when a document was looked up among those that were kept so far.
struct Looked {
    /// How many entries the lists of its anchors had. While they have as many, the rest is true.
    listed: usize,
    /// Whether lists were not read to the end.
    unread: bool,
    skipped: usize,
    checked: Checked,
}

struct Run<'r> {
    settings: &'r Settings,
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
    fn assign(&mut self, references: u32, buckets: &mut Buckets) -> Vec<Option<Found>> {
        let n = self.crowded.len();
        let mut matches = self.look_up(references, buckets);
        let chained = self.settings.linkage() == Linkage::Chained;
        let mut joined: Vec<(u32, u32)> = Vec::new();
        let mut witnessed: Vec<(u32, u32)> = Vec::new();
        let open: Vec<u32> = (references..n as u32)
            .filter(|&d| matches[d as usize].is_none())
            .collect();
        for block in open.chunks(BLOCK) {
            let at = |d: u32| block.partition_point(|&b| b < d);
            let looked = parallel::map(block, |&d| self.look(d, buckets, &Checked::new()));
            let open: Vec<u32> = block
                .iter()
                .zip(&looked)
                .filter(|(_, l)| l.checked.iter().all(|m| m.1.is_none()))
                .map(|(&d, _)| d)
                .collect();
            for &d in &open {
                buckets.keep(d);
            }
            let mixed: Vec<u32> = open
                .iter()
                .filter(|&&d| buckets.meets_others(d, looked[at(d)].listed))
                .copied()
                .collect();
            let again = parallel::map(&mixed, |&d| self.look(d, buckets, &looked[at(d)].checked));
            buckets.forget(&open);
            let mut again = mixed.iter().zip(again).peekable();
            for (&d, mut found) in block.iter().zip(looked) {
                let again = again.next_if(|(of, _)| **of == d);
                if buckets.listed(d) > found.listed {
                    let known = again.map_or(found.checked, |(_, again)| again.checked);
                    found = self.look(d, buckets, &known);
                }
                self.crowded[d as usize] |= found.unread;
                self.skipped += found.skipped;
                let all = found.checked;
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
        matches: &mut [Option<Found>],
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
            let mut best: Option<(u32, usize, Box<Evidence>)> = None;
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
    fn relate(
        &self,
        d: u32,
        kept: u32,
        witnesses: usize,
        buckets: &Buckets,
    ) -> Option<Box<Evidence>> {
        scratch::with(|scratch| {
            let text = self.prepare(d, buckets, &mut scratch.own);
            let other = self.prepare(kept, buckets, &mut scratch.other);
            let (mut evidence, reason) = scratch.compare(self.settings, [&text, &other]);
            if reason.are_duplicates() {
                return Some(Box::new(evidence));
            }
            evidence.witnesses = witnesses;
            let words = [scratch.own.words().len(), scratch.other.words().len()];
            let kin = self.settings.are_kin(&evidence, words);
            kin.then(|| Box::new(evidence))
        })
    }

    /// For every document the one of the first so many that it duplicates; those themselves duplicate nothing.
    fn look_up(&mut self, references: u32, buckets: &mut Buckets) -> Vec<Option<Found>> {
        let n = self.crowded.len();
        let mut matches: Vec<Option<Found>> = vec![None; n];
        if references == 0 {
            return matches;
        }
        for d in 0..references {
            buckets.keep(d);
        }
        let others: Vec<u32> = (references..n as u32).collect();
        for block in others.chunks(BLOCK) {
            let found = parallel::map(block, |&d| self.look(d, buckets, &Checked::new()));
            for (&d, found) in block.iter().zip(found) {
                self.crowded[d as usize] |= found.unread;
                self.skipped += found.skipped;
                self.verified += found.checked.len();
                matches[d as usize] = best(found.checked);
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
        matches: &mut [Option<Found>],
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
                let text = self.prepare(d, buckets, &mut scratch.own);
                let other = self.prepare(kept, buckets, &mut scratch.other);
                let (evidence, _) = scratch.compare(self.settings, [&text, &other]);
                (kept, Box::new(evidence))
            })
        });
        for (&(d, _), m) in far.iter().zip(found) {
            matches[d as usize] = Some(m);
        }
    }

    /// Reads the text of a document to compare it.
    fn prepare(&self, rank: u32, buckets: &Buckets, prepared: &mut Prepared) -> Cow<'_, str> {
        let text = (self.text)(rank);
        prepared.read_to_compare(&text);
        buckets.weigh(rank, prepared);
        text
    }

    /// Looks a document up and verifies its candidates, as far as that was not done before.
    fn look(&self, d: u32, buckets: &Buckets, before: &Checked) -> Looked {
        let found = buckets.candidates(d, |k| k < d);
        let mut checked = Checked::new();
        let known = |document| before.iter().find(|b| b.0 == document);
        scratch::with(|scratch| {
            let mut own = None;
            for c in found.best.iter() {
                let evidence = match known(c.document) {
                    Some((_, e)) => e.clone(),
                    None => {
                        let text =
                            &*own.get_or_insert_with(|| self.prepare(d, buckets, &mut scratch.own));
                        let other = self.prepare(c.document, buckets, &mut scratch.other);
                        let (e, reason) = scratch.compare(self.settings, [text, &other]);
                        reason.are_duplicates().then(|| Box::new(e))
                    }
                };
                let certain = evidence.as_ref().is_some_and(|e| e.similarity >= CERTAIN);
                checked.push((c.document, evidence));
                if certain {
                    break;
                }
            }
        });
        Looked {
            listed: buckets.listed(d),
            unread: found.unread,
            skipped: found.skipped,
            checked,
        }
    }
}

/// The match with the greatest similarity, the first of equals.
fn best(checked: Checked) -> Option<Found> {
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
    batch.into_clusters(|i| Cow::Borrowed(texts[i].as_ref()))
}
