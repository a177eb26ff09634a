//! Small OneRoster CSV sets to break: in memory, then as a folder or a zip.
//!
//! All personal values bear the mark [`PLANTED`], so that a test sees at once if a fault repeats one.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::ops::RangeBounds;
use std::path::PathBuf;

use koppelvlak::oneroster::csv::{Check, Fault, FaultList, Package, check};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// A mark that no fault may hold.
pub const PLANTED: &str = "Zebedee";

/// The files of a set by their names.
#[derive(Clone, Debug)]
pub struct Set {
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Set {
    /// A sound set of 1.2.1 in bulk, with every file of the binding.
    pub fn v1p2() -> Self {
        Self::with_manifest("1.2", "bulk", V1P2)
    }

    /// A sound set of 1.1 in bulk, with every file of the binding.
    pub fn v1p1() -> Self {
        Self::with_manifest("1.1", "bulk", V1P1)
    }

    /// A sound set of changes to orgs and users of 1.2.
    pub fn delta() -> Self {
        let mut set = Self::with_manifest("1.2", "delta", DELTA);
        for (name, _) in V1P2 {
            let stem = name.trim_end_matches(".csv");
            if !set.files.contains_key(*name) {
                set.append("manifest.csv", &format!("file.{stem},absent"));
            }
        }
        set
    }

    fn with_manifest(version: &str, mode: &str, files: &[(&str, &str)]) -> Self {
        let mut manifest = format!("propertyName,value\nmanifest.version,1.0\noneroster.version,{version}\n");
        let mut set = Self { files: BTreeMap::new() };
        for (name, text) in files {
            manifest.extend(["file.", name.trim_end_matches(".csv"), ",", mode, "\n"]);
            set.files.insert((*name).to_owned(), text.trim_start().as_bytes().to_vec());
        }
        set.files.insert("manifest.csv".to_owned(), manifest.into_bytes());
        set
    }

    /// Replaces a text that stands in a file once.
    pub fn edit(&mut self, file: &str, from: &str, to: &str) {
        self.edit_bytes(file, from, to.as_bytes());
    }

    /// The same, by bytes that need not be UTF-8.
    pub fn edit_bytes(&mut self, file: &str, from: &str, to: &[u8]) {
        let bytes = self.files.get_mut(file).unwrap_or_else(|| panic!("{file} is in the set"));
        let at: Vec<_> = (0..bytes.len())
            .filter(|&i| bytes.get(i..).is_some_and(|rest| rest.starts_with(from.as_bytes())))
            .collect();
        assert_eq!(at.len(), 1, "`{from}` stands in {file} once");
        bytes.splice(at[0]..at[0] + from.len(), to.iter().copied());
    }

    /// Writes a value into a column of the first row of a file.
    pub fn fill(&mut self, file: &str, column: &str, value: &str) {
        self.rewrite(file, |rows| {
            let at = rows[0].iter().position(|name| name == column).unwrap();
            value.clone_into(&mut rows[1][at]);
        });
    }

    /// Adds a column after another one, with one value in all rows.
    pub fn add_column(&mut self, file: &str, after: &str, column: &str, value: &str) {
        self.rewrite(file, |rows| {
            let at = rows[0].iter().position(|name| name == after).unwrap() + 1;
            for (i, row) in rows.iter_mut().enumerate() {
                row.insert(at, if i == 0 { column } else { value }.to_owned());
            }
        });
    }

    fn rewrite(&mut self, file: &str, change: impl FnOnce(&mut Vec<Vec<String>>)) {
        let bytes = self.remove(file);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let mut rows: Vec<Vec<String>> = reader.deserialize().collect::<Result<_, _>>().unwrap();
        change(&mut rows);
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in rows {
            writer.write_record(row).unwrap();
        }
        self.files.insert(file.to_owned(), writer.into_inner().unwrap());
    }

    /// Takes lines out of a file.
    pub fn cut(&mut self, file: &str, lines: impl RangeBounds<usize>) {
        let text = String::from_utf8(self.remove(file)).unwrap();
        let kept = text.lines().enumerate().filter(|(at, _)| !lines.contains(at));
        let kept: String = kept.flat_map(|(_, line)| [line, "\n"]).collect();
        self.put(file, &kept);
    }

    /// Takes the lines that are meant out of a file; there must be some.
    pub fn cut_where(&mut self, file: &str, is_meant: impl Fn(&str) -> bool) {
        let text = String::from_utf8(self.remove(file)).unwrap();
        let kept: String = text.lines().filter(|line| !is_meant(line)).flat_map(|line| [line, "\n"]).collect();
        assert!(kept.len() < text.len(), "no such line in {file}");
        self.put(file, &kept);
    }

    /// Replaces categories.csv by one with these columns after the first three, and this row.
    pub fn categories(&mut self, columns: &str, row: &str) {
        self.put("categories.csv", &format!("sourcedId,status,dateLastModified,{columns}\n{row}\n"));
    }

    /// Adds a line at the end of a file.
    pub fn append(&mut self, file: &str, line: &str) {
        let bytes = self.files.get_mut(file).unwrap_or_else(|| panic!("{file} is in the set"));
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
    }

    /// Adds or replaces a file.
    pub fn put(&mut self, file: &str, text: &str) {
        self.files.insert(file.to_owned(), text.as_bytes().to_vec());
    }

    /// Takes a file out of the set, but not out of its manifest.
    pub fn remove(&mut self, file: &str) -> Vec<u8> {
        self.files.remove(file).unwrap_or_else(|| panic!("{file} is in the set"))
    }

    /// Takes a file out of the set and calls it absent.
    pub fn absent(&mut self, file: &str) {
        self.remove(file);
        let stem = file.trim_end_matches(".csv");
        self.edit("manifest.csv", &format!("file.{stem},bulk"), &format!("file.{stem},absent"));
    }

    /// The set as a folder.
    pub fn folder(&self) -> OnDisk {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in &self.files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        OnDisk { path: folder.path().to_owned(), _folder: folder }
    }

    /// The bytes of the set as a zip.
    pub fn zipped(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in &self.files {
            zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// The faults of the set, the same whether it is a folder or a zip.
    pub fn faults(&self) -> Vec<String> {
        let folder = described(&check_all(&self.folder()));
        let zip = described(&check_all(&zip_on_disk(&self.zipped())));
        assert_eq!(folder, zip, "a folder and a zip have the same faults");
        folder
    }
}

/// A set on disk, as long as this lives.
pub struct OnDisk {
    pub path: PathBuf,
    _folder: TempDir,
}

/// Puts the bytes of a zip on disk.
pub fn zip_on_disk(bytes: &[u8]) -> OnDisk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.zip");
    std::fs::write(&path, bytes).unwrap();
    OnDisk { path, _folder: folder }
}

/// Opens and checks a set.
pub fn check_all(set: &OnDisk) -> Result<Check, FaultList> {
    check(&Package::open(&set.path)?, &mut |_, _, _| {})
}

/// The faults as `file:line column rule`.
pub fn described(outcome: &Result<Check, FaultList>) -> Vec<String> {
    let faults = outcome.as_ref().err().map_or(&[][..], |list| &list.faults);
    for fault in faults {
        let shown = format!("{fault} {}", serde_json::to_string(fault).unwrap());
        assert!(!shown.to_lowercase().contains(&PLANTED.to_lowercase()), "a fault repeats a value: {shown}");
    }
    faults.iter().map(describe).collect()
}

fn describe(fault: &Fault) -> String {
    let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
    let column = fault.column.as_ref().map(|column| format!(" {column}")).unwrap_or_default();
    format!("{}{line}{column} {}", fault.file, fault.rule)
}

const V1P2: &[(&str, &str)] = &[
    (
        "academicSessions.csv",
        "
sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
Y1,,,2026-2027,schoolYear,2026-08-01,2027-07-31,,2027
T1,,,Period 1,term,2026-08-01,2026-12-01,Y1,2027
",
    ),
    (
        "orgs.csv",
        "
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
B,,,Board,district,,
S1,,,School One,school,11AA,B
S2,,,School Two,ext:campus,,B
",
    ),
    (
        "courses.csv",
        r#"
sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
C1,,,Y1,Maths,MA1,"01, 02",S1,"maths,sums","m,s"
"#,
    ),
    (
        "classes.csv",
        r#"
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
K1,,,Maths 1,01,C1,M1,scheduled,Room 1,S1,"T1,Y1",maths,m,"1,3"
"#,
    ),
    (
        "users.csv",
        r#"
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
P1,,,true,ann,"{LDAP:ann},{eckId:https://zebedee.example/1}",Ann Zebedee,van den Berg,,1001,ann@zebedee.example,,,G1,01,,,,,,S1,
D1,,,true,dirk,,Dirk,"Zebedee ""Smit"", de Jonge",,,,,,,,,,,,,S1,
D2,,,true,doortje,,Doortje,Zebedee-İğde,,,,,,,,,,,,,,
G1,,,true,gea,,Gea,Zebedee,,,,,,P1,,,,,,,,
"#,
    ),
    (
        "roles.csv",
        "
sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
R1,,,P1,primary,student,2026-08-01,,S1,F1
R2,,,D1,primary,teacher,,2027-01-01,S1,F2
R3,,,D1,primary,principal,2027-01-01,,S1,
R4,,,D2,secondary,ext:coach,,,S2,
R5,,,G1,primary,parent,,,B,
",
    ),
    (
        "userProfiles.csv",
        "
sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password
F1,,,P1,learning,vendor,app,,login,zebedee1,
F2,,,D1,learning,vendor,app,,login,zebedee2,
",
    ),
    (
        "enrollments.csv",
        "
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
E1,,,K1,S1,P1,student,,2026-08-01,2027-07-01
E2,,,K1,S1,D1,teacher,true,2026-08-01,2027-01-01
E3,,,K1,S1,D2,teacher,true,2027-01-01,
",
    ),
    (
        "demographics.csv",
        "
sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus
P1,,,2015-02-28,female,false,false,false,false,true,false,false,NL,,Zebedee,
",
    ),
    (
        "resources.csv",
        r#"
sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,vendorId,applicationId
M1,,,book-1,Book,"student,ext:coach",primary,publisher,app
"#,
    ),
    ("classResources.csv", "
sourcedId,status,dateLastModified,title,classSourcedId,resourceSourcedId
Q1,,,Book,K1,M1
"),
    ("courseResources.csv", "
sourcedId,status,dateLastModified,title,courseSourcedId,resourceSourcedId
Q2,,,Book,C1,M1
"),
    (
        "userResources.csv",
        "
sourcedId,status,dateLastModified,userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId
Q3,,,P1,S1,K1,M1
",
    ),
    ("categories.csv", "
sourcedId,status,dateLastModified,title,weight
A1,,,Tests,25
"),
    (
        "lineItems.csv",
        "
sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId
L1,,,Test 1,About,2026-09-01,2026-09-08,K1,A1,T1,1,10,S1
",
    ),
    (
        "results.csv",
        "
sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,missing
U1,,,L1,P1,fully graded,7.5,2026-09-08,Well done Zebedee,,K1,false,false,false,false
",
    ),
    (
        "scoreScales.csv",
        r#"
sourcedId,status,dateLastModified,title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue
N1,,,Letters,letter,S1,C1,K1,"{A:90},{60-69:B}"
"#,
    ),
    ("lineItemScoreScales.csv", "
sourcedId,status,dateLastModified,title,lineItemSourcedId,scoreScaleSourcedId
O1,,,,L1,N1
"),
    ("resultScoreScales.csv", "
sourcedId,status,dateLastModified,title,resultSourcedId,scoreScaleSourcedId
O2,,,,U1,N1
"),
    (
        "lineItemLearningObjectiveIds.csv",
        "
sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId
O3,,,L1,case,urn:uuid:0194f2a3-7c1e-7d2a-9b61-3f6f4c0a1b2c
",
    ),
    (
        "resultLearningObjectiveIds.csv",
        "
sourcedId,status,dateLastModified,resultSourcedId,source,learningObjectiveId,score,textScore
O4,,,U1,unknown,goal 1,7.5,
",
    ),
];

const V1P1: &[(&str, &str)] = &[
    V1P2[0],
    ("orgs.csv", "
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
B,,,Board,district,,
S1,,,School One,school,11AA,B
"),
    V1P2[2],
    V1P2[3],
    (
        "users.csv",
        r#"
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
P1,,,true,"S1,B",student,ann,{LDAP:ann},Ann Zebedee,van den Berg,,1001,ann@zebedee.example,,,,01,
D1,,,true,S1,teacher,dirk,,Dirk,Zebedee,,,,,,,,
D2,,,true,B,administrator,doortje,,Doortje,Zebedee,,,,,,,,
"#,
    ),
    V1P2[7],
    V1P2[8],
    ("resources.csv", "
sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,vendorId,applicationId
M1,,,book-1,Book,student,primary,publisher,app
"),
    V1P2[10],
    V1P2[11],
    ("categories.csv", "
sourcedId,status,dateLastModified,title
A1,,,Tests
"),
    (
        "lineItems.csv",
        "
sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax
L1,,,Test 1,About,2026-09-01,2026-09-08,K1,A1,T1,1,10
",
    ),
    (
        "results.csv",
        "
sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment
U1,,,L1,P1,fully graded,7.5,2026-09-08,Well done Zebedee
",
    ),
];

const DELTA: &[(&str, &str)] = &[
    (
        "orgs.csv",
        "
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
S1,active,2026-09-01T10:00:00.000Z,School One,school,11AA,B
S9,tobedeleted,2026-09-01T10:00:00.000Z,School Nine,school,,
",
    ),
    (
        "users.csv",
        "
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
P1,active,2026-09-01T10:00:00.000Z,true,ann,,Ann Zebedee,van den Berg,,1001,,,,G1,01,,,,,,S1,
",
    ),
];
