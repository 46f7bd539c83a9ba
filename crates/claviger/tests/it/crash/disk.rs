//! The disk that forgets: `crash/shim.c` under the server, and its undo logs applied after the kill.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::folder::Folder;
use crate::random::Random;

#[derive(Debug)]
pub(super) struct Disk {
    library: PathBuf,
    data: PathBuf,
    log: PathBuf,
    lies: bool,
}

impl Disk {
    /// For one run of the server over `data`.
    pub(super) fn under(folder: &Folder, data: &Path) -> Disk {
        let library = folder.path().join("shim.so");
        if !library.exists() {
            compile(&library);
        }
        Disk {
            library,
            data: data.to_owned(),
            log: folder.fresh("shim"),
            lies: false,
        }
    }

    pub(super) fn lying(mut self) -> Disk {
        self.lies = true;
        self
    }

    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.to_str().expect("a path in UTF-8").to_owned();
        let mut environment = vec![
            ("LD_PRELOAD", text(&self.library)),
            ("CRASH_SHIM_DATA", text(&self.data)),
            ("CRASH_SHIM_LOG", text(&self.log)),
        ];
        if self.lies {
            environment.push(("CRASH_SHIM_LIE", "1".to_owned()));
        }
        environment
    }

    pub(super) fn journal(&self) -> String {
        std::fs::read_to_string(self.log.join("journal")).expect("the shim was loaded")
    }

    /// A power cut: of each file's unsynced writes only some first ones, maybe none, reached the disk.
    pub(super) fn forget_unsynced(&self, random: &mut Random) {
        self.undo(|records| {
            let kept = random.below(records as u64 + 1);
            usize::try_from(kept).expect("it is at most the number of records")
        });
    }

    /// The worst power cut: no unsynced write reached the disk.
    pub(super) fn forget_everything_unsynced(&self) {
        self.undo(|_| 0);
    }

    fn undo(&self, mut kept: impl FnMut(usize) -> usize) {
        let files = files_by_inode(&self.data);
        for (name, bytes) in undo_logs(&self.log) {
            let records = parse(&bytes);
            let Some(path) = files.get(&name) else {
                continue;
            };
            let file = File::options()
                .read(true)
                .write(true)
                .open(path)
                .expect("a data file");
            let keep = kept(records.len());
            eprintln!(
                "{}: {} unsynced writes, {} undone",
                path.display(),
                records.len(),
                records.len() - keep
            );
            for record in records.into_iter().skip(keep).rev() {
                file.write_all_at(record.old, record.offset)
                    .expect("an undo");
                file.set_len(record.size).expect("an undo");
            }
        }
    }
}

fn compile(library: &Path) {
    let source = "../../crash/shim.c";
    let compiled = Command::new("cc")
        .args([
            "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
        ])
        .arg(library)
        .args([source, "-ldl", "-lpthread"])
        .output()
        .expect("a C compiler");
    assert!(
        compiled.status.success(),
        "{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
}

/// Inode, as the logs are named, to file.
fn files_by_inode(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the data folder") {
        let path = entry.expect("an entry").path();
        let status = path.metadata().expect("its status");
        if status.is_dir() {
            files.extend(files_by_inode(&path));
        } else {
            files.insert(status.ino().to_string(), path);
        }
    }
    files
}

fn undo_logs(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder)
        .expect("the shim's folder")
        .map(|entry| entry.expect("an entry"));
    entries
        .filter_map(|entry| {
            let inode = entry
                .file_name()
                .to_str()?
                .strip_prefix("undo.")?
                .to_owned();
            Some((inode, std::fs::read(entry.path()).expect("an undo log")))
        })
        .filter(|(_, bytes)| !bytes.is_empty())
        .collect()
}

/// What a file held before one write: `struct record` of the shim and the old bytes.
#[derive(Debug)]
struct Record<'a> {
    size: u64,
    offset: u64,
    old: &'a [u8],
}

/// A last record that is cut off belongs to a write that never began.
fn parse(mut bytes: &[u8]) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<24>() {
        let number =
            |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        let length = usize::try_from(number(16)).expect("a length");
        let Some((old, rest)) = rest.split_at_checked(length) else {
            break;
        };
        records.push(Record {
            size: number(0),
            offset: number(8),
            old,
        });
        bytes = rest;
    }
    records
}
