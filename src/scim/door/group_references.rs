//! References to the school's groups, written once for a view: a page of people has a thousand of them.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::catalogue::Entity;
use crate::json::Json;
use crate::scim::door::belonging::GroupNames;
use crate::scim::door::exchange::Exchange;
use crate::scim::door::written::begin_reference;
use crate::scim::schema::GROUP;
use crate::scim::school::directory::Source;

/// The references that users of one view have, each as [`begin_reference`] writes it.
#[derive(Debug)]
pub struct GroupReferences {
    /// By the position of the class; each is written when it is first wanted.
    classes: Vec<OnceLock<Box<str>>>,
    at_schools: HashMap<Source, Box<str>>,
}

impl GroupReferences {
    fn new(exchange: &Exchange<'_>, names: &GroupNames<'_>) -> Self {
        let at_schools = exchange.directory().of_schools().into_iter();
        let n_classes = exchange.release().snapshot().ids(Entity::Class).len();
        Self {
            classes: (0..n_classes).map(|_| OnceLock::new()).collect(),
            at_schools: at_schools.map(|source| (source, exchange.written_reference(source, names))).collect(),
        }
    }
}

impl Exchange<'_> {
    /// Begins a reference to a group of the school.
    pub(super) fn begin_reference_to(&self, json: &mut Json, source: Source, names: &GroupNames<'_>) {
        let once = self.written_once();
        let known = once.map(|once| once.references.get_or_init(|| GroupReferences::new(self, names)));
        let written = known.and_then(|known| match source {
            Source::Class(class) => {
                let reference = known.classes.get(class as usize)?;
                Some(reference.get_or_init(|| self.written_reference(source, names)))
            }
            Source::School(_) | Source::Role(..) => known.at_schools.get(&source),
        });
        json.element();
        match written {
            Some(written) => json.raw(written),
            None => json.raw(&self.written_reference(source, names)),
        }
    }

    fn written_reference(&self, source: Source, names: &GroupNames<'_>) -> Box<str> {
        let mut json = Json::with_capacity(0);
        let name = self.name_of(names, source);
        begin_reference(&mut json, (self.base.as_str(), &GROUP), &self.directory().id(source), name.as_deref());
        String::from_utf8(json.into_bytes()).unwrap_or_default().into()
    }
}
