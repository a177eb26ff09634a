//! A package that is taken apart, to be packed again with something wrong in it.

use std::cell::Cell;
use std::io::{Cursor, Read, Write};

use koppelvlak_conformance::exchange::Response;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The files of a package.
pub struct Package {
    /// Their names and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Whether they are packed without making them smaller.
    pub is_stored: bool,
}

/// Changes the package that was answered.
pub fn change(response: &mut Response, edit: impl FnOnce(&mut Package)) {
    if response.status != 200 || response.media_type() != "application/zip" {
        return;
    }
    let mut archive = ZipArchive::new(Cursor::new(std::mem::take(&mut response.body))).unwrap();
    let mut package = Package { files: Vec::new(), is_stored: false };
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        package.files.push((file.name().unwrap().into_owned(), bytes));
    }
    edit(&mut package);
    let method = if package.is_stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    let options = SimpleFileOptions::default().compression_method(method);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in package.files {
        archive.start_file(name, options).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    response.body = archive.finish().unwrap().into_inner();
}

impl Package {
    fn file(&mut self, name: &str) -> &mut Vec<u8> {
        let file = self.files.iter_mut().find(|(other, _)| other == name);
        &mut file.unwrap_or_else(|| panic!("there is no {name}")).1
    }

    fn text(&mut self, name: &str) -> String {
        String::from_utf8(self.file(name).clone()).unwrap()
    }

    /// Puts other bytes in place of a file's text.
    pub fn bytes(&mut self, name: &str, change: impl FnOnce(String) -> Vec<u8>) {
        let text = self.text(name);
        *self.file(name) = change(text);
    }

    /// Takes a file away.
    pub fn remove(&mut self, name: &str) {
        self.files.retain(|(other, _)| other != name);
    }

    /// Adds a file.
    pub fn add(&mut self, name: &str, text: &str) {
        self.files.push((name.to_owned(), text.as_bytes().to_vec()));
    }

    /// Gives a file another name.
    pub fn rename(&mut self, name: &str, other: &str) {
        let bytes = std::mem::take(self.file(name));
        self.remove(name);
        self.files.push((other.to_owned(), bytes));
    }

    /// Puts one text in place of another, which must be there.
    pub fn replace(&mut self, name: &str, text: &str, other: &str) {
        self.bytes(name, |content| {
            assert!(content.contains(text), "{name} has no {text}");
            content.replace(text, other).into_bytes()
        });
    }

    /// Adds text to a file's end.
    pub fn append(&mut self, name: &str, text: &str) {
        self.file(name).extend_from_slice(text.as_bytes());
    }

    /// A line of a file; the header is line 0.
    pub fn line(&mut self, name: &str, place: usize) -> String {
        self.text(name).lines().nth(place).unwrap().to_owned()
    }

    /// Changes each row of a file, the header among them.
    pub fn columns(&mut self, name: &str, change: impl Fn(&mut Vec<String>)) {
        self.bytes(name, |text| {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            for row in reader.deserialize::<Vec<String>>() {
                let mut row = row.unwrap();
                change(&mut row);
                writer.write_record(&row).unwrap();
            }
            writer.into_inner().unwrap()
        });
    }

    /// Changes a cell of the first row of a file.
    pub fn cell(&mut self, name: &str, column: &str, value: &str) {
        self.fill_up_to(name, column, value, 1);
    }

    /// Changes a column of every row.
    pub fn fill(&mut self, name: &str, column: &str, value: &str) {
        self.fill_up_to(name, column, value, usize::MAX);
    }

    fn fill_up_to(&mut self, name: &str, column: &str, value: &str, last: usize) {
        let header = self.line(name, 0);
        let place = header.split(',').position(|other| other == column).unwrap();
        let at = Cell::new(0);
        self.columns(name, |row| {
            if (1..=last).contains(&at.replace(at.get() + 1)) {
                value.clone_into(&mut row[place]);
            }
        });
    }
}
