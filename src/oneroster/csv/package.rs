//! A set as it lies on disk: a folder or a zip, with a manifest and the files that it names.
//!
//! A package that opened has exactly the files of its version that its manifest promises, each within
//! the limits on size. What is in them isn't known yet.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zip::{CompressionMethod, ZipArchive};

use super::fault::{Fault, FaultList, Faults, Place, Rule};
use super::file::{File, Mode};
use super::manifest::Manifest;
use crate::catalogue::Version;

/// The bytes of all files of a set together.
const LARGEST_SET: u64 = 1024 * 1024 * 1024;

/// How many times larger than its compressed form a file may be. Tables of a school reach 30.
const HIGHEST_RATIO: u64 = 250;

/// A file below this size is no bomb, whatever its ratio.
const HARMLESS: u64 = 8 * 1024 * 1024;

pub(in crate::oneroster) const MANIFEST: &str = "manifest.csv";
const BUFFER: usize = 64 * 1024;

/// An opened set.
#[derive(Debug)]
pub struct Package {
    source: Source,
    manifest: Manifest,
    entries: BTreeMap<Place, Entry>,
    is_wide: bool,
}

/// Where the bytes are, and how to see that they are still the same.
#[derive(Debug)]
enum Source {
    Folder(PathBuf),
    Zip(PathBuf, Stamp),
}

/// The state of a file on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

/// A file of the set.
#[derive(Debug)]
struct Entry {
    name: String,
    stamp: Stamp,
}

impl Package {
    /// Opens the folder or the zip at a path.
    pub fn open(path: &Path) -> Result<Self, FaultList> {
        let mut faults = Faults::default();
        let package = Self::open_with(path, &mut faults);
        faults.into_result()?;
        package.ok_or_else(|| FaultList { faults: vec![unreadable()], more: 0 })
    }

    /// The same for a set that was made of what another provider gave over REST: its sourcedIds need not have
    /// the alphabet of files.
    pub(in crate::oneroster) fn open_wide(path: &Path) -> Result<Self, FaultList> {
        Self::open(path).map(|package| Self { is_wide: true, ..package })
    }

    /// Whether its sourcedIds may be those of REST.
    pub(super) fn is_wide(&self) -> bool {
        self.is_wide
    }

    /// The version of the binding that the manifest names.
    pub fn version(&self) -> Version {
        self.manifest.version
    }

    /// What the manifest says about a file.
    pub fn mode(&self, file: File) -> Mode {
        self.manifest.modes.get(&file).copied().unwrap_or(Mode::Absent)
    }

    /// Whether any of its files holds changes only.
    pub fn has_delta(&self) -> bool {
        File::ALL.into_iter().any(|file| self.mode(file) == Mode::Delta)
    }

    /// The system that wrote the set, as the manifest names it.
    pub fn system_name(&self) -> Option<&str> {
        self.manifest.system_name.as_deref()
    }

    /// How many bytes a file has.
    pub fn size(&self, file: File) -> u64 {
        self.entries.get(&Place::Data(file)).map_or(0, |entry| entry.stamp.size)
    }

    /// Lets `work` read a file from its begin.
    pub(super) fn with_bytes<T>(
        &self,
        file: File,
        work: impl FnOnce(&mut dyn BufRead) -> io::Result<T>,
    ) -> io::Result<T> {
        let entry = self.entries.get(&Place::Data(file)).ok_or(io::ErrorKind::NotFound)?;
        with_bytes(&self.source, entry, work)
    }

    fn open_with(path: &Path, faults: &mut Faults) -> Option<Self> {
        let Ok(about) = fs::metadata(path) else {
            faults.add(unreadable());
            return None;
        };
        let mut listing = Listing { faults, entries: BTreeMap::new() };
        let source = if about.is_dir() { listing.folder(path) } else { listing.zip(path, Stamp::of(&about)) };
        let Some(source) = source else {
            faults.add(unreadable());
            return None;
        };
        let entries = listing.entries;
        let Some(entry) = entries.get(&Place::Manifest) else {
            faults.add(Fault::of(Place::Manifest, Rule::MissingFile, "a manifest, as in OneRoster 1.1 and 1.2"));
            return None;
        };
        let Ok(manifest) = with_bytes(&source, entry, |bytes| Manifest::read(bytes, faults)) else {
            faults.add(Fault::of(Place::Manifest, Rule::Unreadable, "a readable file"));
            return None;
        };
        let manifest = manifest?;
        compare(&manifest, &entries, faults);
        Some(Self { source, manifest, entries, is_wide: false })
    }
}

impl Stamp {
    fn of(about: &fs::Metadata) -> Self {
        Self { size: about.len(), modified: about.modified().ok() }
    }
}

fn unreadable() -> Fault {
    Fault::of(Place::Package, Rule::Unreadable, "a folder or a zip with a OneRoster CSV set")
}

/// Compares what the manifest says with the files that are there.
fn compare(manifest: &Manifest, entries: &BTreeMap<Place, Entry>, faults: &mut Faults) {
    for file in File::ALL {
        let place = Place::Data(file);
        let is_there = entries.contains_key(&place);
        if !file.is_in(manifest.version) {
            if is_there {
                faults.add(Fault::of(place, Rule::UnknownFile, "a file of OneRoster 1.1"));
            }
            continue;
        }
        match (manifest.modes.get(&file), is_there) {
            (Some(Mode::Absent), true) => {
                faults.add(Fault::of(place, Rule::AbsentFile, "bulk or delta in the manifest, or no file"));
            }
            (Some(Mode::Bulk | Mode::Delta), false) => {
                faults.add(Fault::of(place, Rule::MissingFile, "the file that the manifest promises"));
            }
            (Some(Mode::Absent), false) | (Some(Mode::Bulk | Mode::Delta), true) | (None, _) => {}
        }
    }
}

