//! Two servers side by side whose boards differ in what their vendor must not see, and nothing else.

use std::fmt::Write as _;

use koppelvlak::catalogue::{Entity, Version};
use koppelvlak::clock::Clock;
use koppelvlak::http::assembly::Limits;
use koppelvlak::oneroster::csv::import::{Options, import};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::edits::{Case, Past};
use super::requests::{Ask, Grammar, OPERATORS, Token, clause, names};
use super::seen::change_seen;
use super::writes::Own;
use crate::board::invent::SERVED;
use crate::board::rules::{SECRET, Vendor};
use crate::board::{Board, Decisions, Dice};
use crate::exporting::{fetched, texts};
use crate::harness::{Reply, Server, World};

/// What both servers call themselves.
const PUBLIC_URL: &str = "https://roster.example";

/// The collections with each kind of object, by the service of 1.2 that has them; 1.1 has all in one.
pub const COLLECTIONS: [(&str, &str, Entity); 12] = [
    ("rostering/v1p2", "orgs", Entity::Org),
    ("rostering/v1p2", "academicSessions", Entity::AcademicSession),
    ("rostering/v1p2", "courses", Entity::Course),
    ("rostering/v1p2", "classes", Entity::Class),
    ("rostering/v1p2", "users", Entity::User),
    ("rostering/v1p2", "demographics", Entity::Demographics),
    ("rostering/v1p2", "enrollments", Entity::Enrollment),
    ("resources/v1p2", "resources", Entity::Resource),
    ("gradebook/v1p2", "categories", Entity::LineItemCategory),
    ("gradebook/v1p2", "lineItems", Entity::LineItem),
    ("gradebook/v1p2", "results", Entity::Result),
    ("gradebook/v1p2", "scoreScales", Entity::ScoreScale),
];

/// A place where a world can live.
pub type Backend = fn() -> World;

/// One of the two.
struct Side {
    world: World,
    server: Option<Server>,
    token: String,
    at: &'static str,
    case: Case,
    /// The other vendors, each with what it would ask.
    others: Vec<Other>,
}

/// Another vendor, that goes its own way in each world.
struct Other {
    vendor: String,
    token: String,
    grammar: Grammar,
}

/// Two servers.
pub struct Pair {
    sides: [Side; 2],
    seed: u64,
    dice: Dice,
    own: Own,
    /// How many requests were sent, and how many of them were answered with data.
    pub asked: usize,
    pub answered: usize,
    /// How many writes were made.
    pub written: usize,
}

/// A difference that a vendor could see.
#[derive(Debug)]
pub struct Leak(pub String);

impl Side {
    fn new(backend: Backend, case: Case, elsewhere: &Case, dice: &mut Dice) -> Self {
        let side = Self {
            world: backend(),
            server: None,
            token: String::new(),
            at: super::TIMES[0],
            case,
            others: Vec::new(),
        };
        side.import(super::TENANT, &side.case.board, super::TIMES[0], dice);
        side.import(super::OTHER_TENANT, &elsewhere.board, super::TIMES[0], dice);
        side.world.apply(&side.case.decisions.toml(super::TENANT));
        side.world.apply(&elsewhere.decisions.toml(super::OTHER_TENANT));
        side
    }

    fn import(&self, tenant: &str, board: &Board, at: &str, dice: &mut Dice) {
        let folder = self.world.folder().join(tenant);
        _ = std::fs::remove_dir_all(&folder);
        board.write(&folder, dice);
        let options = Options { confirm_removals: true, dry_run: false, clock: Clock::fixed(at).unwrap() };
        import(&self.world.database, tenant, &folder, &options, &mut |_| {}).unwrap();
    }

    fn serve(&mut self, at: &'static str) {
        self.at = at;
        let clock = Clock::fixed(at).unwrap();
        self.server = None;
        let server = Server::start_as(&self.world, clock, Limits::default(), Some(PUBLIC_URL));
        self.token = server.token(&self.case.vendor, SECRET);
        let vendors = self.case.decisions.vendors.iter().filter(|vendor| vendor.id != self.case.vendor);
        let other = |vendor: &Vendor| {
            let case = Case { vendor: vendor.id.clone(), ..self.case.clone() };
            let grammar = Grammar::new(&[&case], &self.world.key);
            Other { token: server.token(&vendor.id, SECRET), vendor: vendor.id.clone(), grammar }
        };
        self.others = vendors.map(other).collect();
        self.server = Some(server);
    }

    /// Lets other vendors write, whatever becomes of it.
    fn disturb(&mut self, writes: usize, dice: &mut Dice) {
        for _ in 0..writes {
            let place = dice.below(self.others.len());
            let ask = self.others[place].grammar.write(dice);
            let reply = self.send_as(&self.others[place].token, &ask);
            assert!(reply.status < 500, "{}: {ask:?}: {}", self.others[place].vendor, reply.body);
            self.others[place].grammar.own.note(&ask, &reply);
        }
    }

