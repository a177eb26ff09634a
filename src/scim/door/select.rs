//! Which of the school's people a filter is about, as far as that can be told without looking at them.
//!
//! For a part of a filter the database and the snapshot give two sets: whoever it surely holds for, and whoever it
//! may hold for. What lies between is looked at, as the provider sees it: a filter can't tell more than a body
//! does, because it is asked of that very body.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity, Field};
use crate::consent::provisioned::{Kept, Kind};
use crate::query::{Filter as CommonFilter, Leaf, Member, Op, QueryError, Target, modified, value};
use crate::scim::door::answer::Failure;
use crate::scim::door::exchange::{Desk, Exchange};
use crate::scim::filter::{Comparison, Filter, Operand, Operator};
use crate::scim::fold::{equals, fold};
use crate::scim::path::Path;
use crate::store::{StoreError, leaf, provisioned};

/// Between which sets the answer lies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bounds {
    /// For whom it surely holds.
    pub sure: RoaringBitmap,
    /// For whom it may hold; nobody else.
    pub maybe: RoaringBitmap,
}

impl Bounds {
    fn exact(set: RoaringBitmap) -> Self {
        Self { sure: set.clone(), maybe: set }
    }

    fn at_most(maybe: RoaringBitmap) -> Self {
        Self { sure: RoaringBitmap::new(), maybe }
    }
}

/// What is asked while a filter is narrowed down.
pub struct Selector<'e, 'd, 'c> {
    exchange: &'e Exchange<'e>,
    desk: &'d mut Desk<'c>,
    /// People with an account of the provider's, once they are known.
    accounts: Option<RoaringBitmap>,
}

impl<'e, 'd, 'c> Selector<'e, 'd, 'c> {
    /// Narrows filters down for one request.
    pub fn new(exchange: &'e Exchange<'e>, desk: &'d mut Desk<'c>) -> Self {
        Self { exchange, desk, accounts: None }
    }