fn with_bytes<T>(
    source: &Source,
    entry: &Entry,
    work: impl FnOnce(&mut dyn BufRead) -> io::Result<T>,
) -> io::Result<T> {
    match source {
        Source::Folder(folder) => {
            let file = fs::File::open(folder.join(&entry.name))?;
            unchanged(&file, entry.stamp)?;
            work(&mut BufReader::with_capacity(BUFFER, Whole::new(file, entry.stamp.size)))
        }
        Source::Zip(path, stamp) => {
            let file = fs::File::open(path)?;
            unchanged(&file, *stamp)?;
            let mut archive = ZipArchive::new(BufReader::new(file))?;
            let unpacked = archive.by_name(&entry.name)?;
            work(&mut BufReader::with_capacity(BUFFER, Whole::new(unpacked, entry.stamp.size)))
        }
    }
}

/// The rows that are read must be the rows that were checked.
fn unchanged(file: &fs::File, stamp: Stamp) -> io::Result<()> {
    if Stamp::of(&file.metadata()?) == stamp {
        return Ok(());
    }
    Err(io::Error::other("the set changed while it was read"))
}

/// Bytes that end in an error where they are more than was promised, whatever an archive's directory claims.
struct Whole<R> {
    input: R,
    left: u64,
}

impl<R> Whole<R> {
    fn new(input: R, size: u64) -> Self {
        Self { input, left: size }
    }
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let Some(left) = self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "more bytes than the directory says"));
        };
        self.left = left;
        Ok(read)
    }
}

/// Lists the files of a set and refuses those that don't belong in it.
struct Listing<'a> {
    faults: &'a mut Faults,
    entries: BTreeMap<Place, Entry>,
}

impl Listing<'_> {
    fn folder(&mut self, path: &Path) -> Option<Source> {
        for entry in fs::read_dir(path).ok()? {
            let entry = entry.ok()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let about = fs::metadata(entry.path()).ok()?;
            if about.is_file() {
                self.file(name, Stamp::of(&about));
            } else {
                self.nested(&name);
            }
        }
        self.check_total();
        Some(Source::Folder(path.to_owned()))
    }

    fn zip(&mut self, path: &Path, stamp: Stamp) -> Option<Source> {
        let file = fs::File::open(path).ok()?;
        let mut archive = ZipArchive::new(BufReader::new(file)).ok()?;
        if archive.has_duplicate_names() {
            self.faults.add(Fault::of(Place::Package, Rule::DuplicateFile, "each file once"));
        }
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).ok()?;
            let name = entry.name().map_or_else(|_| "?".to_owned(), std::borrow::Cow::into_owned);
            if entry.is_dir() || name.contains(['/', '\\']) || name == ".." {
                self.nested(&name);
                continue;
            }
            let is_plain = matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
            if entry.encrypted() || !is_plain {
                let fault = Fault::of(Place::Package, Rule::Compression, "deflate or none, and no password");
                self.faults.add(fault.in_file(&name));
            }
            if entry.size() > HARMLESS && entry.size() / HIGHEST_RATIO > entry.compressed_size() {
                let expected = format!("at most {HIGHEST_RATIO} times its compressed size");
                self.faults.add(Fault::of(Place::Package, Rule::TooLarge, expected).in_file(&name));
            }
            self.file(name, Stamp { size: entry.size(), modified: None });
        }
        self.check_total();
        Some(Source::Zip(path.to_owned(), stamp))
    }

    fn nested(&mut self, name: &str) {
        let fault = Fault::of(Place::Package, Rule::NestedFile, "files at the root only");
        self.faults.add(fault.in_file(name));
    }

    fn file(&mut self, name: String, stamp: Stamp) {
        if let Some(place) = place_of(&name) {
            self.entries.insert(place, Entry { name, stamp });
            return;
        }
        let names = File::ALL.map(File::name).into_iter().chain([MANIFEST]);
        let Some(meant) = names.into_iter().find(|known| known.eq_ignore_ascii_case(&name)) else {
            let fault = Fault::of(Place::Package, Rule::UnknownFile, "files of the binding only");
            self.faults.add(fault.in_file(&name));
            return;
        };
        let fault = Fault::of(Place::Package, Rule::FileName, meant);
        self.faults.add(fault.in_file(&name));
        // The rest is compared as if it were named right, so that one mistake gives one fault.
        if let Some(place) = place_of(meant) {
            self.entries.entry(place).or_insert(Entry { name, stamp });
        }
    }

    fn check_total(&mut self) {
        let total = self.entries.values().try_fold(0_u64, |sum, entry| sum.checked_add(entry.stamp.size));
        if total.is_none_or(|total| total > LARGEST_SET) {
            self.faults.add(Fault::of(Place::Package, Rule::TooLarge, "at most 1 GiB in all its files"));
        }
    }
}

fn place_of(name: &str) -> Option<Place> {
    if name == MANIFEST {
        return Some(Place::Manifest);
    }
    File::named(name).map(Place::Data)
}