    fn send(&self, ask: &Ask) -> Reply {
        self.send_as(if ask.token == Token::Wrong { "garbage" } else { &self.token }, ask)
    }

    fn send_as(&self, token: &str, ask: &Ask) -> Reply {
        let bearer = format!("Bearer {token}");
        let mut headers: Vec<(&str, &str)> = ask.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if ask.token != Token::None {
            headers.push(("Authorization", &bearer));
        }
        let mut reply = self.server.as_ref().unwrap().send(ask.method, &ask.path, &headers, &ask.body);
        for header in ["date", "x-request-id"] {
            reply.headers.remove(header);
        }
        reply
    }
}

impl Pair {
    /// Two servers, both up, over worlds of that seed.
    pub fn new(backend: Backend, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let case = invented(&mut dice, "atlas", &["borg", "cito"]);
        let make = |part: u64| {
            let mut dice = dice.fork(part);
            let tries = if part == 1 { 20 } else { 120 };
            let case = case.changed_unseen(Past::None, tries, &mut dice);
            let elsewhere = invented(&mut dice, "elsewhere", &["other"]);
            let mut side = Side::new(backend, case, &elsewhere, &mut dice);
            side.serve(super::TIMES[1]);
            side
        };
        let sides = [make(1), make(2)];
        Self { sides, seed, dice, own: Own::default(), asked: 0, answered: 0, written: 0 }
    }

    /// Starts both servers again, without what they keep in memory.
    #[cfg(feature = "planted-leaks")]
    pub fn restart(&mut self) {
        for side in &mut self.sides {
            side.serve(side.at);
        }
    }

    /// What decides by chance.
    pub fn dice(&mut self) -> &mut Dice {
        &mut self.dice
    }

    /// The cases of both sides.
    pub fn cases(&self) -> [&Case; 2] {
        [&self.sides[0].case, &self.sides[1].case]
    }

    /// Lets a day pass: both boards change alike in what is seen, and each in its own way in what is not.
    pub fn advance(&mut self) {
        let mut dice = self.dice.fork(3);
        let cases = change_seen(self.cases(), 12, &mut dice);
        for (side, (case, tries)) in self.sides.iter_mut().zip(cases.into_iter().zip([5, 60])) {
            side.case = case.changed_unseen(Past::Imported, tries, &mut dice);
            side.import(super::TENANT, &side.case.board, super::TIMES[2], &mut dice);
            side.serve(super::TIMES[3]);
        }
    }

    /// Sends one request for each operator on each published field, with a value that stands in one world only.
    pub fn sweep(&mut self) -> Result<(), Leak> {
        let grammar = self.grammar();
        let both = |of| [(Version::V1p1, of), (Version::V1p2, of)];
        for (version, (service, collection, entity)) in COLLECTIONS.into_iter().flat_map(both) {
            if version == Version::V1p1 && entity == Entity::ScoreScale {
                continue;
            }
            let service = if version == Version::V1p1 { "v1p1" } else { service };
            for name in names((version, entity)) {
                let [one, other] = self.cases().map(|case| grammar.values_in(&case.board, entity, &name));
                let mut hidden = other.iter().filter(|value| !one.contains(value));
                let value = hidden.next().or(one.first()).map_or("x", String::as_str);
                for operator in OPERATORS {
                    let filter = utf8_percent_encode(&clause(&name, operator, value), NON_ALPHANUMERIC).to_string();
                    let root = format!("/{}/ims/oneroster/{service}", super::TENANT);
                    self.ask(&Ask::get(format!("{root}/{collection}?limit=3&filter={filter}")))?;
                }
            }
        }
        Ok(())
    }

    /// Each server with its vendor's token.
    pub fn servers(&self) -> [(&Server, &str); 2] {
        [0, 1].map(|side: usize| (self.sides[side].server.as_ref().unwrap(), self.sides[side].token.as_str()))
    }

    /// Fetches the vendor's view as files from both; a leak if a byte differs.
    pub fn fetch_sets(&mut self) -> Result<(), Leak> {
        for file in ["v1p1/bulk.zip", "v1p2/bulk.zip", "v1p1/delta.zip", "v1p2/delta.zip"] {
            for since in ["2020-01-01T00:00:00Z", super::TIMES[1], super::TIMES[2]] {
                let path = format!("/{}/ims/oneroster/csv/{file}?since={since}", super::TENANT);
                let [one, other] = [0, 1].map(|side: usize| {
                    let side = &self.sides[side];
                    fetched(side.server.as_ref().unwrap(), &side.token, &path)
                });
                self.asked += 1;
                self.answered += 1;
                if one != other {
                    let [one, other] = [one, other].map(|zip| texts(&zip));
                    let seed = self.seed;
                    return Err(Leak(format!("seed {seed}: {path}\n--- world 0\n{one:#?}\n--- world 1\n{other:#?}")));
                }
            }
        }
        Ok(())
    }

