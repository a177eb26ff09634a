//! A board as a folder of OneRoster 1.2 CSV files, its rows in any order.

use std::path::Path;

use koppelvlak::oneroster::csv::{File, Version, columns};

use super::dice::Dice;
use super::rows::{Board, FILES};

/// The extension column that most files of these tests have.
pub const NOTE: &str = "metadata.note";

/// Whether a file has the extension column.
pub fn has_note(file: File) -> bool {
    matches!(
        file,
        File::Orgs
            | File::AcademicSessions
            | File::Courses
            | File::Classes
            | File::Users
            | File::Enrollments
            | File::Demographics
    )
}

impl Board {
    /// Writes the rows that are still there into a folder, in an order of the dice's.
    pub fn write(&self, folder: &Path, dice: &mut Dice) {
        std::fs::create_dir_all(folder).unwrap();
        let mut manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n".to_owned();
        for file in File::ALL {
            let name = file.name().trim_end_matches(".csv");
            // A set may not hold a file without rows.
            let is_written = FILES.contains(&file) && self.active(file).next().is_some();
            manifest.extend(["file.", name, if is_written { ",bulk\n" } else { ",absent\n" }]);
            if is_written {
                self.write_file(file, &folder.join(format!("{name}.csv")), dice);
            }
        }
        std::fs::write(folder.join("manifest.csv"), manifest).unwrap();
    }

    fn write_file(&self, file: File, path: &Path, dice: &mut Dice) {
        let mut header: Vec<&str> = columns(Version::V1p2, file).iter().map(|column| column.name).collect();
        if has_note(file) {
            header.push(NOTE);
        }
        let mut rows: Vec<_> = self.active(file).collect();
        dice.shuffle(&mut rows);
        let mut writer = csv::Writer::from_path(path).unwrap();
        writer.write_record(&header).unwrap();
        for row in rows {
            let cell = |column: &&str| if *column == "sourcedId" { row.id.as_str() } else { row.get(column) };
            writer.write_record(header.iter().map(cell)).unwrap();
        }
        writer.flush().unwrap();
    }
}