    fn live(&self) -> &'e RoaringBitmap {
        self.exchange.release().live(Entity::User)
    }

    /// Whom the filter holds for.
    pub fn people(&mut self, filter: &Filter) -> Result<Bounds, Failure> {
        let live = self.live();
        Ok(match filter {
            Filter::And(parts) => {
                let mut all = Bounds::exact(live.clone());
                for part in parts {
                    let bounds = self.people(part)?;
                    all.sure &= bounds.sure;
                    all.maybe &= bounds.maybe;
                }
                all
            }
            Filter::Or(parts) => {
                let mut any = Bounds::default();
                for part in parts {
                    let bounds = self.people(part)?;
                    any.sure |= bounds.sure;
                    any.maybe |= bounds.maybe;
                }
                any
            }
            Filter::Not(part) => {
                let bounds = self.people(part)?;
                Bounds { sure: live - bounds.maybe, maybe: live - bounds.sure }
            }
            Filter::Constant(holds) => Bounds::exact(if *holds { live.clone() } else { RoaringBitmap::new() }),
            Filter::Present(path) => self.present(*path)?,
            Filter::Compare(comparison) => self.compared(comparison)?,
            Filter::Values { path, filter } => {
                // One element satisfies all of it, so that some element satisfies each part of it.
                let bounds = if may_have(*path) { self.any_element(filter)? } else { Bounds::default() };
                Bounds::at_most(bounds.maybe)
            }
        })
    }

    /// The same for a filter of elements, where only a whole conjunction narrows anything.
    fn any_element(&mut self, filter: &Filter) -> Result<Bounds, Failure> {
        match filter {
            Filter::And(parts) => {
                let mut maybe = self.live().clone();
                for part in parts {
                    maybe &= self.any_element(part)?.maybe;
                }
                Ok(Bounds::at_most(maybe))
            }
            Filter::Compare(comparison) if comparison.operator != Operator::Ne => {
                Ok(Bounds::at_most(self.compared(comparison)?.maybe))
            }
            Filter::Or(_)
            | Filter::Not(_)
            | Filter::Present(_)
            | Filter::Compare(_)
            | Filter::Values { .. }
            | Filter::Constant(_) => Ok(Bounds::at_most(self.live().clone())),
        }
    }

    fn present(&mut self, path: Path) -> Result<Bounds, Failure> {
        let live = self.live();
        if ["id", "schemas", "meta", "meta.resourceType", "meta.lastModified", "meta.location", "meta.version"]
            .iter()
            .any(|always| path.is(always))
        {
            return Ok(Bounds::exact(live.clone()));
        }
        if path.is("externalId") {
            return Ok(Bounds::at_most(self.accounts()?));
        }
        Ok(if may_have(path) { Bounds::at_most(live.clone()) } else { Bounds::default() })
    }

    fn compared(&mut self, comparison: &Comparison) -> Result<Bounds, Failure> {
        if comparison.operator == Operator::Ne {
            let equal = Comparison { operator: Operator::Eq, ..comparison.clone() };
            if comparison.path.is_list() {
                // Some value may differ, whether another is equal or not.
                return Ok(Bounds::at_most(self.live().clone()));
            }
            let bounds = self.compared(&equal)?;
            return Ok(Bounds { sure: self.live() - bounds.maybe, maybe: self.live() - bounds.sure });
        }
        if !may_have(comparison.path) {
            return Ok(Bounds::default());
        }
        let (path, operator) = (comparison.path, comparison.operator);
        let live = self.live();
        match &comparison.operand {
            Operand::Text(text) if path.is("id") && operator == Operator::Eq => {
                Ok(Bounds::exact(self.exchange.release().find_live(Entity::User, &text.text).into_iter().collect()))
            }
            Operand::Text(text) if path.is("externalId") && operator == Operator::Eq => {
                let kept =
                    provisioned::with_external_id(self.desk.activity, self.exchange.of(), Kind::Account, &text.text)?;
                Ok(Bounds::at_most(self.positions(&kept) & live))
            }
            Operand::Text(text) if path.is("userName") && operator == Operator::Eq => Ok(self.named(&text.text)?),
            Operand::Text(text) if path.is("emails.value") && operator == Operator::Eq => {
                let of = self.exchange.of();
                let kept = provisioned::with_email(self.desk.activity, of, Kind::Account, &fold(&text.text))?;
                let maybe = self.folded("email", &text.text)? | self.positions(&kept);
                Ok(Bounds::at_most(maybe & live))
            }
            Operand::Text(text) if path.is("groups.value") && operator == Operator::Eq => {
                let (maybe, _) = self.exchange.everybody_in(self.desk, &text.text)?;
                // Of what isn't there as it is written, somebody may still have it in other letters.
                Ok(Bounds::at_most(if maybe.is_empty() { live.clone() } else { maybe & live }))
            }
            Operand::Text(text) if operator.is_textual() || operator == Operator::Eq => match column_of(path) {
                Some(name) => {
                    let mut maybe = self.exchange.containing(self.desk, (Entity::User, name), &text.text)?;
                    if matches!(name, "username" | "email") {
                        maybe |= self.accounts()?;
                    }
                    Ok(Bounds::at_most(maybe & live))
                }
                None => Ok(Bounds::at_most(live.clone())),
            },
            Operand::Instant(_, text) if path.is("meta.lastModified") => {
                let at = value::instant(text).map_err(|_| refused(path))?;
                let release = self.exchange.release();
                let set = |op| modified::compared(release, Entity::User, op, at) & live;
                let (sure, maybe) = match operator {
                    Operator::Gt | Operator::Ge => (set(Op::Gt), set(Op::Ge)),
                    Operator::Lt | Operator::Le => (set(Op::Lt), set(Op::Le)),
                    _ => (RoaringBitmap::new(), live.clone()),
                };
                let accounts = self.accounts()?;
                Ok(Bounds { sure: sure - &accounts, maybe: maybe | (accounts & live) })
            }
            Operand::Boolean(wanted) if path.is("active") && operator == Operator::Eq => {
                let inactive = self.column("enabledUser", Op::Eq, "false")?;
                let inactive = inactive & self.exchange.release().released(Category::Identity) & live;
                let set = if *wanted { live - inactive } else { inactive };
                let accounts = self.accounts()?;
                Ok(Bounds { sure: &set - &accounts, maybe: set | (accounts & live) })
            }
            Operand::Text(_) | Operand::Boolean(_) | Operand::Number(_) | Operand::Instant(..) => {
                Ok(Bounds::at_most(live.clone()))
            }
        }
    }

    /// People of that user name: one that only the school gave them needs no look.
    fn named(&mut self, name: &str) -> Result<Bounds, StoreError> {
        let (exchange, live) = (self.exchange, self.live());
        // A user name may be in either of two columns, and is in no more than one.
        let (mut of_school, mut shown) = (RoaringBitmap::new(), RoaringBitmap::new());
        for field in Entity::User.fields().iter().filter(|field| field.name == "username") {
            let found = self.folded_in(field, name)? & live;
            shown |= &found & exchange.release().released(field.category);
            of_school |= found;
        }
        let mut by_account = RoaringBitmap::new();
        let mut with_account = HashMap::new();
        if exchange.progress(self.desk)?.is_some() {
            let kept = provisioned::named(self.desk.activity, exchange.of(), Kind::Account, &fold(name))?;
            by_account = self.positions(&kept) & live;
            let people: Vec<u32> = of_school.iter().collect();
            with_account = exchange.accounts(self.desk, &people)?;
        }
        let sure = shown.iter().filter(|person| !with_account.contains_key(person)).collect();
        Ok(Bounds { sure, maybe: of_school | by_account })
    }

    /// People with an account of the provider's.
    fn accounts(&mut self) -> Result<RoaringBitmap, StoreError> {
        if let Some(known) = &self.accounts {
            return Ok(known.clone());
        }
        let mut found = RoaringBitmap::new();
        let ids = &self.exchange.release().snapshot().people.ids;
        provisioned::each_id(self.desk.activity, self.exchange.of(), Kind::Account, |id| {
            found.extend(id.parse().ok().and_then(|number| ids.position_of_number(number)));
        })?;
        self.accounts = Some(found.clone());
        Ok(found)
    }

    fn positions(&self, kept: &[Kept]) -> RoaringBitmap {
        let ids = &self.exchange.release().snapshot().people.ids;
        kept.iter().filter_map(|kept| ids.position_of_number(kept.id.parse().ok()?)).collect()
    }

    /// People whose column is that text but for the case and width of its letters. What is withheld is told apart later:
    /// the look at the body decides.
    fn folded(&mut self, name: &'static str, text: &str) -> Result<RoaringBitmap, StoreError> {
        let mut found = RoaringBitmap::new();
        for field in Entity::User.fields().iter().filter(|field| field.name == name) {
            found |= self.folded_in(field, text)?;
        }
        Ok(found)
    }

    fn folded_in(&mut self, field: &Field, text: &str) -> Result<RoaringBitmap, StoreError> {
        let needle = fold(text);
        let snapshot = &self.exchange.view.board.snapshot;
        let is_same = |other: &str| equals(other, &needle);
        leaf::folded(self.desk.board, snapshot, (Entity::User, field.column), (text, &is_same))
    }

    fn column(&mut self, name: &'static str, op: Op, text: &str) -> Result<RoaringBitmap, Failure> {
        let target = Target::Field(name, Member::Itself);
        let leaf = CommonFilter::Leaf(Leaf { target, op, value: text.to_owned() });
        let view = self.exchange.view;
        let found = view.evaluate(self.desk.board, Entity::User, &leaf);
        found.map_err(|error| match error {
            QueryError::Store(error) => error.into(),
            QueryError::BadValue(bad) => crate::scim::refusal::Refusal::invalid_filter(bad.to_string()).into(),
        })
    }
}

fn refused(path: Path) -> Failure {
    crate::scim::refusal::Refusal::invalid_filter(format!("`{path}` is compared with a date and time")).into()
}

/// The field of the catalogue whose text an attribute shows.
fn column_of(path: Path) -> Option<&'static str> {
    [
        ("userName", "username"),
        ("name.givenName", "givenName"),
        ("name.familyName", "familyName"),
        ("name.middleName", "middleName"),
        ("nickName", "preferredFirstName"),
        ("emails.value", "email"),
    ]
    .into_iter()
    .find_map(|(attribute, name)| path.is(attribute).then_some(name))
}

/// Whether people of the school ever have the attribute.
fn may_have(path: Path) -> bool {
    if let Some(schema) = path.schema {
        let is_employment = matches!(path.attribute.name, "employeeNumber" | "organization");
        return schema == &crate::scim::schema::EDUCATION_USER || is_employment;
    }
    matches!(
        path.attribute.name,
        "schemas"
            | "id"
            | "externalId"
            | "meta"
            | "userName"
            | "name"
            | "displayName"
            | "nickName"
            | "active"
            | "emails"
            | "phoneNumbers"
            | "userType"
            | "roles"
            | "groups"
            | "preferredLanguage"
    )
}