    /// A grammar over both worlds.
    pub fn grammar(&self) -> Grammar {
        let mut grammar = Grammar::new(&self.cases(), &self.sides[0].world.key);
        grammar.own.clone_from(&self.own);
        grammar
    }

    /// Sends writes and reads of the gradebook by chance, while other vendors write in each world as they like.
    pub fn probe_writes(&mut self, requests: usize) -> Result<(), Leak> {
        for (part, side) in (20..).zip(&mut self.sides) {
            side.disturb(60, &mut self.dice.fork(part));
        }
        let mut grammar = self.grammar();
        let mut next: Option<String> = None;
        for _ in 0..requests {
            let mut dice = self.dice.clone();
            if dice.chance(10) {
                for (part, side) in (10..).zip(&mut self.sides) {
                    let mut dice = dice.fork(part);
                    let writes = dice.below(4);
                    side.disturb(writes, &mut dice);
                }
            }
            let ask = match next.take() {
                Some(link) => Ask::get(link),
                None if dice.chance(55) => grammar.write(&mut dice),
                None => grammar.ask_gradebook(&mut dice),
            };
            let reply = self.ask(&ask)?;
            grammar.own.note(&ask, &reply);
            if dice.chance(40) {
                next = link(&reply, &mut dice);
            }
            self.dice = dice;
        }
        self.own = grammar.own;
        Ok(())
    }

    /// Sends requests by chance, and follows the links of their answers.
    pub fn probe(&mut self, requests: usize) -> Result<(), Leak> {
        let grammar = self.grammar();
        let mut next: Option<String> = None;
        for _ in 0..requests {
            let mut dice = self.dice.clone();
            let ask = next.take().map_or_else(|| grammar.ask(&mut dice), Ask::get);
            let reply = self.ask(&ask)?;
            if dice.chance(60) {
                next = link(&reply, &mut dice);
            }
            self.dice = dice;
        }
        Ok(())
    }

    /// Sends one request to both; a leak if the answers differ or one of them is a fault.
    pub fn ask(&mut self, ask: &Ask) -> Result<Reply, Leak> {
        let replies = [self.sides[0].send(ask), self.sides[1].send(ask)];
        self.asked += 1;
        self.answered += usize::from((200..300).contains(&replies[0].status));
        self.written += usize::from(ask.written.is_some() && (200..300).contains(&replies[0].status));
        let [one, other] = &replies;
        if one == other && one.status < 500 {
            let [one, _] = replies;
            return Ok(one);
        }
        let shown = |side: usize| {
            let reply = &replies[side];
            format!("--- world {side}: {} {:?}\n{}", reply.status, reply.headers, reply.body)
        };
        let [first, second] = self.cases();
        let rules: Vec<_> = first.decisions.rules.iter().filter(|rule| rule.vendor == first.vendor).collect();
        let report = format!(
            "seed {}, request {}: {ask:?}\n{}\n{}\n--- rows that differ\n{}\n{:#?}\n{:?}",
            self.seed,
            self.asked,
            shown(0),
            shown(1),
            differences(first, second),
            rules,
            first.decisions.vendor(&first.vendor),
        );
        Err(Leak(report))
    }
}

/// A board with decisions, and a vendor that sees some of it and not all.
pub fn invented(dice: &mut Dice, vendor: &str, others: &[&str]) -> Case {
    loop {
        let mut board = Board::invented(SERVED, dice);
        board.repair();
        board.forget();
        let decisions = Decisions::invented(&board, vendor, others, dice);
        let case = Case { board, decisions, vendor: vendor.to_owned() };
        let visible = case.people_seen();
        if case.is_applicable() && visible >= 3 {
            return case;
        }
    }
}

/// The rows that stand in one board alone, or otherwise.
fn differences(first: &Case, second: &Case) -> String {
    let mut text = String::new();
    for (case, other, sign) in [(first, second, '<'), (second, first, '>')] {
        for (file, rows) in &case.board.files {
            for row in rows.iter().filter(|row| other.board.find(*file, &row.id) != Some(row)) {
                let gone = if row.gone { " (gone)" } else { "" };
                _ = writeln!(text, "{sign} {}/{}{gone} {:?}", file.name(), row.id, row.values);
            }
        }
    }
    text
}

/// One of the links of an answer, as a path.
fn link(reply: &Reply, dice: &mut Dice) -> Option<String> {
    let links: Vec<&str> = reply.headers.get("link")?.split(", ").collect();
    let link = dice.pick(&links).split_once('>')?.0.strip_prefix('<')?;
    Some(link.strip_prefix(PUBLIC_URL)?.to_owned())
}
