//! Which files are read of those that lie under the given paths: `--include`, `--exclude`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::args::SelectArgs;
use crate::problems::{Kind, Problem};
use crate::words::count;

/// Globs as `.gitignore` has them, against paths below the given directory or inside an archive.
#[derive(Clone)]
pub struct Globs {
    include: Option<Gitignore>,
    exclude: Option<Gitignore>,
    left_out: Arc<AtomicUsize>,
}

impl Globs {
    pub fn new(args: &SelectArgs) -> Result<Self, Problem> {
        Ok(Self {
            include: matcher("--include", &args.include)?,
            exclude: matcher("--exclude", &args.exclude)?,
            left_out: Arc::default(),
        })
    }

    /// Whether a file is to be read.
    pub fn wanted(&self, path: &Path) -> bool {
        let has = |globs: &Gitignore| globs.matched_path_or_any_parents(path, false).is_ignore();
        self.include.as_ref().is_none_or(has) && !self.exclude.as_ref().is_some_and(has)
    }

    /// Whether a directory need not be looked into.
    pub fn excludes_directory(&self, path: &Path) -> bool {
        let has = |globs: &Gitignore| globs.matched(path, true).is_ignore();
        self.exclude.as_ref().is_some_and(has)
    }

    /// Counts files and directories that are not wanted.
    pub fn count(&self, n: usize) {
        self.left_out.fetch_add(n, Ordering::Relaxed);
    }

    /// What to say about what was not wanted.
    pub fn problem(&self) -> Option<Problem> {
        let n = self.left_out.swap(0, Ordering::Relaxed);
        (n > 0).then(|| {
            Problem::new(
                Kind::LeftOut,
                "",
                format!(
                    "{} left out by --include or --exclude (an excluded directory counts once)",
                    count(n, "file")
                ),
            )
        })
    }
}

fn matcher(option: &str, globs: &[String]) -> Result<Option<Gitignore>, Problem> {
    if globs.is_empty() {
        return Ok(None);
    }
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    let refused = |glob: &str, why: String| {
        Problem::new(
            Kind::Setting,
            format!("{option} {glob}"),
            format!(
                "{why}: a glob is written as in .gitignore, such as '*.txt', 'news/**' or '/top/*.md'"
            ),
        )
    };
    for glob in globs {
        // A line that begins so is a comment in a .gitignore, and a name here.
        let escape = if glob.starts_with('#') { "\\" } else { "" };
        if glob.trim().is_empty() {
            return Err(refused(glob, String::from("an empty glob matches nothing")));
        }
        builder
            .add_line(None, &format!("{escape}{glob}"))
            .map_err(|error| refused(glob, error.to_string()))?;
    }
    builder
        .build()
        .map(Some)
        .map_err(|error| refused("", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_select() {
        let globs = |include: &[&str], exclude: &[&str]| {
            let owned = |globs: &[&str]| globs.iter().map(ToString::to_string).collect();
            Globs::new(&SelectArgs {
                include: owned(include),
                exclude: owned(exclude),
                ..SelectArgs::default()
            })
            .unwrap_or_else(|problem| panic!("{problem}"))
        };
        for (include, exclude, path, wanted) in [
            (&[][..], &[][..], "a.txt", true),
            (&["*.txt"], &[], "a.txt", true),
            (&["*.txt"], &[], "deep/a.txt", true),
            (&["/*.txt"], &[], "deep/a.txt", false),
            (&["*.txt", "*.md"], &[], "a.md", true),
            (&["*.txt"], &[], "a.md", false),
            (&["news/"], &[], "news/2026/a.txt", true),
            (&["news/"], &[], "sport/a.txt", false),
            (&[], &["drafts/"], "x/drafts/a.txt", false),
            (&["*.txt"], &["a.*"], "a.txt", false),
            (&[], &["*", "!*.txt"], "a.txt", true),
            (&["#1.txt"], &[], "#1.txt", true),
        ] {
            let got = globs(include, exclude).wanted(Path::new(path));
            assert_eq!(got, wanted, "{include:?} {exclude:?} {path}");
        }
        assert!(globs(&[], &["drafts/"]).excludes_directory(Path::new("x/drafts")));
        assert!(!globs(&["*.txt"], &[]).excludes_directory(Path::new("x")));
        let bad = Globs::new(&SelectArgs {
            include: vec![String::from("a[")],
            ..SelectArgs::default()
        });
        assert!(bad.is_err_and(|problem| problem.to_string().starts_with("--include a[: ")));
    }
}
