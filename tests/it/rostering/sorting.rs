//! Sorting: by value, in Unicode order, stable, and blind to what is withheld.

use koppelvlak::catalogue::{Entity, Kind};
use serde_json::Value;

use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::id;

const COLLECTIONS: [(&str, Entity); 7] = [
    ("/users", Entity::User),
    ("/orgs", Entity::Org),
    ("/classes", Entity::Class),
    ("/courses", Entity::Course),
    ("/academicSessions", Entity::AcademicSession),
    ("/enrollments", Entity::Enrollment),
    ("/demographics", Entity::Demographics),
];

/// The members of single values.
pub fn scalars(entity: Entity) -> Vec<&'static str> {
    let is_scalar = |kind| matches!(kind, Kind::Text | Kind::Boolean | Kind::Date | Kind::DateTime | Kind::Number);
    let mut names = vec!["sourcedId", "status", "dateLastModified"];
    for field in entity.fields().iter().filter(|field| is_scalar(field.kind)) {
        if !names.contains(&field.name) {
            names.push(field.name);
        }
    }
    names
}

fn value<'v>(object: &'v Value, member: &str) -> Option<&'v str> {
    object.get(member).and_then(Value::as_str)
}

on_each_demo! {
    fn or_309_every_single_value_sorts_in_unicode_order_both_ways_with_absent_ones_after_the_greatest(demo: &Demo) {
        let client = demo.client("everything");
        for (path, entity) in COLLECTIONS {
            for member in scalars(entity) {
                let sorted = |way: &str| client.page(&format!("{path}?limit=10000&sort={member}&orderBy={way}"));
                // Text in UTF-8 sorts as its code points do; nothing comes last.
                let key = |object: &Value| (value(object, member).is_none(), value(object, member).map(str::to_owned));

                let (up, down) = (sorted("asc"), sorted("desc"));

                assert!(up.windows(2).all(|pair| key(&pair[0]) <= key(&pair[1])), "{path} by {member}");
                assert!(down.windows(2).all(|pair| key(&pair[0]) >= key(&pair[1])), "{path} by {member}, desc");
                assert_eq!(up.len(), down.len());
            }
        }
    }

    fn or_310_equal_keys_keep_one_order_over_pages(demo: &Demo) {
        let client = demo.client("gradebook");
        for sort in ["sort=enabledUser", "sort=status&orderBy=desc", "sort=familyName"] {
            let whole: Vec<String> = client.page(&format!("/users?limit=10000&{sort}")).iter().map(id).collect();
            let mut pages = Vec::new();
            while pages.len() < whole.len() {
                let page = client.page(&format!("/users?limit=6&offset={}&{sort}", pages.len()));
                pages.extend(page.iter().map(id));
            }
            assert_eq!(pages, whole, "{sort}");
        }
    }

    fn or_312_an_unknown_sort_field_leaves_the_default_order(demo: &Demo) {
        let client = demo.client("everything");
        let plain = client.ok("/users").body;

        for query in ["sort=nothing", "sort=roles", "sort=org.sourcedId&orderBy=desc", "orderBy=desc", "sort="] {
            assert_eq!(client.ok(&format!("/users?{query}")).body, plain, "{query}");
        }
    }

    fn or_313_without_a_direction_it_is_ascending_and_an_unknown_one_is_refused(demo: &Demo) {
        let client = demo.client("everything");

        assert_eq!(client.ok("/users?sort=familyName").body, client.ok("/users?sort=familyName&orderBy=asc").body);
        assert_eq!(client.ok("/users?sort=familyName&orderBy=DESC").body, client.ok("/users?sort=familyName&orderBy=desc").body);
        assert_eq!(client.refused("/users?sort=familyName&orderBy=foo"), (400, "invaliddata".into()));
        assert_eq!(client.refused("/users?sort=a&sort=b"), (400, "invaliddata".into()));
    }

    fn sorting_by_a_withheld_value_is_no_sorting(demo: &Demo) {
        let client = demo.client("names-only");
        let plain: Vec<String> = client.page("/users?limit=10000").iter().map(id).collect();

        for member in ["email", "username", "identifier", "userMasterIdentifier", "middleName", "sms"] {
            for way in ["asc", "desc"] {
                let sorted = client.page(&format!("/users?limit=10000&sort={member}&orderBy={way}"));
                assert_eq!(sorted.iter().map(id).collect::<Vec<_>>(), plain, "{member} {way}");
            }
        }
    }
}
