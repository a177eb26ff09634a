//! Sabotages of packages of CSV files: the zip is unpacked, one thing is changed, and it is packed again.

use super::Sabotage;
use super::oneroster_csv_package::{Package, change};
use crate::proxy::Fault;

/// Changes a cell of the first row of a file.
macro_rules! cell {
    ($what:literal, $checks:expr, $file:literal, $column:literal, $value:expr) => {
        Sabotage {
            what: $what,
            checks: $checks,
            fault: Fault::Answer(|_, response| change(response, |package| package.cell($file, $column, $value))),
        }
    };
}

/// Changes a package.
macro_rules! package {
    ($what:literal, $checks:expr, $change:expr) => {
        Sabotage {
            what: $what,
            checks: $checks,
            fault: Fault::Answer(|_, response| {
                let edit: fn(&mut Package) = $change;
                change(response, edit);
            }),
        }
    };
}

/// Those of the zip, its files and its manifest.
pub const PACKAGE: &[Sabotage] = &[
    Sabotage {
        what: "a package is cut short",
        checks: &["OR-601"],
        fault: Fault::Answer(|request, response| {
            if request.url.ends_with("/bulk.zip") {
                response.body.truncate(response.body.len() / 2);
            }
        }),
    },
    package!("files stand in a folder", &["OR-601b"], |package| {
        for (name, _) in &mut package.files {
            *name = format!("export/{name}");
        }
    }),
    package!("files are stored as they are", &["OR-601c"], |package| package.is_stored = true),
    package!("a package has no manifest", &["OR-602"], |package| package.remove("manifest.csv")),
    package!("the manifest has other columns", &["OR-603"], |package| {
        package.replace("manifest.csv", "propertyName,value", "property,value");
    }),
    package!("the manifest has no header", &["OR-603"], |package| {
        package.replace("manifest.csv", "propertyName,value\r\n", "");
    }),
    package!("the manifest names no version of OneRoster", &["OR-603b"], |package| {
        package.replace("manifest.csv", "oneroster.version,1.2\r\n", "");
    }),
    package!("the manifest is of version 2.0", &["OR-603b"], |package| {
        package.replace("manifest.csv", "manifest.version,1.0", "manifest.version,2.0");
    }),
    package!("the manifest leaves out a file that is there", &["OR-603c"], |package| {
        package.replace("manifest.csv", "file.orgs,bulk\r\n", "");
    }),
    package!("the manifest calls a file full", &["OR-603c"], |package| {
        package.replace("manifest.csv", "file.orgs,bulk", "file.orgs,Bulk");
    }),
    package!("the manifest has a property of its own", &["OR-603d"], |package| {
        package.append("manifest.csv", "source.people,12\r\n");
    }),
    package!("the manifest names a file twice", &["OR-603d"], |package| {
        package.append("manifest.csv", "file.orgs,bulk\r\n");
    }),
    package!("a file that is there is called absent", &["OR-604"], |package| {
        package.replace("manifest.csv", "file.resources,bulk", "file.resources,absent");
    }),
    package!("a file that is called bulk is left out", &["OR-604", "OR-620"], |package| {
        package.remove("categories.csv");
    }),
    package!("a file of notes comes along", &["OR-605"], |package| package.add("notes.csv", "a\r\nb\r\n")),
    package!("a file is named in small letters", &["OR-605b"], |package| {
        package.rename("academicSessions.csv", "academicsessions.csv");
    }),
];

