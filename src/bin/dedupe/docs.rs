//! The manual page and the shell completions.

use crate::Outcome;
use crate::args;
use crate::output::Sink;
use crate::problems::Problem;

/// Prints the manual page, the subcommands' pages after it.
pub fn man() -> Result<Outcome, Problem> {
    let mut page = Vec::new();
    let mut command = args::command();
    command.build();
    render(&command, &mut page);
    for sub in command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
    {
        render(
            &sub.clone()
                .display_name(format!("dedupe-{}", sub.get_name())),
            &mut page,
        );
    }
    Sink::stdout().write(&page)?;
    Ok(Outcome::Clean)
}

fn render(command: &clap::Command, page: &mut Vec<u8>) {
    let man = clap_mangen::Man::new(command.clone());
    // Writing into memory cannot fail.
    let _ = man.render(page);
}

/// Prints the completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Result<Outcome, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "dedupe", &mut script);
    Sink::stdout().write(&script)?;
    Ok(Outcome::Clean)
}
