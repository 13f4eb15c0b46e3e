//! What is done to files, each so that at no moment anything is lost: a crash leaves the old state, the new one, or both.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fingerprint::{Fingerprint, Stat, copy};
use crate::output::{UNFINISHED, folder, sync_folder};

use super::journal::{Action, Intent};

/// Does what is intended; `n` is the intent's number, which makes names of unfinished files.
pub fn act(intent: &Intent, n: u64) -> io::Result<()> {
    match (intent.action, &intent.to) {
        (Action::Delete, _) => fs::remove_file(&intent.from),
        (Action::Hardlink, _) => {
            let part = unfinished(&intent.from, &intent.file, n);
            hardlink(&intent.kept, &intent.from, &part)
        }
        (Action::Move, Some(to)) => move_file(&intent.from, to, &intent.file, n),
        (Action::Move, None) => Err(io::Error::other("the journal does not say where it goes")),
    }
}

/// The reverse of [`act`].
pub fn undo(intent: &Intent, n: u64) -> io::Result<()> {
    match (intent.action, &intent.to) {
        (Action::Move, Some(to)) => move_file(to, &intent.from, &intent.file, n),
        (Action::Hardlink, _) => unlink_copy(intent, n),
        (Action::Move | Action::Delete, _) => Err(io::Error::other("it cannot be undone")),
    }
}

/// Gives a file another name that is not taken, on this or another file system.
fn move_file(from: &Path, to: &Path, file: &Fingerprint, n: u64) -> io::Result<()> {
    fs::create_dir_all(folder(to))?;
    match rename_to_free(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        done => {
            done?;
            sync_folder(to);
            return Ok(());
        }
    }
    let part = unfinished(to, file, n);
    let copied = copy_checked(from, &part, file, None).and_then(|()| rename_to_free(&part, to));
    if copied.is_err() {
        let _ = fs::remove_file(&part);
    }
    copied?;
    sync_folder(to);
    // The copy is on the disk under its name, so that the original may go.
    fs::remove_file(from)
}

/// Copies a file with its time and permissions, and sees that the bytes are those of the fingerprint and on the disk.
fn copy_checked(from: &Path, to: &Path, file: &Fingerprint, mode: Option<u32>) -> io::Result<()> {
    let mut source = File::open(from)?;
    // Left by a run that was killed; the name is of our making.
    let _ = fs::remove_file(to);
    let mut target = OpenOptions::new().write(true).create_new(true).open(to)?;
    let (len, hash) = copy(&mut source, &mut target)?;
    if (len, hash) != (file.size, file.hash) {
        return Err(io::Error::other("the copy is not what was to be copied"));
    }
    let permissions = match mode {
        #[cfg(unix)]
        Some(mode) => std::os::unix::fs::PermissionsExt::from_mode(mode & 0o7777),
        _ => source.metadata()?.permissions(),
    };
    target.set_modified(file.modified())?;
    target.set_permissions(permissions)?;
    target.sync_all()
}

/// Renames to a name that nothing has.
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Some file systems, and old kernels, cannot do it in one step.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return Ok(done?),
        }
    }
    if to.symlink_metadata().is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Puts a second name of `kept` in the place of a file, in one step.
fn hardlink(kept: &Path, file: &Path, part: &Path) -> io::Result<()> {
    let _ = fs::remove_file(part);
    fs::hard_link(kept, part)?;
    let done = fs::rename(part, file);
    if done.is_err() {
        let _ = fs::remove_file(part);
    }
    done?;
    sync_folder(file);
    Ok(())
}

/// Makes a file of its own again of what became another name of the kept one.
fn unlink_copy(intent: &Intent, n: u64) -> io::Result<()> {
    let part = unfinished(&intent.from, &intent.file, n);
    let done = copy_checked(&intent.from, &part, &intent.file, intent.mode)
        .and_then(|()| fs::rename(&part, &intent.from));
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done?;
    sync_folder(&intent.from);
    Ok(())
}

