//! Where a package comes from: a zip that is fetched, a zip on a disk, or a folder.

use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use zip::{CompressionMethod, ZipArchive};

use crate::check::Stop;
use crate::exchange::Request;
use crate::probe::Probe;

/// The largest file that is read, unpacked.
const LARGEST: u64 = 8 * 1024 * 1024 * 1024;

/// What a zip is read from.
pub trait Source: Read + Seek {}
impl<S: Read + Seek> Source for S {}

/// A package.
pub enum Package {
    /// A zip.
    Zip(ZipArchive<Box<dyn Source>>),
    /// A folder.
    Folder(PathBuf),
}

/// An entry of a package.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name, with folders.
    pub name: String,
    /// Whether it is packed as the binding wants it; always in a folder.
    pub is_deflated: bool,
}

impl Package {
    /// Opens what `--target` names.
    pub fn open(probe: &Probe<'_>) -> Result<Self, Stop> {
        let address = probe.target.address.as_str();
        if address.starts_with("http://") || address.starts_with("https://") {
            let response = probe.download(Request::new("GET", address))?;
            if response.status != 200 {
                return Err(Stop::Broken(format!("GET {address}: {}", response.summary())));
            }
            return Self::zip(Box::new(Cursor::new(response.body)));
        }
        let path = Path::new(address);
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let file = File::open(path).map_err(|error| Stop::Broken(format!("{address} can't be read: {error}")))?;
        Self::zip(Box::new(BufReader::new(file)))
    }

    fn zip(source: Box<dyn Source>) -> Result<Self, Stop> {
        let archive = ZipArchive::new(source);
        archive.map(Self::Zip).map_err(|error| Stop::failed("a zip", format!("it can't be opened: {error}")))
    }

    /// Its entries; folders too if they stand in it themselves.
    pub fn entries(&mut self) -> Result<Vec<Entry>, Stop> {
        match self {
            Self::Zip(archive) => (0..archive.len())
                .map(|place| {
                    let file = archive.by_index_raw(place).map_err(|error| Stop::Broken(error.to_string()))?;
                    let is_deflated = file.compression() == CompressionMethod::Deflated || file.size() == 0;
                    let name = file.name().map_err(|error| Stop::Broken(error.to_string()))?.into_owned();
                    Ok(Entry { name, is_deflated })
                })
                .collect(),
            Self::Folder(path) => {
                let broken = |error: std::io::Error| Stop::Broken(error.to_string());
                let mut entries = Vec::new();
                for entry in fs::read_dir(&*path).map_err(broken)? {
                    let entry = entry.map_err(broken)?;
                    let name = entry.file_name().to_string_lossy().into_owned();
                    let end = if entry.path().is_dir() { "/" } else { "" };
                    entries.push(Entry { name: format!("{name}{end}"), is_deflated: true });
                }
                entries.sort_by(|one, other| one.name.cmp(&other.name));
                Ok(entries)
            }
        }
    }

    /// A file's bytes as they come.
    pub fn read(&mut self, name: &str) -> Result<Box<dyn Read + '_>, Stop> {
        let broken = |error: String| Stop::Broken(format!("{name} can't be read: {error}"));
        match self {
            Self::Zip(archive) => {
                let file = archive.by_name(name).map_err(|error| broken(error.to_string()))?;
                Ok(Box::new(file.take(LARGEST)))
            }
            Self::Folder(path) => {
                let file = File::open(path.join(name)).map_err(|error| broken(error.to_string()))?;
                Ok(Box::new(file))
            }
        }
    }
}
