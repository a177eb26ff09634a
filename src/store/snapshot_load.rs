//! Reads one board's snapshot: keys and relations, at one data epoch.

use std::collections::HashMap;

use crate::catalogue::element::{ResourceLink, Role};
use crate::catalogue::{Category, Entity};
use crate::print::Print;
use crate::snapshot::{Enrollments, Ids, IdsBuilder, RolePrint, Snapshot, Standing, Times, WithValue};
use crate::store::presence::Presence;
use crate::store::{Conn, Database, Row, Statement, StoreError, gradebook_load};

/// How often a load starts again because an import committed meanwhile.
const ATTEMPTS: usize = 20;

/// Reads the board's snapshot as it is now.
pub fn load(database: &Database, tenant_id: i64) -> Result<Snapshot, StoreError> {
    for _ in 0..ATTEMPTS {
        if let Some(snapshot) = attempt(database, tenant_id)? {
            return Ok(snapshot);
        }
    }
    Err(StoreError::Shape("another data epoch each time that it was asked"))
}

/// Two readers side by side; `None` if they did not see the same epoch.
fn attempt(database: &Database, tenant_id: i64) -> Result<Option<Snapshot>, StoreError> {
    std::thread::scope(|scope| {
        let memberships = scope.spawn(|| in_one_epoch(database, tenant_id, |conn| raw_enrollments(conn, tenant_id)));
        let (epoch, mut snapshot) = in_one_epoch(database, tenant_id, |conn| without_enrollments(conn, tenant_id))?;
        let (other, raw) =
            memberships.join().map_err(|_| StoreError::Shape("nothing: a reader of the snapshot died"))??;
        if epoch != other {
            return Ok(None);
        }
        snapshot.epoch = epoch;
        let (enrollments, times, values) = raw.resolve(&snapshot);
        snapshot.enrollments = enrollments;
        keep(&mut snapshot, Entity::Enrollment, times, values);
        Ok(Some(snapshot))
    })
}

/// Runs `read` in one read transaction, with the data epoch that it sees.
fn in_one_epoch<T>(
    database: &Database,
    tenant_id: i64,
    read: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
) -> Result<(i64, T), StoreError> {
    let mut conn = database.read_apart()?;
    crate::store::connection::read_transaction(&mut conn, |conn| {
        let rows = Statement::new("SELECT data_epoch FROM tenant WHERE id = ?").bind(tenant_id).rows(conn)?;
        let epoch = rows.first().ok_or(StoreError::Shape("no such board"))?.need_int(0)?;
        Ok((epoch, read(conn)?))
    })
}

fn without_enrollments(conn: &mut Conn, tenant_id: i64) -> Result<Snapshot, StoreError> {
    let mut snapshot = Snapshot { tenant_id, ..Snapshot::default() };
    snapshot.all_times.resize_with(Entity::ALL.len(), Times::default);
    snapshot.all_values.resize_with(Entity::ALL.len(), WithValue::default);
    let rows = Statement::new("SELECT MAX(at) FROM import_run WHERE tenant_id = ?").bind(tenant_id).rows(conn)?;
    snapshot.data_at = rows.first().and_then(|row| row.int(0)).unwrap_or_default();
    orgs(conn, &mut snapshot)?;
    sessions(conn, &mut snapshot)?;
    snapshot.resources = keys(conn, &mut snapshot, Entity::Resource, |_, _| Ok(()))?;
    courses(conn, &mut snapshot)?;
    classes(conn, &mut snapshot)?;
    people(conn, &mut snapshot)?;
    demographics(conn, &mut snapshot)?;
    gradebook_load::gradebook(conn, &mut snapshot)?;
    Ok(snapshot)
}

/// How many columns come before an entity's own.
pub(super) const BASE: usize = 6;

fn keep(snapshot: &mut Snapshot, entity: Entity, times: Times, values: WithValue) {
    if let Some(slot) = snapshot.all_times.get_mut(entity as usize) {
        *slot = times;
    }
    if let Some(slot) = snapshot.all_values.get_mut(entity as usize) {
        *slot = values;
    }
}

