//! Zips that are none, lead out of themselves, or would fill a disk.

use std::io::{Cursor, Write};

use koppelvlak::oneroster::csv::{File, Package, read};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::csv_set::{Set, check_all, described, zip_on_disk};

fn faults(bytes: &[u8]) -> Vec<String> {
    described(&check_all(&zip_on_disk(bytes)))
}

/// The sound set with one more entry.
fn with_entry(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new_append(Cursor::new(Set::v1p2().zipped())).unwrap();
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

/// Replaces bytes wherever they stand.
fn patched(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut patched = bytes.to_vec();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(from) {
            patched[at..at + to.len()].copy_from_slice(to);
        }
    }
    assert_ne!(patched, bytes);
    patched
}

#[test]
fn what_is_no_zip_is_refused() {
    assert_eq!(faults(b""), ["the set unreadable"]);
    assert_eq!(faults(b"sourcedId,status\n"), ["the set unreadable"]);
    let whole = Set::v1p2().zipped();
    assert_eq!(faults(&whole[..whole.len() - 100]), ["the set unreadable"]);
}

#[test]
fn a_path_that_does_not_exist_is_refused() {
    let faults = Package::open(std::path::Path::new("/nowhere/at/all")).map(|_| ()).unwrap_err();

    assert_eq!(faults.faults.len(), 1);
}

#[test]
fn entries_lie_at_the_root() {
    for name in ["set/users.csv", "/etc/passwd", "../users.csv", "..\\users.csv", "__MACOSX/._users.csv"] {
        let found = faults(&with_entry(name, b"x"));

        assert_eq!(found.len(), 1, "{name}");
        assert!(found[0].ends_with("nested-file"), "{name}: {found:?}");
    }
}

#[test]
fn an_empty_directory_is_refused_too() {
    let mut zip = zip::ZipWriter::new_append(Cursor::new(Set::v1p2().zipped())).unwrap();
    zip.add_directory("set", SimpleFileOptions::default()).unwrap();

    assert_eq!(faults(&zip.finish().unwrap().into_inner()), ["set/ nested-file"]);
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let twice = patched(&with_entry("Users.csv", b"x"), b"Users.csv", b"users.csv");

    assert_eq!(faults(&twice)[0], "the set duplicate-file");
}

#[test]
fn stored_entries_are_as_good_as_deflated_ones() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in Set::v1p2().files {
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        zip.write_all(&bytes).unwrap();
    }

    assert_eq!(faults(&zip.finish().unwrap().into_inner()), Vec::<String>::new());
}

#[test]
fn another_compression_and_a_password_are_refused() {
    // In the central directory the method stands 10 bytes, and the flags 8 bytes, after the signature.
    let sound = Set::v1p2().zipped();
    let first = sound.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let (mut bzip2, mut encrypted) = (sound.clone(), sound);
    bzip2[first + 10] = 12;
    encrypted[first + 8] |= 1;

    assert_eq!(faults(&bzip2), ["academicSessions.csv compression"]);
    assert_eq!(faults(&encrypted), ["academicSessions.csv compression"]);
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let mut set = Set::v1p2();
    set.files.insert("categories.csv".to_owned(), vec![b'\n'; 64 * 1024 * 1024]);

    assert_eq!(faults(&set.zipped()), ["categories.csv too-large"]);
}

#[test]
fn a_directory_that_lies_about_a_size_is_found_out() {
    let mut set = Set::v1p2();
    set.put(
        "categories.csv",
        &format!("sourcedId,status,dateLastModified,title,weight\nA1,,,{},25\n", "x".repeat(9_000)),
    );
    let size = u32::try_from(set.files["categories.csv"].len()).unwrap();

    let lying = patched(&set.zipped(), &size.to_le_bytes(), &100_u32.to_le_bytes());

    assert_eq!(faults(&lying), ["categories.csv unreadable"]);
}

#[test]
fn a_set_beyond_a_gibibyte_is_refused() {
    let mut set = Set::v1p2();
    set.put(
        "categories.csv",
        &format!("sourcedId,status,dateLastModified,title,weight\nA1,,,{},25\n", "x".repeat(9_000)),
    );
    let size = u32::try_from(set.files["categories.csv"].len()).unwrap();

    let large = patched(&set.zipped(), &size.to_le_bytes(), &0x4000_0000_u32.to_le_bytes());

    assert!(faults(&large).contains(&"the set too-large".to_owned()));
}

#[test]
fn damaged_bytes_are_found_out() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in Set::v1p2().files {
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let damaged = patched(&zip.finish().unwrap().into_inner(), b"Well done", b"Very good");

    assert_eq!(faults(&damaged), ["results.csv unreadable"]);
}

#[test]
fn a_set_that_changes_between_check_and_reading_is_not_read() {
    let set = Set::v1p2().folder();
    let package = Package::open(&set.path).unwrap();
    std::fs::write(set.path.join("orgs.csv"), "another file").unwrap();

    let outcome = read(&package, File::Orgs, &mut |_| Ok::<_, std::convert::Infallible>(()));

    assert!(outcome.is_err());
}
