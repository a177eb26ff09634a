//! What is asked of the product: the reads that a vendor's client makes, with values by chance.

use anyhow::Context;
use koppelvlak::clock::Millis;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::board::TENANT;
use crate::dice::Dice;
use crate::product::Server;
use crate::wire;

/// One kind of read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workload {
    /// A user by its identifier.
    User,
    /// A page of 100 users near the start.
    Page,
    /// The same at 90 % of the depth.
    DeepPage,
    /// The same from anywhere, so that most pages are asked for the first time in a while.
    AnyPage,
    /// The first 100 users that changed after a moment.
    Delta,
    /// 50 neighboring users, whatever became of them.
    Known,
    /// The 50 users that changed last.
    Changed,
    /// The user of a user name.
    Username,
    /// A page of 100 students of a school.
    SchoolStudents,
    /// All students of a class.
    ClassStudents,
    /// A user over SCIM by its id.
    ScimUser,
    /// A page of 100 users over SCIM.
    ScimPage,
    /// The same at 90 % of the depth.
    ScimDeepPage,
    /// The same from anywhere.
    ScimAnyPage,
    /// The user of a user name over SCIM.
    ScimUserName,
}

impl Workload {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 15] = [
        Self::User,
        Self::Page,
        Self::DeepPage,
        Self::AnyPage,
        Self::Delta,
        Self::Known,
        Self::Changed,
        Self::Username,
        Self::SchoolStudents,
        Self::ClassStudents,
        Self::ScimUser,
        Self::ScimPage,
        Self::ScimDeepPage,
        Self::ScimAnyPage,
        Self::ScimUserName,
    ];

    /// Its name for `--only`.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Page => "page",
            Self::DeepPage => "deep-page",
            Self::AnyPage => "any-page",
            Self::Delta => "delta",
            Self::Known => "known-50",
            Self::Changed => "changed-50",
            Self::Username => "username",
            Self::SchoolStudents => "school-students",
            Self::ClassStudents => "class-students",
            Self::ScimUser => "scim-user",
            Self::ScimPage => "scim-page",
            Self::ScimDeepPage => "scim-deep-page",
            Self::ScimAnyPage => "scim-any-page",
            Self::ScimUserName => "scim-user-name",
        }
    }

    /// Its name in the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::User => "one user",
            Self::Page => "page of 100",
            Self::DeepPage => "page at 90 % depth",
            Self::AnyPage => "page from anywhere",
            Self::Delta => "dateLastModified> page",
            Self::Known => "page of 50",
            Self::Changed => "the 50 that changed",
            Self::Username => "username=",
            Self::SchoolStudents => "page of a school's students",
            Self::ClassStudents => "students of a class",
            Self::ScimUser => "SCIM: one user",
            Self::ScimPage => "SCIM: page of 100",
            Self::ScimDeepPage => "SCIM: page at 90 % depth",
            Self::ScimAnyPage => "SCIM: page from anywhere",
            Self::ScimUserName => "SCIM: userName eq",
        }
    }
}

/// The values that requests are made of, as one vendor sees them.
#[derive(Debug, Clone)]
pub struct Values {
    /// The vendor's token.
    pub token: String,
    users: Vec<String>,
    usernames: Vec<String>,
    schools: Vec<String>,
    classes: Vec<String>,
    moments: Moments,
}

/// Quiet times of a board, each between two moments, by which requests for what changed are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Moments {
    /// After this one many people changed.
    pub before_many: (Millis, Millis),
    /// After this one only [`FEW`] people changed.
    pub before_few: (Millis, Millis),
}

/// How many people change last.
pub const FEW: u32 = 50;

/// Where rostering begins.
pub fn root() -> String {
    format!("/{TENANT}/ims/oneroster/rostering/v1p2")
}

/// Where SCIM begins.
pub fn scim() -> String {
    format!("/{TENANT}/scim/v2")
}

impl Values {
    /// Asks the server for them.
    pub fn of(server: &Server, vendor: &str, moments: Moments) -> anyhow::Result<Self> {
        let token = server.token(vendor)?;
        let list = |path: &str, member: &str| collect(server, &token, path, member);
        Ok(Self {
            users: list("users", "sourcedId")?,
            usernames: list("users", "username")?,
            schools: list("schools", "sourcedId")?,
            classes: list("classes", "sourcedId")?,
            token,
            moments,
        })
    }

    /// How many people the vendor sees.
    pub fn n_users(&self) -> usize {
        self.users.len()
    }

