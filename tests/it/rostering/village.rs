//! A board small enough to know everyone by name: two schools, four pupils, two teachers and a mother.

use crate::csv_set::Set;
use crate::harness::{NOW, Server, World};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::client::Client;

/// The set of CSV files.
pub fn village() -> Set {
    let mut set = Set::v1p2();
    for name in ["categories", "lineItems", "results", "scoreScales", "lineItemScoreScales", "resultScoreScales"] {
        set.absent(&format!("{name}.csv"));
    }
    for name in ["lineItemLearningObjectiveIds", "resultLearningObjectiveIds"] {
        set.absent(&format!("{name}.csv"));
    }
    for (file, text) in VILLAGE {
        set.put(file, text.trim_start());
    }
    set
}

/// A world with the village in it, imported at the start of August.
pub fn settle(world: &World) {
    import_at(world, "noord", &village().folder().path, "2026-08-01T06:00:00Z");
}

/// A rules file for the village: one vendor, `atlas`, that knows identifiers as the source has them.
pub fn rules(rest: &str) -> String {
    rules_of("source", "absent", rest)
}

/// The same, with a choice of identifiers and of what stands in required fields.
pub fn rules_of(identifiers: &str, required_fields: &str, rest: &str) -> String {
    format!(
        "[tenant]\nslug = \"noord\"\nname = \"Noord\"\n\n{rest}\n[[vendor]]\nid = \"atlas\"\nname = \"Atlas\"\n\
         scopes = [\"roster.readonly\", \"roster-demographics.readonly\"]\nidentifiers = \"{identifiers}\"\n\
         required_fields = \"{required_fields}\"\nsecret = \"{SECRET}\"\n"
    )
}

/// One rule of `atlas`, with these categories and further keys.
pub fn one_rule(id: &str, categories: &[&str], more: &str) -> String {
    let has = |key: &str| more.lines().any(|line| line.trim_start().starts_with(key));
    let mut text = format!("[[rule]]\nid = \"{id}\"\nvendor = \"atlas\"\ncategories = {categories:?}\n");
    for (key, value) in [
        ("roles", r#"["student", "teacher", "parent", "principal"]"#),
        ("purpose", "\"Learning material\""),
        ("reason", "\"It can't be done without\""),
        ("basis", "\"public-task\""),
        ("agreement", "\"DPA-1\""),
        ("from", "\"2026-08-01\""),
        ("until", "\"2027-07-31\""),
        ("status", "\"active\""),
    ] {
        if !has(key) {
            text.extend([key, " = ", value, "\n"]);
        }
    }
    format!("{text}{more}\n")
}

/// A client of `atlas` in the village.
pub fn atlas(server: &Server) -> Client<'_> {
    Client::new(server, "noord", "atlas", SECRET)
}

/// A server over the village with these rules, at [`NOW`].
pub fn serve(world: &World, text: &str) -> Server {
    world.apply(text);
    world.serve_at(NOW)
}

const VILLAGE: &[(&str, &str)] = &[
    (
        "academicSessions.csv",
        "
sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
Y1,,,2026-2027,schoolYear,2026-08-01,2027-07-31,,2027
T1,,,Autumn,term,2026-08-01,2026-12-01,Y1,2027
G1,,,First weeks,gradingPeriod,2026-08-01,2026-10-01,T1,2027
T2,,,Spring,term,2026-12-01,2027-07-31,Y1,2027
",
    ),
    (
        "orgs.csv",
        "
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
B,,,Board,district,,
S1,,,School One,school,11AA,B
S2,,,School Two,school,,B
",
    ),
    (
        "courses.csv",
        r#"
sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
C1,,,Y1,Maths,MA1,"01,02",S1,maths,m
C2,,,Y1,Reading,,,B,,
"#,
    ),
    (
        "classes.csv",
        r#"
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
K1,,,Maths 1,01,C1,M1,scheduled,Room 1,S1,T1,"s1,s2,s3",,"1,3"
K2,,,Reading 2,02,C2,,homeroom,,S1,"T1,T2",,,
K3,,,Reading 1,01,C2,,scheduled,,S2,T2,,,
"#,
    ),
    (
        "users.csv",
        r#"
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
ann,,,true,ann1,"{LDAP:ann},{eckId:https://ketenid.example/1}",Ann,O'Brien,,1001,ann@noord.example,,,mum,01,,,,,,S1,
bob,,,true,bob1,,Bob,van den Berg,,1002,bob@noord.example,,,,02,,,,,,S1,
cas,,,true,cas1,,Cas,Ağaoğlu,,1003,cas@noord.example,,,,01,,,,,,S1,
dee,,,true,dee1,,Dee,A AND B=c,,1004,dee@noord.example,,,tia,01,,,,,,S2,
tom,,,true,tom1,,Tom,50% _off_\.*,,,tom+x@noord.example,,,,,,,,,,S1,
tia,,,false,tia1,,Tia,𝕿ia é,,,tia@noord.example,,,dee,,,,,,,S2,
mum,,,true,mum1,,Mum,O'Brien,,,mum@noord.example,,,ann,,,,,,,,
"#,
    ),
    (
        "roles.csv",
        "
sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
R1,,,ann,primary,student,2026-08-01,2027-07-31,S1,F1
R2,,,bob,primary,student,2026-08-01,,S1,
R3,,,cas,primary,student,2026-08-01,,S1,
R4,,,cas,primary,student,2026-08-01,,S2,
R5,,,dee,primary,student,2026-08-01,,S2,
R6,,,tom,primary,teacher,,,S1,
R7,,,tia,primary,teacher,,,S2,
R8,,,tia,secondary,parent,,,S2,
R9,,,mum,primary,parent,,,S1,
",
    ),
    (
        "userProfiles.csv",
        "
sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password
F1,,,ann,learning,vendor,app,,login,ann-at-app,
F2,,,bob,learning,vendor,app,,login,bob-at-app,
",
    ),
    (
        "enrollments.csv",
        "
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
E1,,,K1,S1,ann,student,,2026-08-01,2027-07-31
E2,,,K2,S1,bob,student,,2026-08-01,
E3,,,K1,S1,cas,student,,2026-08-01,
E4,,,K3,S2,cas,student,,2026-12-01,
E5,,,K3,S2,dee,student,,,
E6,,,K1,S1,tom,teacher,true,,
E7,,,K2,S1,tom,teacher,true,,
E8,,,K3,S2,tia,teacher,true,,
",
    ),
    (
        "demographics.csv",
        "
sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus
ann,,,2015-02-28,female,false,false,false,false,true,false,false,NL,,Assen,
bob,,,2014-11-30,male,,,,,,,,NL,,,
",
    ),
    (
        "resources.csv",
        "
sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,vendorId,applicationId
M1,,,book-1,Book,student,primary,publisher,app
",
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
Q3,,,ann,S1,K1,M1
Q4,,,bob,S1,K2,M1
",
    ),
];
