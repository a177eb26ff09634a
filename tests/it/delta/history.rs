//! What happens to a board over some weeks, by chance, and clients that follow it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use koppelvlak::catalogue::{Entity, Version};
use koppelvlak::clock::{Clock, Millis};
use koppelvlak::consent::Identifiers;
use koppelvlak::consent::pseudonym::Pseudonyms;
use koppelvlak::consent::rule::RuleStatus;
use koppelvlak::consent::rules_file::{self, Submission};
use koppelvlak::http::assembly::Limits;
use koppelvlak::oneroster::csv::import::{Options, import};
use serde_json::Value;

use super::follower::{COLLECTIONS, Follower, Since, Told, identifiers, read_all};
use crate::board::rows::FILES;
use crate::board::rules::SECRET;
use crate::board::{Decisions, Dice, invent};
use crate::harness::{Server, World};
use crate::noninterference::edits::Case;
use crate::noninterference::pair::invented;
use crate::noninterference::requests::Grammar;
use crate::noninterference::view::{View, view_on};

const VENDORS: [&str; 2] = ["atlas", "borg"];
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A board in time, with clients.
pub struct History {
    world: World,
    case: Case,
    dice: Dice,
    clock: i64,
    server: Option<Server>,
    tokens: BTreeMap<&'static str, String>,
    followers: Vec<Follower>,
    /// What each vendor could see after each event, with its step.
    seen: BTreeMap<&'static str, Vec<(usize, View)>>,
    /// Every identifier that each vendor was told.
    told: BTreeMap<&'static str, BTreeSet<String>>,
    /// What each vendor would write.
    writers: BTreeMap<&'static str, Grammar>,
    /// Every write that was made, with its step.
    writes: Vec<(usize, &'static str, Entity, String)>,
    log: Vec<String>,
    counts: (usize, usize),
    /// How many writes were made.
    pub n_written: usize,
}

impl History {
    pub fn new(world: World, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut case = invented(&mut dice, VENDORS[0], &VENDORS[1..]);
        for (vendor, identifiers) in case.decisions.vendors.iter_mut().zip([Identifiers::Source, Identifiers::Pairwise])
        {
            vendor.identifiers = identifiers;
        }
        let followers = VENDORS
            .iter()
            .flat_map(|vendor| {
                let of_v1p2 = [Since::Date, Since::Greatest, Since::AfterGreatest].map(|since| (since, Version::V1p2));
                of_v1p2
                    .into_iter()
                    .chain([(Since::AfterGreatest, Version::V1p1)])
                    .map(|(since, version)| Follower::new(vendor, since, version))
            })
            .collect();
        let start = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
        let mut history = Self {
            world,
            case,
            dice,
            clock: Millis::at_start_of(start).0 + 8 * 60 * MINUTE,
            server: None,
            tokens: BTreeMap::new(),
            followers,
            seen: BTreeMap::new(),
            told: BTreeMap::new(),
            writers: BTreeMap::new(),
            writes: Vec::new(),
            log: Vec::new(),
            counts: (0, 0),
            n_written: 0,
        };
        history.import();
        history.world.apply(&history.case.decisions.toml("noord"));
        history
    }

    /// How many changes were told to clients.
    pub fn n_told(&self) -> usize {
        self.counts.0
    }

    /// How many tombstones were told to clients.
    pub fn n_gone(&self) -> usize {
        self.counts.1
    }

    /// Lets things happen; fails with what a client could not have from its deltas.
    pub fn run(&mut self, steps: usize) -> Result<(), String> {
        for step in 0..steps {
            self.happen(step);
            self.serve();
            for place in 0..self.followers.len() {
                if self.dice.chance(35) {
                    self.follow(place, step)?;
                }
            }
        }
        let all: Vec<usize> = (0..self.followers.len()).collect();
        for place in all {
            self.follow(place, steps)?;
        }
        Ok(())
    }

    fn happen(&mut self, step: usize) {
        for i in 0..=self.dice.below(2) {
            let what = self.dice.below(18);
            self.log.push(format!("step {step}: event {what} at {}", Millis(self.clock).to_rfc3339()));
            match what {
                0..5 => {
                    self.change_board(&format!("h{step}x{i}"));
                }
                5..9 => self.change_decisions(&format!("h{step}x{i}")),
                9 => self.clock += DAY,
                10 => {
                    self.clock -= *self.dice.pick(&[1, 2 * 60 * 1000, 90 * MINUTE, DAY]);
                }
                12.. => self.write(step),
                _ => {}
            }
            self.clock += *self.dice.pick(&[0, 0, 1, 700, 5000, 40 * MINUTE]);
            self.note(step);
        }
    }

    fn change_board(&mut self, new: &str) {
        let mut dice = self.dice.fork(7);
        let mut case = self.case.clone();
        for i in 0..=dice.below(4) {
            case.change(&format!("{new}y{i}"), &mut dice);
        }
        case.board.repair();
        case.decisions = self.case.decisions.clone();
        let had = |case: &Case, file| case.board.active(file).next().is_some();
        if FILES.iter().any(|file| had(&self.case, *file) && !had(&case, *file)) {
            // A set without the file says nothing about its rows.
            return;
        }
        self.case = case;
        self.import();
    }