/// Those of how files are written.
pub const TEXT: &[Sabotage] = &[
    package!("files are Latin-1", &["OR-606"], |package| {
        package.bytes("users.csv", |text| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect());
    }),
    cell!("a comment has two lines", &["OR-606b"], "results.csv", "comment", "goed\nzo"),
    package!("lines end in a carriage return", &["OR-606c"], |package| {
        package.bytes("orgs.csv", |text| text.replace("\r\n", "\r").into_bytes());
    }),
    package!("quotes within a field are left as they are", &["OR-607"], |package| {
        package.bytes("orgs.csv", |text| text.replace("Basisschool ", "Basisschool \"").into_bytes());
    }),
    package!("quotes in a quoted field aren't doubled", &["OR-607"], |package| {
        package.bytes("orgs.csv", |text| text.replace(",school,", ",\"sch\"ool\",").into_bytes());
    }),
    package!("a column is spelled in another case", &["OR-608", "OR-608b"], |package| {
        package.replace("users.csv", "enabledUser", "EnabledUser");
    }),
    package!("a column that nobody uses is left out", &["OR-608"], |package| {
        package.columns("users.csv", |row| drop(row.remove(8)));
    }),
    package!("columns are in another order", &["OR-608"], |package| {
        package.columns("orgs.csv", |row| row.swap(3, 4));
    }),
    package!("a column of its own stands to the right", &["OR-608b"], |package| {
        package.columns("orgs.csv", |row| row.push(if row[0] == "sourcedId" { "brin" } else { "" }.to_owned()));
    }),
    package!("a metadata column stands on the left", &["OR-608b"], |package| {
        package.columns("orgs.csv", |row| {
            let cell = if row[0] == "sourcedId" { "metadata.brin" } else { "" };
            row.insert(3, cell.to_owned());
        });
    }),
    package!("a column is there twice", &["OR-608c"], |package| {
        package.columns("orgs.csv", |row| row.push(row[3].clone()));
    }),
    package!("a file has no rows", &["OR-609"], |package| {
        package.bytes("resources.csv", |text| text.lines().take(1).fold(Vec::new(), |_, line| line.into()));
    }),
    package!("a row has a field too many", &["OR-610"], |package| package.append("orgs.csv", "a,b,c,d,e,f,g,h,i\r\n")),
    cell!("rows of bulk files are active", &["OR-611"], "orgs.csv", "status", "active"),
    cell!("rows of bulk files have dates", &["OR-611"], "orgs.csv", "dateLastModified", "2026-08-01T00:00:00.000Z"),
];

/// Those of values.
pub const VALUES: &[Sabotage] = &[
    cell!("an identifier is an e-mail address with a plus", &["OR-613"], "orgs.csv", "sourcedId", "a+b@example.org"),
    cell!("an identifier is longer than 255 characters", &["OR-613"], "orgs.csv", "sourcedId", &"a".repeat(256)),
    cell!("a date is no day of the calendar", &["OR-614"], "academicSessions.csv", "startDate", "2026-02-30"),
    cell!("a date is written the Dutch way", &["OR-614"], "demographics.csv", "birthDate", "02-11-2012"),
    cell!("a school year has two years", &["OR-614b"], "academicSessions.csv", "schoolYear", "2026-2027"),
    cell!("a flag is True", &["OR-614c"], "users.csv", "enabledUser", "True"),
    cell!("a score has a decimal comma", &["OR-614d"], "results.csv", "score", "7,5"),
    cell!("a weight is half a percent", &["OR-614d"], "categories.csv", "weight", "12.5"),
    cell!("a list ends in a comma", &["OR-614e"], "courses.csv", "grades", "02,"),
    cell!("a type of org is a word of one's own", &["OR-615"], "orgs.csv", "type", "koepel"),
    cell!("a role has a capital", &["OR-615"], "enrollments.csv", "role", "Student"),
    cell!("an importance is a word of one's own", &["OR-615"], "resources.csv", "importance", "ext:some"),
    cell!("a word of one's own has no name", &["OR-615b"], "academicSessions.csv", "type", "ext:"),
    cell!("a user has no family name", &["OR-616"], "users.csv", "familyName", ""),
    cell!("a class has no terms", &["OR-616"], "classes.csv", "termSourcedIds", ""),
    cell!("userIds have no braces", &["OR-617"], "users.csv", "userIds", "LDAP:ann"),
    cell!("a score scale has a value without a sign", &["OR-617b"], "scoreScales.csv", "scoreScaleValue", "{A},{B}"),
    package!("an objective of CASE is an address", &["OR-617c"], |package| {
        package.replace("lineItemLearningObjectiveIds.csv", ",case,urn:uuid:", ",case,https://case.example/");
    }),
    package!("a class has more codes than subjects", &["OR-618"], |package| {
        package.cell("classes.csv", "subjects", "Taal");
        package.cell("classes.csv", "subjectCodes", "TAL,REK");
    }),
    cell!("a comment is a page long", &["OR-629"], "results.csv", "comment", &"lang ".repeat(60)),
];