/// Reads an entity's keys and times; `visit` gets each position with its row.
fn read_keys(
    conn: &mut Conn,
    tenant_id: i64,
    entity: Entity,
    columns: &[&str],
    mut visit: impl FnMut(u32, Row<'_>) -> Result<(), StoreError>,
) -> Result<(Ids, Times, WithValue), StoreError> {
    let presence = Presence::of(entity);
    let mut sql = format!("SELECT id, sourced_id, status, created_at, changed, {}", presence.sql);
    for column in columns {
        sql.push_str(", ");
        sql.push_str(column);
    }
    sql.push_str(" FROM ");
    sql.push_str(entity.table());
    sql.push_str(" WHERE tenant_id = ? ORDER BY sourced_id");
    let mut ids = IdsBuilder::new(tenant_id);
    let mut times = Times::default();
    let mut values = presence.nothing();
    Statement::new(sql).bind(tenant_id).each(conn, |row| {
        let position = ids.push(row.need_int(0)?, row.need_text(1)?, row.need_text(2)?);
        times.push(position, row.need_int(3)?, row.text(4));
        presence.note(&mut values, position, row.need_int(5)?);
        visit(position, row)
    })?;
    Ok((ids.finish(), times, values))
}

/// Reads an entity's keys and keeps its times; `visit` gets each position with its row.
pub(super) fn keys(
    conn: &mut Conn,
    snapshot: &mut Snapshot,
    entity: Entity,
    visit: impl FnMut(u32, Row<'_>) -> Result<(), StoreError>,
) -> Result<Ids, StoreError> {
    keys_with(conn, snapshot, entity, &[], visit)
}

/// The same, with columns beside the keys, from [`BASE`] on.
pub(super) fn keys_with(
    conn: &mut Conn,
    snapshot: &mut Snapshot,
    entity: Entity,
    columns: &[&str],
    visit: impl FnMut(u32, Row<'_>) -> Result<(), StoreError>,
) -> Result<Ids, StoreError> {
    let (ids, times, values) = read_keys(conn, snapshot.tenant_id, entity, columns, visit)?;
    keep(snapshot, entity, times, values);
    Ok(ids)
}

fn orgs(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    let mut parents = Vec::new();
    let mut schools = Vec::new();
    let ids = keys_with(conn, snapshot, Entity::Org, &["parent", "type"], |position, row| {
        parents.push(row.int(BASE));
        if row.text(BASE + 1) == Some("school") {
            schools.push(position);
        }
        Ok(())
    })?;
    snapshot.orgs.parent = links(&parents, &ids);
    snapshot.orgs.schools = schools.into_iter().collect();
    snapshot.orgs.ids = ids;
    Ok(())
}

fn sessions(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    let (mut parents, mut terms, mut periods) = (Vec::new(), Vec::new(), Vec::new());
    let ids = keys_with(conn, snapshot, Entity::AcademicSession, &["parent", "type"], |position, row| {
        parents.push(row.int(BASE));
        match row.text(BASE + 1) {
            Some("term") => terms.push(position),
            Some("gradingPeriod") => periods.push(position),
            Some(_) | None => {}
        }
        Ok(())
    })?;
    snapshot.sessions.parent = links(&parents, &ids);
    snapshot.sessions.terms = terms.into_iter().collect();
    snapshot.sessions.grading_periods = periods.into_iter().collect();
    snapshot.sessions.ids = ids;
    Ok(())
}

fn courses(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    let (mut orgs, mut years, mut materials) = (Vec::new(), Vec::new(), HashMap::new());
    let ids = keys_with(conn, snapshot, Entity::Course, &["org", "school_year", "resources"], |position, row| {
        orgs.push(row.int(BASE));
        years.push(row.int(BASE + 1));
        note_resources(&mut materials, position, row.text(BASE + 2))
    })?;
    snapshot.courses.org = links(&orgs, &snapshot.orgs.ids);
    snapshot.courses.school_year = links(&years, &snapshot.sessions.ids);
    snapshot.courses.resources = resolve_resources(materials, &snapshot.resources);
    snapshot.courses.ids = ids;
    Ok(())
}

fn classes(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    let (mut courses, mut schools, mut terms) = (Vec::new(), Vec::new(), Vec::<Vec<i64>>::new());
    let mut materials = HashMap::new();
    let mut of_grade: HashMap<String, roaring::RoaringBitmap> = HashMap::new();
    let columns = ["course", "school", "terms", "grades", "resources"];
    let ids = keys_with(conn, snapshot, Entity::Class, &columns, |position, row| {
        courses.push(row.int(BASE));
        schools.push(row.int(BASE + 1));
        terms.push(json(row.text(BASE + 2).unwrap_or("[]"))?);
        for grade in json::<Vec<String>>(row.text(BASE + 3).unwrap_or("[]"))? {
            of_grade.entry(grade).or_default().insert(position);
        }
        note_resources(&mut materials, position, row.text(BASE + 4))
    })?;
    snapshot.classes.course = links(&courses, &snapshot.courses.ids);
    snapshot.classes.school = links(&schools, &snapshot.orgs.ids);
    snapshot.classes.terms = terms
        .iter()
        .map(|of_class| of_class.iter().filter_map(|id| snapshot.sessions.ids.position(*id)).collect())
        .collect();
    snapshot.classes.of_grade = of_grade;
    snapshot.classes.resources = resolve_resources(materials, &snapshot.resources);
    snapshot.classes.ids = ids;
    Ok(())
}

fn people(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    let orgs = std::mem::take(&mut snapshot.orgs);
    let mut people = std::mem::take(&mut snapshot.people);
    let mut primary_orgs = Vec::new();
    let mut materials = HashMap::new();
    let columns = ["roles", "agents", "grades", "resources", "primary_org"];
    let ids = keys_with(conn, snapshot, Entity::User, &columns, |position, row| {
        let roles: Vec<Role<'_>> = json(row.text(BASE).unwrap_or("[]"))?;
        let (mut at, mut prints) = (Vec::with_capacity(roles.len()), Vec::with_capacity(roles.len()));
        for role in roles.iter().filter(|role| !role.gone) {
            let Some(org) = orgs.ids.position(role.org) else { continue };
            let standing = match (role.role_type.as_ref(), Some(role.org) == row.int(BASE + 4)) {
                ("primary", true) => Standing::Foremost,
                ("primary", false) => Standing::Primary,
                _ => Standing::Secondary,
            };
            at.push((org, role.role.as_ref(), standing));
            prints.push(role_print(role));
        }
        people.push_role_prints(prints);
        primary_orgs.push(row.int(BASE + 4));
        // Whoever went away keeps the roles (which say to whom it is told), but is nobody's agent any more.
        let is_gone = row.text(2) == Some("tobedeleted");
        let agents: Vec<i64> = json(row.text(BASE + 1).filter(|_| !is_gone).unwrap_or("[]"))?;
        people.push(position, &at, agents.iter().filter_map(|id| u32::try_from(id & 0xffff_ffff).ok()).collect());
        if let Some(grades) = row.text(BASE + 2) {
            for grade in json::<Vec<std::borrow::Cow<'_, str>>>(grades)? {
                match people.of_grade.get_mut(grade.as_ref()) {
                    Some(of_grade) => _ = of_grade.insert(position),
                    None => _ = people.of_grade.entry(grade.into_owned()).or_default().insert(position),
                }
            }
        }
        note_resources(&mut materials, position, row.text(BASE + 3))
    })?;
    people.primary_org = links(&primary_orgs, &orgs.ids);
    people.ids = ids;
    people.resolve_agents();
    people.resources = resolve_resources(materials, &snapshot.resources);
    snapshot.people = people;
    snapshot.orgs = orgs;
    Ok(())
}

fn role_print(role: &Role<'_>) -> RolePrint {
    let (begin, end, account) = (role.begin_date.as_deref(), role.end_date.as_deref(), role.user_profile.as_deref());
    // What isn't there is printed as what is withheld: 0.
    let has_dates = begin.is_some() || end.is_some();
    RolePrint {
        role: Print::new().text(Some(&role.role)).text(Some(&role.role_type)).finish(),
        dates: if has_dates { Print::new().text(begin).text(end).finish() } else { 0 },
        account: account.map_or(0, |account| Print::new().text(Some(account)).finish()),
    }
}

/// The categories of demographics, each with the condition that a row has a value of it.
const DEMOGRAPHICS: [(Category, &str); 5] = [
    (Category::BirthDate, "birth_date IS NOT NULL"),
    (Category::Gender, "sex IS NOT NULL"),
    (
        Category::Ethnicity,
        "(american_indian_or_alaska_native IS NOT NULL OR asian IS NOT NULL OR black_or_african_american IS NOT NULL \
         OR native_hawaiian_or_other_pacific_islander IS NOT NULL OR white IS NOT NULL \
         OR demographic_race_two_or_more_races IS NOT NULL OR hispanic_or_latino_ethnicity IS NOT NULL)",
    ),
    (
        Category::BirthPlace,
        "(country_of_birth_code IS NOT NULL OR state_of_birth_abbreviation IS NOT NULL OR city_of_birth IS NOT NULL)",
    ),
    (Category::Residence, "public_school_residence_status IS NOT NULL"),
];

fn demographics(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    let mut sql = "SELECT id, status, created_at, changed".to_owned();
    for (_, condition) in DEMOGRAPHICS {
        sql.push_str(", CAST(CASE WHEN ");
        sql.push_str(condition);
        sql.push_str(" THEN 1 ELSE 0 END AS BIGINT)");
    }
    sql.push_str(
        ", CAST(CASE WHEN metadata IS NOT NULL THEN 1 ELSE 0 END AS BIGINT) FROM demographics WHERE tenant_id = ?",
    );
    let mut times = Times::default();
    let people = &mut snapshot.people;
    Statement::new(sql).bind(snapshot.tenant_id).each(conn, |row| {
        // A person's demographics have the row number of the person.
        let Some(position) = people.ids.position(row.need_int(0)?) else { return Ok(()) };
        times.push(position, row.need_int(2)?, row.text(3));
        if row.need_text(1)? == "tobedeleted" {
            people.without_demographics.insert(position);
            return Ok(());
        }
        let categories = DEMOGRAPHICS.iter().map(|(category, _)| *category).chain([Category::Free]);
        for (i, category) in categories.enumerate() {
            if row.int(4 + i) == Some(1) {
                people.with_demographics.entry(category).or_default().insert(position);
            }
        }
        Ok(())
    })?;
    if let Some(slot) = snapshot.all_times.get_mut(Entity::Demographics as usize) {
        *slot = times;
    }
    Ok(())
}

/// Memberships as the database has them, before the people and classes are known.
struct RawEnrollments {
    ids: Ids,
    times: Times,
    values: WithValue,
    rows: Vec<(i64, i64, i64, u8)>,
    roles: Vec<String>,
}

fn raw_enrollments(conn: &mut Conn, tenant_id: i64) -> Result<RawEnrollments, StoreError> {
    let presence = Presence::of(Entity::Enrollment);
    let sql = format!(
        "SELECT id, status, created_at, changed, \"user\", \"class\", school, role, sourced_id, {} \
         FROM enrollment WHERE tenant_id = ? ORDER BY sourced_id",
        presence.sql
    );
    let mut ids = IdsBuilder::new(tenant_id);
    let mut raw = RawEnrollments {
        ids: Ids::default(),
        times: Times::default(),
        values: presence.nothing(),
        rows: Vec::new(),
        roles: Vec::new(),
    };
    Statement::new(sql).bind(tenant_id).each(conn, |row| {
        let position = ids.push(row.need_int(0)?, row.need_text(8)?, row.need_text(1)?);
        raw.times.push(position, row.need_int(2)?, row.text(3));
        presence.note(&mut raw.values, position, row.need_int(9)?);
        let name = row.need_text(7)?;
        let role = raw.roles.iter().position(|r| r == name).unwrap_or_else(|| {
            raw.roles.push(name.to_owned());
            raw.roles.len() - 1
        });
        raw.rows.push((row.need_int(4)?, row.need_int(5)?, row.need_int(6)?, u8::try_from(role).unwrap_or(u8::MAX)));
        Ok(())
    })?;
    raw.ids = ids.finish();
    Ok(raw)
}

impl RawEnrollments {
    fn resolve(self, snapshot: &Snapshot) -> (Enrollments, Times, WithValue) {
        const NOWHERE: u32 = u32::MAX;
        let mut enrollments = Enrollments::default();
        enrollments.ids = self.ids;
        enrollments.role_names = self.roles;
        for (user, class, school, role) in self.rows {
            enrollments.user.push(snapshot.people.ids.position(user).unwrap_or(NOWHERE));
            enrollments.class.push(snapshot.classes.ids.position(class).unwrap_or(NOWHERE));
            enrollments.school.push(snapshot.orgs.ids.position(school).unwrap_or(NOWHERE));
            enrollments.role.push(role);
        }
        enrollments.index(snapshot.classes.ids.len(), snapshot.people.ids.len());
        (enrollments, self.times, self.values)
    }
}

fn links(row_ids: &[Option<i64>], targets: &Ids) -> Vec<Option<u32>> {
    row_ids.iter().map(|id| id.and_then(|id| targets.position(id))).collect()
}

fn note_resources(found: &mut HashMap<u32, Vec<i64>>, position: u32, text: Option<&str>) -> Result<(), StoreError> {
    if let Some(text) = text {
        let links: Vec<ResourceLink<'_>> = json(text)?;
        found.insert(position, links.iter().map(|link| link.resource).collect());
    }
    Ok(())
}

fn resolve_resources(found: HashMap<u32, Vec<i64>>, resources: &Ids) -> HashMap<u32, Vec<u32>> {
    found
        .into_iter()
        .map(|(position, ids)| (position, ids.iter().filter_map(|id| resources.position(*id)).collect()))
        .collect()
}

fn json<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Shape("JSON of another form than the catalogue says"))
}