    fn import(&mut self) {
        let folder = self.world.folder().join("noord");
        _ = std::fs::remove_dir_all(&folder);
        self.case.board.write(&folder, &mut self.dice);
        let options = Options { confirm_removals: true, dry_run: false, clock: Clock::Fixed(Millis(self.clock)) };
        import(&self.world.database, "noord", &folder, &options, &mut |_| {}).unwrap();
    }

    fn change_decisions(&mut self, new: &str) {
        let mut decisions = self.case.decisions.clone();
        let mut dice = self.dice.fork(5);
        let today = Millis(self.clock).date();
        match dice.below(6) {
            0..2 => {
                let choice = invent::choice(&self.case.board, &decisions, &mut dice);
                let is_new = !decisions.choices.iter().any(|other| other.person == choice.person);
                decisions.choices.extend(is_new.then_some(choice));
            }
            2 => {
                let standing = decisions.choices.iter_mut().filter(|choice| !choice.is_withdrawn);
                for choice in standing.filter(|_| dice.chance(40)) {
                    choice.is_withdrawn = true;
                }
            }
            3 => {
                let rule =
                    invent::rule(&self.case.board, &decisions, format!("r{new}"), dice.word(&VENDORS), &mut dice);
                decisions.rules.push(rule);
            }
            _ => self.change_rule(&mut decisions, today, &mut dice),
        }
        let text = decisions.toml("noord");
        let submission = Submission { file: "rules.toml", text: &text, who: "test", now: Millis(self.clock) };
        // Some decisions are faulty, as a rule for a school that is gone: then they stay as they were.
        if rules_file::apply(&self.world.database, &self.world.key, submission).is_ok() {
            self.log.push(format!("decided: {}", changed_lines(&self.case.decisions.toml("noord"), &text)));
            self.case.decisions = decisions;
        }
    }

    fn change_rule(&self, decisions: &mut Decisions, today: NaiveDate, dice: &mut Dice) {
        let place = dice.below(decisions.rules.len());
        let other = {
            let vendor = decisions.rules[place].vendor.clone();
            invent::rule(&self.case.board, decisions, decisions.rules[place].id.clone(), &vendor, dice)
        };
        let rule = &mut decisions.rules[place];
        match dice.below(6) {
            0 => rule.status = *dice.pick(&[RuleStatus::Active, RuleStatus::Suspended]),
            1 => rule.categories = other.categories,
            2 => rule.population = other.population,
            3 => rule.until = today.checked_add_days(chrono::Days::new(dice.below(3) as u64)),
            4 => rule.from = today.checked_add_days(chrono::Days::new(dice.below(2) as u64)).unwrap(),
            _ => rule.basis = other.basis,
        }
    }

    fn serve(&mut self) {
        // A server with the same clock may go on; what it keeps in memory must not matter.
        let clock = Clock::Fixed(Millis(self.clock));
        if self.server.as_ref().is_none_or(|server| server.app.clock != clock) {
            self.server = None;
            let server = Server::start_as(&self.world, clock, Limits::default(), Some("https://roster.example"));
            self.tokens = VENDORS.map(|vendor| (vendor, server.token(vendor, SECRET))).into();
            self.server = Some(server);
        }
    }

    /// Lets a vendor write to the gradebook.
    fn write(&mut self, step: usize) {
        self.serve();
        let vendor = *self.dice.pick(&VENDORS);
        let case = Case { vendor: vendor.to_owned(), ..self.case.clone() };
        let own = self.writers.remove(vendor).map(|grammar| grammar.own).unwrap_or_default();
        let mut grammar = Grammar::new(&[&case], &self.world.key);
        grammar.own = own;
        let bearer = format!("Bearer {}", self.tokens[vendor]);
        for _ in 0..=self.dice.below(8) {
            let ask = grammar.write(&mut self.dice);
            let mut headers: Vec<(&str, &str)> =
                ask.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            headers.push(("Authorization", &bearer));
            let reply = self.server.as_ref().unwrap().send(ask.method, &ask.path, &headers, &ask.body);
            assert!(reply.status < 500, "{ask:?}: {}", reply.body);
            let before = grammar.own.made.clone();
            grammar.own.note(&ask, &reply);
            if reply.status >= 300 {
                continue;
            }
            self.log.push(format!("{vendor}: {} {} {}: {}", ask.method, ask.path, ask.body, reply.status));
            self.n_written += 1;
            let (entity, name) = ask.written.unwrap();
            let known = self.told.entry(vendor).or_default();
            if ask.method != "POST" {
                known.insert(name.clone());
                self.writes.push((step, vendor, entity, name));
            }
            for (name, _) in grammar.own.made.get(&entity).into_iter().flatten() {
                if !before.get(&entity).is_some_and(|names| names.iter().any(|(other, _)| other == name)) {
                    known.insert(name.clone());
                    self.writes.push((step, vendor, entity, name.clone()));
                }
            }
        }
        self.writers.insert(vendor, grammar);
    }

