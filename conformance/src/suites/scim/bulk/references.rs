//! How operations of a job refer to what others make (RFC 7644 §3.7.1, §3.7.2).

use serde_json::{Value, json};

use super::super::create::schema::{parts, require_enterprise};
use super::super::made::{ENTERPRISE, GROUPS, Made, USERS, group, id, user, with};
use super::super::service::text;
use super::super::wording::{may, must, needing, policy, should};
use super::job::{Jobs, bulky, job, of, post, told};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::{Probe, nonce};

/// What an operation is answered that refers to what isn't made; RFC 7644 names no status.
const LOST: [u16; 6] = [400, 404, 409, 412, 422, 424];

/// Checks of references.
pub const CHECKS: &[Check] = &[
    bulky(must(
        "SC-323",
        "A group gets a member that an earlier operation of the job has made",
        "RFC 7644 §3.7.2",
        backward,
    )),
    needing(
        "`bulk`, and the enterprise extension",
        bulky(must(
            "SC-323b",
            "A user gets a manager whom an earlier operation of the job has made",
            "RFC 7644 §3.7.2",
            managers,
        )),
    ),
    bulky(should(
        "SC-324",
        "A group gets a member that a later operation of the job makes",
        "RFC 7644 §3.7.1, §3.7.2",
        forward,
    )),
    needing(
        "`bulk`, and groups that are members of groups",
        bulky(must(
            "SC-324b",
            "Two groups that are members of each other are made so, or one is refused as a conflict",
            "RFC 7644 §3.7.1",
            circular,
        )),
    ),
    bulky(must(
        "SC-325",
        "An operation that refers to what no operation makes is refused, and the others are carried out",
        "RFC 7644 §3.7.2",
        to_nothing,
    )),
    bulky(must(
        "SC-325b",
        "An operation that refers to what an operation failed to make is refused",
        "RFC 7644 §3.7.2",
        to_what_failed,
    )),
    bulky(policy(may(
        "SC-329",
        "An operation may change what an earlier one of the job has made, by its bulkId in the path",
        "RFC 7644 §3.7.2",
        in_paths,
    ))),
];

/// A new group whose one member is what another operation makes.
fn group_of(bulk_id: &str, kind: &str) -> Value {
    with(group(), &json!({"members": [{"value": format!("bulkId:{bulk_id}"), "type": kind}]}))
}

/// Whether a group has one member, and it is that.
fn has_member(group: &Value, member: &Value) -> bool {
    matches!(parts(group, "members").as_slice(), [one] if text(one, "/value") == id(member))
}

/// That a job that makes a user and a group makes the user its member.
fn joins(probe: &Probe<'_>, operations: &[Value]) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let outcomes = jobs.run(&job(operations))?;
    let (user, group) = (of(&outcomes, "user")?, of(&outcomes, "group")?);
    user.expect_status(&[201], "POST of a user")?;
    group.expect_status(&[201], "POST of a group with that user as a member")?;
    let (user, group) = (jobs.read(user)?, jobs.read(group)?);
    expect(has_member(&group, &user), format!("`members` that are {}", id(&user)), || group.to_string())
}

fn backward(probe: &Probe<'_>) -> Verdict {
    joins(probe, &[post(USERS, "user", &user()), post(GROUPS, "group", &group_of("user", "User"))])
}

fn forward(probe: &Probe<'_>) -> Verdict {
    joins(probe, &[post(GROUPS, "group", &group_of("user", "User")), post(USERS, "user", &user())])
}

fn managers(probe: &Probe<'_>) -> Verdict {
    require_enterprise(probe)?;
    let jobs = Jobs::new(probe)?;
    let pupil = with(user(), &json!({ENTERPRISE: {"manager": {"value": "bulkId:head"}}}));
    let outcomes = jobs.run(&job(&[post(USERS, "head", &user()), post(USERS, "pupil", &pupil)]))?;
    let (head, pupil) = (of(&outcomes, "head")?, of(&outcomes, "pupil")?);
    head.expect_status(&[201], "POST of a user")?;
    pupil.expect_status(&[201], "POST of a user with that one as manager")?;
    let (head, pupil) = (jobs.read(head)?, jobs.read(pupil)?);
    let told = pupil.get(ENTERPRISE).map(|extension| text(extension, "/manager/value"));
    expect(told == Some(id(&head)), format!("the manager {}", id(&head)), || pupil.to_string())
}

/// A skip unless groups can have groups as members.
fn require_nesting(made: &Made<'_, '_>) -> Verdict {
    let inner = made.group(&json!({}))?;
    let outer = with(group(), &json!({"members": [{"value": id(&inner), "type": "Group"}]}));
    let response = made.post(GROUPS, &outer)?;
    if response.status == 201 && has_member(&response.json(), &inner) {
        Ok(())
    } else {
        Err(Stop::skipped("groups can't be members of groups"))
    }
}

fn circular(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    require_nesting(&jobs.made)?;
    let operations =
        [post(GROUPS, "one", &group_of("other", "Group")), post(GROUPS, "other", &group_of("one", "Group"))];
    let outcomes = jobs.run(&job(&operations))?;
    let (one, other) = (of(&outcomes, "one")?, of(&outcomes, "other")?);
    for outcome in [one, other] {
        outcome.expect_status(&[201, 409], "POST of a group that is its member's member")?;
    }
    if !one.succeeds() || !other.succeeds() {
        return Ok(());
    }
    let (one, other) = (jobs.read(one)?, jobs.read(other)?);
    expect(has_member(&one, &other) && has_member(&other, &one), "two groups, each the other's member", || {
        format!("{one}; {other}")
    })
}

fn to_nothing(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let operations = [post(GROUPS, "lost", &group_of(&nonce(), "User")), post(USERS, "new", &user())];
    let outcomes = jobs.run(&job(&operations))?;
    of(&outcomes, "lost")?.expect_refusal(&LOST, "POST of a group with a member that nothing makes")?;
    of(&outcomes, "new")?.expect_status(&[201], "POST of a user in the same job")
}

fn to_what_failed(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let first = jobs.made.user(&json!({}))?;
    let clash = with(user(), &json!({"userName": first.get("userName")}));
    let outcomes = jobs.run(&job(&[post(USERS, "fails", &clash), post(GROUPS, "lost", &group_of("fails", "User"))]))?;
    of(&outcomes, "fails")?.expect_refusal(&[409], "POST with the name of another user")?;
    of(&outcomes, "lost")?.expect_refusal(&LOST, "POST of a group whose member couldn't be made")
}

fn in_paths(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let (first, second) = (group(), group());
    let put = json!({"method": "PUT", "path": "/Groups/bulkId:new", "bulkId": "put", "data": second});
    let outcomes = jobs.run(&job(&[post(GROUPS, "new", &first), put]))?;
    let made = of(&outcomes, "new")?;
    made.expect_status(&[201], "POST of a group")?;
    let read = jobs.read(made)?;
    expect(read.get("displayName") == second.get("displayName"), "the new group with the name of the PUT", || {
        format!("{read}; {}", told(&outcomes))
    })
}