    /// Many requests of one kind, as bytes.
    pub fn requests(&self, workload: Workload, n: usize) -> Vec<Vec<u8>> {
        let mut dice = Dice::new(n as u64);
        (0..n).map(|_| wire::get(&self.path(workload, &mut dice), Some(&self.token))).collect()
    }

    fn path(&self, workload: Workload, dice: &mut Dice) -> String {
        let root = root();
        let size = self.users.len();
        let one = |dice: &mut Dice, of: &[String]| encoded(dice.pick(of).map_or("", String::as_str));
        match workload {
            Workload::User => format!("{root}/users/{}", one(dice, &self.users)),
            Workload::Page => format!("{root}/users?limit=100&offset={}", dice.below(size / 20)),
            Workload::DeepPage => format!("{root}/users?limit=100&offset={}", size / 10 * 9 + dice.below(size / 20)),
            Workload::AnyPage => format!("{root}/users?limit=100&offset={}", dice.below(size.saturating_sub(100))),
            Workload::Delta => {
                format!("{root}/users?limit=100&filter={}", since(">", self.moments.before_many, dice))
            }
            Workload::Known => format!("{root}/users?limit={FEW}&offset={}", dice.below(size / 20)),
            Workload::Changed => {
                format!("{root}/users?limit=100&filter={}", since(">=", self.moments.before_few, dice))
            }
            Workload::Username => {
                let name = dice.pick(&self.usernames).map_or("", String::as_str);
                format!("{root}/users?filter={}", encoded(&format!("username='{name}'")))
            }
            Workload::SchoolStudents => {
                let school = one(dice, &self.schools);
                format!("{root}/schools/{school}/students?limit=100&offset={}", dice.below(size / 100))
            }
            Workload::ClassStudents => format!("{root}/classes/{}/students", one(dice, &self.classes)),
            Workload::ScimUser => format!("{}/Users/{}", scim(), one(dice, &self.users)),
            Workload::ScimPage => format!("{}/Users?count=100&startIndex={}", scim(), 1 + dice.below(size / 20)),
            Workload::ScimDeepPage => {
                format!("{}/Users?count=100&startIndex={}", scim(), size / 10 * 9 + dice.below(size / 20))
            }
            Workload::ScimAnyPage => {
                format!("{}/Users?count=100&startIndex={}", scim(), 1 + dice.below(size.saturating_sub(100)))
            }
            Workload::ScimUserName => {
                let name = dice.pick(&self.usernames).map_or("", String::as_str);
                format!("{}/Users?filter={}", scim(), encoded(&format!("userName eq \"{name}\"")))
            }
        }
    }
}

/// A filter by a moment of a quiet time.
fn since(operator: &str, (after, before): (Millis, Millis), dice: &mut Dice) -> String {
    let span = usize::try_from(before.0 - after.0).unwrap_or_default();
    let since = Millis(after.0 + i64::try_from(dice.below(span)).unwrap_or_default());
    encoded(&format!("dateLastModified{operator}'{}'", since.to_rfc3339()))
}

/// Text as a part of an address.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// One member of all objects of a list, those without it left out.
fn collect(server: &Server, token: &str, path: &str, member: &str) -> anyhow::Result<Vec<String>> {
    let mut client = server.client()?;
    let mut address = format!("{}/{path}?limit=10000&fields={member}", root());
    let mut values = Vec::new();
    loop {
        let reply = client.get(&address, token)?;
        let json = reply.json()?;
        let objects = json.as_object().and_then(|wrapper| wrapper.values().next()?.as_array());
        let objects = objects.with_context(|| format!("{address} is no list"))?;
        values.extend(objects.iter().filter_map(|object| Some(object.get(member)?.as_str()?.to_owned())));
        match reply.next() {
            Some(next) => address = next,
            None => return Ok(values),
        }
    }
}

/// Follows the links of all users to the end; the number of pages and of bytes.
pub fn sync(server: &Server, token: &str, limit: usize) -> anyhow::Result<(usize, u64)> {
    let mut client = server.client()?;
    let mut address = format!("{}/users?limit={limit}", root());
    let (mut pages, mut bytes) = (0, 0);
    loop {
        let reply = client.get(&address, token)?;
        bytes += reply.body.len() as u64;
        pages += 1;
        match reply.next() {
            Some(next) => address = next,
            None => return Ok((pages, bytes)),
        }
    }
}
