//! Which pages of a site carry the same story.

use super::{Line, Mark};

/// On a site of at least so many pages, what stands on more than half of them tells no stories apart.
const FEW: usize = 4;

/// The paragraphs that pages have in common.
pub(super) struct Stories {
    /// The paragraphs of each page.
    paragraphs: Vec<u32>,
    /// Those that two pages share, a row a page.
    shared: Vec<u16>,
}

impl Stories {
    /// `recurring` are the lines that are on several pages, each with its places; `places` are those of all lines.
    pub(super) fn new<'p>(
        pages: usize,
        recurring: impl Iterator<Item = &'p [(Line, u32)]>,
        places: &[(Line, u32)],
    ) -> Self {
        let is_paragraph = |place: &&(Line, u32)| Mark::of(place.0) == Mark::Paragraph;
        let mut stories = Self {
            paragraphs: vec![0; pages],
            shared: vec![0; pages * pages],
        };
        for place in places.iter().filter(is_paragraph) {
            stories.paragraphs[place.1 as usize] += 1;
        }
        for line in recurring {
            let of: Vec<usize> = line
                .iter()
                .filter(is_paragraph)
                .map(|place| place.1 as usize)
                .collect();
            if Self::tells_nothing(of.len(), pages) {
                of.iter().for_each(|&page| stories.paragraphs[page] -= 1);
                continue;
            }
            for (i, &a) in of.iter().enumerate() {
                for &b in &of[i + 1..] {
                    stories.shared[a * pages + b] += 1;
                    stories.shared[b * pages + a] += 1;
                }
            }
        }
        stories
    }

    fn tells_nothing(on: usize, pages: usize) -> bool {
        pages >= FEW && 2 * on > pages
    }

    /// The number of stories among those pages with some line, the line itself left out; `of` are the pages that have it as
    /// a paragraph. Each page in turn, longest first, is a story of its own, unless half of the paragraphs of the shorter
    /// one are shared with a page that is. A page without other paragraphs is no further story.
    pub(super) fn among(&self, pages: &mut [u32], of: &[(Line, u32)]) -> u32 {
        let all = self.paragraphs.len();
        pages.sort_unstable_by_key(|&page| {
            (std::cmp::Reverse(self.paragraphs[page as usize]), page)
        });
        let counted = !Self::tells_nothing(of.len(), all);
        let own = |page: usize| {
            counted
                && of
                    .binary_search_by_key(&(page as u32), |place| place.1)
                    .is_ok()
        };
        let mut first: Vec<usize> = Vec::new();
        for &page in pages.iter() {
            let page = page as usize;
            let is_known = first.iter().any(|&known| {
                let shorter = self.paragraphs[page] - u32::from(own(page));
                let both = own(page) && own(known);
                let shared = self.shared[page * all + known] - u16::from(both);
                2 * u32::from(shared) >= shorter
            });
            if !is_known {
                first.push(page);
            }
        }
        first.len() as u32
    }
}