    fn note(&mut self, step: usize) {
        let today = Millis(self.clock).date();
        for vendor in VENDORS {
            let view = view_on(&self.case.board, &self.case.decisions, vendor, today);
            self.seen.entry(vendor).or_default().push((step, view));
        }
    }

    fn follow(&mut self, place: usize, step: usize) -> Result<(), String> {
        let server = self.server.as_ref().unwrap();
        let follower = &mut self.followers[place];
        let (vendor, last, token) = (follower.vendor, follower.last_step, &self.tokens[follower.vendor]);
        let version = follower.version;
        let told = follower.ask(server, token, step);
        self.log.push(format!("step {step}: {vendor} {:?} asks", follower.since));
        let known = self.told.entry(vendor).or_default();
        let context = |text: String| format!("{text}\n{}", self.log.join("\n"));
        for (key, object) in &told.gone {
            if !known.contains(&key.1) {
                return Err(context(format!("{vendor} never received {object}")));
            }
        }
        let is_full = self.dice.chance(50);
        let fresh = is_full.then(|| read_all(server, token, version));
        for object in self.followers[place].copy.values() {
            identifiers(object, known);
        }
        if let Some(fresh) = fresh {
            for object in fresh.values() {
                identifiers(object, known);
            }
            let follower = &self.followers[place];
            if fresh != follower.copy {
                return Err(context(format!(
                    "{vendor} {:?} {version:?} at step {step}, last at {last:?}: {}",
                    follower.since,
                    difference(&follower.copy, &fresh)
                )));
            }
        }
        self.counts.0 += told.changed.len();
        self.counts.1 += told.gone.len();
        self.judge(vendor, last, &told).map_err(context)
    }

    /// Whatever was told differs from what was held, or was another in between.
    fn judge(&self, vendor: &'static str, last: Option<usize>, told: &Told) -> Result<(), String> {
        let seen = &self.seen[vendor];
        for ((collection, identifier), held, object) in &told.changed {
            let Some(held) = held.as_ref().filter(|held| undated(held) == undated(object)) else { continue };
            let entity = COLLECTIONS.iter().find(|(_, name, _)| name == collection).unwrap().2;
            let is_write = |write: &&(usize, &str, Entity, String)| {
                Some(write.0) > last && (write.1, write.2, &write.3) == (vendor, entity, identifier)
            };
            if self.writes.iter().any(|write| is_write(&write)) {
                continue;
            }
            // What could be seen when it asked last is that after the last event of that step.
            let first = seen.iter().rposition(|(step, _)| Some(*step) <= last).unwrap_or_default();
            let since = seen[first..].iter().map(|(_, view)| view);
            let states: Vec<_> = since.map(|view| self.named(view, vendor, entity, identifier)).collect();
            if states.windows(2).all(|pair| pair[0] == pair[1]) {
                return Err(format!("{vendor} was told of {object}, which it held as {held}: {:?}", states[0]));
            }
        }
        Ok(())
    }

    /// What could be seen of the object with that identifier.
    fn named(&self, view: &View, vendor: &str, entity: Entity, identifier: &str) -> Option<Vec<String>> {
        let names = Pseudonyms::new(&self.world.key, "noord", vendor);
        let is_source = self.case.decisions.vendor(vendor).identifiers == Identifiers::Source;
        let name = |of: Entity, id: &str| if is_source { id.to_owned() } else { names.identifier(of, id) };
        let of = |wanted: Entity| view.iter().filter(move |((other, _), _)| *other == wanted);
        let (_, values) = of(entity).find(|((_, id), _)| name(entity, id) == identifier)?;
        let mut seen: Vec<String> = values.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        // Withheld roles name the first org.
        if entity == Entity::User && !values["shown"].split(',').any(|category| category == "identity") {
            seen.extend(of(Entity::Org).map(|((_, id), _)| name(Entity::Org, id)).min());
        }
        Some(seen)
    }
}

fn undated(object: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove("dateLastModified");
    object
}

fn difference(held: &super::follower::Copy, fresh: &super::follower::Copy) -> String {
    let keys: BTreeSet<_> = held.keys().chain(fresh.keys()).collect();
    let differs = keys.into_iter().filter(|key| held.get(*key) != fresh.get(*key));
    let line = |key| format!("\n{key:?}\n  held  {:?}\n  fresh {:?}", held.get(key), fresh.get(key));
    differs.map(line).collect::<Vec<_>>().concat()
}

fn changed_lines(before: &str, after: &str) -> String {
    let known: BTreeSet<&str> = before.lines().collect();
    after.lines().filter(|line| !known.contains(line)).collect::<Vec<_>>().join("; ")
}
