//! The compiled release, bitmaps and all, equals the naive one, for thousands of random boards and decisions.

use std::sync::Arc;

use koppelvlak::catalogue::{Category, Entity};
use koppelvlak::consent::connection::ConnectionStatus;
use koppelvlak::consent::pseudonym::Pseudonyms;
use koppelvlak::consent::switches::Switches;
use koppelvlak::consent::{self, Connection, Grounds, Release};
use koppelvlak::keys::MasterKey;
use koppelvlak::oneroster::csv::File;
use roaring::RoaringBitmap;

use crate::board::invent::{TINY, day};
use crate::board::release::Names;
use crate::board::{Board, Decisions, Dice, Model};

const VENDOR: &str = "atlas";
const BOARDS: u64 = 3_000;

/// The files with the objects of an entity.
const OBJECTS: [(Entity, File); 6] = [
    (Entity::Org, File::Orgs),
    (Entity::AcademicSession, File::AcademicSessions),
    (Entity::Course, File::Courses),
    (Entity::Class, File::Classes),
    (Entity::Resource, File::Resources),
    (Entity::User, File::Users),
];

fn compile(board: &Board, decisions: &Decisions) -> Release {
    let vendor = decisions.vendor(VENDOR);
    let connection = Connection {
        vendor: vendor.id.clone(),
        name: vendor.id.clone(),
        identifiers: vendor.identifiers,
        required_fields: vendor.required_fields,
        scopes: Vec::new(),
        status: ConnectionStatus::Active,
        scim: Switches::default(),
    };
    let choices: Vec<consent::Choice> = decisions
        .choices
        .iter()
        .map(|choice| consent::Choice {
            person: board.row_id(File::Users, &choice.person),
            vendor: choice.vendor.clone(),
            categories: choice.categories.clone(),
            decision: choice.decision,
            by: "parent".to_owned(),
            on: day(),
            withdrawn: choice.is_withdrawn.then(day),
        })
        .collect();
    let rules: Vec<_> = decisions.rules.iter().filter(|rule| rule.vendor == VENDOR).cloned().collect();
    let enabled: Vec<Category> = decisions.special.iter().map(|(category, _)| *category).collect();
    let grounds = Grounds { connection: &connection, rules: &rules, choices: &choices, enabled: &enabled, day: day() };
    let key = MasterKey::from_text(&"5a".repeat(32)).unwrap();
    Release::compile(Arc::new(board.snapshot()), &grounds, Pseudonyms::new(&key, "noord", VENDOR))
}

fn names(board: &Board, file: File, set: &RoaringBitmap, release: &Release, entity: Entity) -> Names {
    let names: Names =
        set.iter().map(|position| release.snapshot().ids(entity).sourced_id(position).to_owned()).collect();
    assert!(names.iter().all(|id| board.find(file, id).is_some()));
    names
}

/// Some of the people who were there once are gone, and so are some memberships; and some schools, courses and terms
/// without what names them.
fn with_losses(mut board: Board, dice: &mut Dice) -> Board {
    for (file, percent) in [(File::Users, 10), (File::Enrollments, 10), (File::Classes, 5)] {
        for id in board.ids(file) {
            if dice.chance(percent) {
                board.remove(file, &id);
            }
        }
    }
    for file in [File::Orgs, File::Courses, File::AcademicSessions] {
        for id in board.ids(file) {
            if dice.chance(5) {
                board.find_mut(file, &id).unwrap().gone = true;
            }
        }
    }
    board
}

#[test]
fn the_compiled_release_equals_the_naive_one() {
    let mut n_visible = 0;
    for seed in 0..BOARDS {
        let mut dice = Dice::new(seed);
        let mut board = Board::invented(TINY, &mut dice);
        board.repair();
        board.forget();
        let decisions = Decisions::invented(&board, VENDOR, &["borg"], &mut dice);
        let board = with_losses(board, &mut dice);

        let release = compile(&board, &decisions);
        let model = Model::new(&board, &decisions, VENDOR, day());

        let context = || format!("seed {seed}: {:#?}\n{:#?}\n{board:#?}", decisions.rules, decisions.choices);
        for category in Category::ALL {
            let compiled = names(&board, File::Users, release.released(*category), &release, Entity::User);
            let naive = model.shown(Entity::User, *category);
            assert_eq!(compiled, naive, "people released with {category}, {}", context());
        }
        let people = model.people();
        n_visible += people.len();
        for (entity, file) in OBJECTS {
            let compiled = names(&board, file, release.visible(entity), &release, entity);
            let naive = if entity == Entity::User { people.clone() } else { model.visible(entity) };
            assert_eq!(compiled, naive, "visible {entity:?}, {}", context());
            for category in Category::ALL {
                let shown = names(&board, file, &release.shown(entity, *category), &release, entity);
                assert_eq!(shown, model.shown(entity, *category), "{entity:?} shown with {category}, {}", context());
                let one_by_one = board.rows(file).iter().filter(|row| {
                    release.shows(entity, *category, release.snapshot().ids(entity).find(&row.id).unwrap())
                });
                assert_eq!(one_by_one.map(|row| row.id.clone()).collect::<Names>(), shown);
            }
        }
        let (classes, pupils, accounts) = model.rights();
        let position = |entity, id: &String| release.snapshot().ids(entity).find(id).unwrap();
        for class in board.ids(File::Classes) {
            let may = release.may_write_for_class(position(Entity::Class, &class));
            assert_eq!(may, classes.contains(&class), "line items of {class}, {}", context());
        }
        let places = || model.visible(Entity::Class).into_iter().map(Some).chain([None]);
        for (pupil, class) in
            board.ids(File::Users).into_iter().flat_map(|pupil| places().map(move |c| (pupil.clone(), c)))
        {
            let at = class.as_ref().map(|class| position(Entity::Class, class));
            let may = release.may_write_for(position(Entity::User, &pupil), at);
            assert_eq!(may, pupils.contains(&(pupil.clone(), class.clone())), "{pupil} at {class:?}, {}", context());
        }
        for person in board.ids(File::Users) {
            for category in [Category::Login, Category::ContactEmail] {
                let may = release.may_keep_account(category, position(Entity::User, &person));
                assert_eq!(may, accounts.contains(&(category, person.clone())), "account of {person}, {}", context());
            }
        }
        let demographics = names(&board, File::Users, release.visible(Entity::Demographics), &release, Entity::User);
        assert_eq!(demographics, model.demographics(), "demographics, {}", context());
        let memberships =
            names(&board, File::Enrollments, release.visible(Entity::Enrollment), &release, Entity::Enrollment);
        assert_eq!(memberships, model.memberships(), "memberships, {}", context());
    }

    assert!(n_visible > 4_000, "only {n_visible} people were visible in all");
}
