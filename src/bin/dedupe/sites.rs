//! `--by-site`: a first pass over the input that learns what recurs on each site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use newsift::{Cleaner, SiteProfile};

use crate::args::{RunArgs, SiteArgs};
use crate::input::{Input, Reader, compressed};
use crate::pipeline::{self, Found};
use crate::problems::{Kind, Problem, Problems};
use crate::progress::Progress;
use crate::words::{count, number};

/// So many pages are remembered of all sites together, some hundred bytes each; beyond it ever fewer of each site.
const PAGES: usize = 200_000;
/// Two pages are the fewest that anything can recur on.
const FEWEST: usize = 2;

/// What was learned from a batch of pages.
#[derive(Default)]
struct Learned {
    of_site: BTreeMap<String, SiteProfile>,
    pages: usize,
    /// Pages that name no site.
    nowhere: usize,
    bytes: usize,
}

impl Found for Learned {
    /// A page leaves some hundred bytes, which is little beside its text.
    fn bytes(&self) -> usize {
        self.bytes / 4
    }
}

/// The cleaner for each site.
pub struct Sites<'c> {
    plain: &'c Cleaner,
    of_site: BTreeMap<String, Cleaner>,
}

impl<'c> Sites<'c> {
    /// Reads the input once through a `reader`, when that is asked for; otherwise one cleaner is for all.
    pub fn learn(
        args: &SiteArgs,
        run: &RunArgs,
        paths: &[&Path],
        reader: impl FnOnce() -> Result<Reader, Problem>,
        input: &Input,
        plain: &'c Cleaner,
        problems: &mut Problems,
    ) -> Result<Self, Problem> {
        let mut sites = Self {
            plain,
            of_site: BTreeMap::new(),
        };
        if !args.by_site {
            return Ok(sites);
        }
        let list = input.select.files_from.as_deref();
        for path in paths.iter().copied().chain(list) {
            readable_twice(path)?;
        }
        let mut profiles = Profiles::new(PAGES);
        let (mut pages, mut nowhere) = (0, 0);
        let owned: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        let mut progress = Progress::new(run.quiet, &owned);
        pipeline::run(
            &mut reader()?,
            |work, found: &mut Learned| {
                // What is wrong with the input is told by the second pass.
                work.pages(input, &mut Vec::new(), |page| {
                    let Some(text) = page.text else { return };
                    found.pages += 1;
                    found.bytes += text.len();
                    match page.site {
                        Some(site) => {
                            let profile = found.of_site.entry(site).or_default();
                            profile.learn(&plain.label(text));
                        }
                        None => found.nowhere += 1,
                    }
                });
            },
            |found: Learned| {
                pages += found.pages;
                nowhere += found.nowhere;
                progress.read(found.pages, found.bytes);
                profiles.merge(found.of_site);
                Ok(true)
            },
        )?;
        progress.done();
        if nowhere > 0 {
            let field = match &args.site_field {
                Some(name) => format!("no host in the field `{name}`"),
                None => String::from("no host in a field `host` or `url`"),
            };
            problems.add(Problem::new(
                Kind::NoSite,
                "",
                format!(
                    "{} of {} name no site ({field}, and no folder), so they were read without site knowledge: \
                     --site-field says which field to take",
                    number(nowhere),
                    count(pages, "page")
                ),
            ));
        }
        let cleaner = |(site, profile)| (site, plain.for_site(profile));
        sites.of_site = profiles.of_site.into_iter().map(cleaner).collect();
        Ok(sites)
    }

    /// The cleaner for pages of a site.
    pub fn cleaner(&self, site: Option<&str>) -> &Cleaner {
        let known = site.and_then(|site| self.of_site.get(site));
        known.unwrap_or(self.plain)
    }
}

/// Standard input is kept for the second pass; other pipes cannot be read twice.
fn readable_twice(path: &Path) -> Result<(), Problem> {
    let refused = |why: String| Err(Problem::new(Kind::Unreadable, path.display(), why));
    if path == Path::new("-") {
        return compressed::keep_stdin().or_else(|error| {
            refused(format!(
                "cannot be kept in a temporary file for the second pass of --by-site: {error}; TMPDIR names another directory"
            ))
        });
    }
    match path.metadata() {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => refused(String::from(
            "neither a file nor a directory, and --by-site reads twice: write it to a file, or give it as standard input",
        )),
        // What cannot be read is told by the second pass.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The profiles of all sites, within a number of pages.
struct Profiles {
    of_site: BTreeMap<String, SiteProfile>,
    budget: usize,
    /// How many pages are remembered in all.
    pages: usize,
    /// How many of each site at most: halved when there are too many. It ends as the greatest of the halves with which the
    /// whole input fits, so that the order of the input has no influence.
    most: usize,
}

impl Profiles {
    fn new(budget: usize) -> Self {
        Self {
            of_site: BTreeMap::new(),
            budget,
            pages: 0,
            most: 256,
        }
    }

    fn merge(&mut self, learned: BTreeMap<String, SiteProfile>) {
        for (site, more) in learned {
            let profile = self.of_site.entry(site).or_default();
            self.pages -= profile.pages();
            profile.shrink_to(self.most);
            profile.merge(&more);
            self.pages += profile.pages();
        }
        while self.pages > self.budget && self.most > FEWEST {
            self.most /= 2;
            for profile in self.of_site.values_mut() {
                profile.shrink_to(self.most);
            }
            self.pages = self.of_site.values().map(SiteProfile::pages).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(page: usize) -> BTreeMap<String, SiteProfile> {
        let text = format!(
            "Boat {0}\nThe boat that was called number {0}{1} left the harbour of Port Aster on Monday, the harbour master said.\n\
             It carried a load of herring, and nobody on the quay of the town knew where it went that night.",
            "abcdefghij".repeat(page % 7),
            "x".repeat(page)
        );
        let mut profile = SiteProfile::new();
        profile.learn(&Cleaner::new().label(&text));
        BTreeMap::from([(format!("site{}", page % 3), profile)])
    }

    #[test]
    fn the_budget_holds_in_any_order() {
        let all = |order: &mut dyn Iterator<Item = usize>| {
            let mut profiles = Profiles::new(20);
            for page in order {
                profiles.merge(learned(page));
                assert!(profiles.pages <= 20);
            }
            profiles
        };
        let (forth, back) = (all(&mut (0..40)), all(&mut (0..40).rev()));
        assert!(
            forth.most < 256 && forth.pages > 6,
            "{} {}",
            forth.most,
            forth.pages
        );
        assert_eq!(forth.of_site, back.of_site);
    }
}