/// The name of an unfinished file beside another one; the same in every run, so that what a killed one left is found.
fn unfinished(path: &Path, file: &Fingerprint, n: u64) -> PathBuf {
    let hash = file.hash as u64;
    folder(path).join(format!("{UNFINISHED}{hash:016x}-{n}.part"))
}

/// Permissions, to be given back.
pub fn mode(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        Some(metadata.permissions().mode())
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// Where an intent stands, as the files tell.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// As before.
    Before,
    /// As it is when it is done.
    After,
    /// The bytes are in both places; the first one can go.
    Both,
    /// Neither, so that somebody else was at work.
    Neither,
}

/// Looks where an intent stands.
pub fn look(intent: &Intent) -> Found {
    let holds = |path: &Path| {
        let is_link = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
        let same = |(found, _): (Fingerprint, Stat)| {
            found.size == intent.file.size && found.hash == intent.file.hash
        };
        !is_link && Fingerprint::of(path).is_ok_and(same)
    };
    let exists = |path: &Path| path.symlink_metadata().is_ok();
    match (intent.action, &intent.to) {
        (Action::Delete, _) if exists(&intent.from) => Found::Before,
        (Action::Delete, _) => Found::After,
        (Action::Hardlink, _) if are_one(&intent.from, &intent.kept) => Found::After,
        (Action::Hardlink, _) if exists(&intent.from) => Found::Before,
        (Action::Move, Some(to)) => match (exists(&intent.from), holds(to)) {
            (true, true) if holds(&intent.from) && !are_one(&intent.from, to) => Found::Both,
            (true, _) => Found::Before,
            (false, true) => Found::After,
            (false, false) => Found::Neither,
        },
        (Action::Hardlink | Action::Move, _) => Found::Neither,
    }
}

/// Whether two paths are names of one file.
pub fn are_one(a: &Path, b: &Path) -> bool {
    let inode = |path: &Path| {
        let metadata = path.symlink_metadata().ok()?;
        Stat::of(&metadata).ok()?.inode
    };
    inode(a).is_some_and(|a| inode(b) == Some(a))
}

/// Takes away what a run that was killed left unfinished for an intent.
pub fn tidy(intent: &Intent, n: u64) {
    for path in [Some(&intent.from), intent.to.as_ref()]
        .into_iter()
        .flatten()
    {
        let _ = fs::remove_file(unfinished(path, &intent.file, n));
    }
}

/// Names for a file that must not take another's: its own, then with a number before the ending.
pub fn names(path: &Path) -> impl Iterator<Item = PathBuf> + '_ {
    let stem = path.file_stem().unwrap_or_default();
    let numbered = (2u32..).map(move |number| {
        let mut name = OsString::from(stem);
        name.push(format!("~{number}"));
        if let Some(ending) = path.extension() {
            name.push(".");
            name.push(ending);
        }
        path.with_file_name(name)
    });
    std::iter::once(path.to_owned()).chain(numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_ending() {
        let of = |path: &str| -> Vec<String> {
            let names = names(Path::new(path)).take(3);
            names.map(|name| name.display().to_string()).collect()
        };
        assert_eq!(of("a/b.txt"), ["a/b.txt", "a/b~2.txt", "a/b~3.txt"]);
        assert_eq!(of("a/b"), ["a/b", "a/b~2", "a/b~3"]);
    }

    #[test]
    fn nothing_is_replaced() {
        let folder = tempfile::tempdir().expect("a directory");
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        fs::write(&a, "a").expect("a file");
        fs::write(&b, "b").expect("a file");
        let error = rename_to_free(&a, &b).expect_err("the name is taken");
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        fs::remove_file(&b).expect("our file");
        rename_to_free(&a, &b).expect("the name is free");
        assert_eq!(fs::read(&b).expect("a file"), b"a");
    }
}