/// Those of what rows have to do with each other.
pub const RELATIONS: &[Sabotage] = &[
    package!("a row is there twice", &["OR-619"], |package| {
        let row = package.line("orgs.csv", 1);
        package.append("orgs.csv", &format!("{row}\r\n"));
    }),
    cell!("an enrollment is of nobody", &["OR-620"], "enrollments.csv", "userSourcedId", "nobody"),
    cell!("a pupil's carer is nobody", &["OR-620"], "users.csv", "agentSourcedIds", "nobody"),
    cell!("a class has a term that isn't there", &["OR-620"], "classes.csv", "termSourcedIds", "never"),
    cell!("demographics have identifiers of their own", &["OR-620b"], "demographics.csv", "sourcedId", "d-1"),
    package!("users come without roles", &["OR-620c"], |package| {
        package.remove("roles.csv");
        package.replace("manifest.csv", "file.roles,bulk", "file.roles,absent");
    }),
    package!("a user has two primary roles at an org", &["OR-621"], |package| {
        package.cell("roles.csv", "roleType", "primary");
        package.cell("roles.csv", "endDate", "");
        let row = package.line("roles.csv", 1);
        package.append("roles.csv", &format!("another-{row}\r\n"));
    }),
    package!("a user's primary org is one of others", &["OR-621b"], |package| {
        package.fill("users.csv", "primaryOrgSourcedId", "elsewhere");
    }),
    package!("a role has another user's profile", &["OR-621c"], |package| {
        package.fill("userProfiles.csv", "userSourcedId", "another");
    }),
    package!("a class is at the board", &["OR-621d"], |package| {
        package.columns("orgs.csv", |row| {
            if row[4] == "school" {
                row[4] = "district".to_owned();
            }
        });
    }),
    package!("a course's year is a term", &["OR-621e"], |package| {
        package.columns("academicSessions.csv", |row| {
            if row[4] == "schoolYear" {
                row[4] = "term".to_owned();
            }
        });
    }),
    package!("each teacher is the primary one", &["OR-621f"], |package| {
        let class = package.line("classes.csv", 1).split(',').next().unwrap().to_owned();
        let school = package.line("orgs.csv", 1).split(',').next().unwrap().to_owned();
        for user in 1..3 {
            let user = package.line("users.csv", user).split(',').next().unwrap().to_owned();
            package.append("enrollments.csv", &format!("e-{user},,,{class},{school},{user},teacher,true,,\r\n"));
        }
    }),
    package!("a session ends before it begins", &["OR-621g"], |package| {
        package.cell("academicSessions.csv", "endDate", "1999-01-01");
    }),
    cell!("a score is above the most", &["OR-621h"], "results.csv", "score", "4711"),
];

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[
    package!("a package of 1.1 has a file of 1.2", &["OR-605"], |package| {
        package.add("roles.csv", "sourcedId,status,dateLastModified\r\nr,,\r\n");
    }),
    package!("a manifest of 1.1 names a file of 1.2", &["OR-603d"], |package| {
        package.append("manifest.csv", "file.roles,absent\r\n");
    }),
    cell!("1.1 has a word of one's own", &["OR-615"], "orgs.csv", "type", "ext:koepel"),
    cell!("a user of 1.1 has no orgs", &["OR-616"], "users.csv", "orgSourcedIds", ""),
    cell!("a user of 1.1 is at an org that isn't there", &["OR-620"], "users.csv", "orgSourcedIds", "nowhere"),
    package!("line items of 1.1 have the columns of 1.2", &["OR-608"], |package| {
        package.replace("lineItems.csv", "gradingPeriodSourcedId", "academicSessionSourcedId");
    }),
];

/// Those of deltas.
pub const DELTA: &[Sabotage] = &[
    cell!("a row of a delta is inactive", &["OR-612"], "orgs.csv", "status", "inactive"),
    cell!("a row of a delta has no status", &["OR-612"], "orgs.csv", "status", ""),
    cell!("a row of a delta has no date", &["OR-612b"], "orgs.csv", "dateLastModified", ""),
    cell!("a date of a delta is local", &["OR-612b"], "orgs.csv", "dateLastModified", "2026-08-01T09:00:00.000+02:00"),
];
