//! What of the imported gradebook a vendor sees: cut to pupils, classes and schools.

use std::collections::BTreeSet;

use crate::gradebook::client::client;
use crate::harness::Server;
use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::{Client, encoded, id, refusal};

fn gradebook<'s>(server: &'s Server, vendor: &str) -> Client<'s> {
    client(server, "demo", vendor, "gradebook/v1p2")
}

fn referred(objects: &[serde_json::Value], field: &str) -> BTreeSet<String> {
    objects.iter().filter_map(|object| object[field]["sourcedId"].as_str().map(str::to_owned)).collect()
}

on_each_demo! {
    fn results_are_those_of_pupils_in_the_view_and_link_to_what_is_in_it(demo: &Demo) {
        for vendor in ["everything", "gradebook"] {
            let (gradebook, rostering) = (gradebook(&demo.server, vendor), client(&demo.server, "demo", vendor, "rostering/v1p2"));
            let results = gradebook.page("/results?limit=10000");
            let items = gradebook.page("/lineItems?limit=10000");

            assert!(results.len() > 20 && items.len() > 10, "{} {}", results.len(), items.len());
            assert!(referred(&results, "student").is_subset(&rostering.all("/students")));
            assert!(referred(&results, "lineItem").is_subset(&gradebook.all("/lineItems")));
            assert!(referred(&items, "class").is_subset(&rostering.all("/classes")));
            assert!(referred(&items, "school").is_subset(&rostering.all("/schools")));
            assert!(referred(&items, "category").is_subset(&gradebook.all("/categories")));
            assert_eq!(gradebook.follow(results[0]["lineItem"]["href"].as_str().unwrap()).status, 200);
        }
    }

    fn a_vendor_of_two_schools_sees_nothing_of_the_third(demo: &Demo) {
        let all = gradebook(&demo.server, "everything");
        let some = gradebook(&demo.server, "gradebook");

        let (n_all, n_some) = (all.page("/lineItems?limit=10000").len(), some.page("/lineItems?limit=10000").len());
        assert!(0 < n_some && n_some < n_all, "{n_some} of {n_all}");
        assert!(some.ok("/results?limit=10000").json()["results"].as_array().unwrap().iter().all(|r| r.get("comment").is_none()
            && r.get("late").is_none() && r.get("learningObjectiveSet").is_none()));
        assert!(all.page("/results?limit=10000").iter().any(|r| r.get("learningObjectiveSet").is_some()));
        assert_eq!(refusal(&gradebook(&demo.server, "names-only").get("/results")), (403, "forbidden".into()));
    }

    fn a_withheld_remark_or_flag_can_be_neither_filtered_nor_sorted_on(demo: &Demo) {
        let (all, some) = (gradebook(&demo.server, "everything"), gradebook(&demo.server, "gradebook"));
        let ordered = |query: &str| some.page(&format!("/results?limit=10000{query}")).iter().map(id).collect::<Vec<_>>();

        assert!(!all.found("/results", "comment~'e'").is_empty());
        assert!(some.found("/results", "comment~'e'").is_empty());
        assert!(some.found("/results", "late='true'").is_empty());
        assert_eq!(some.found("/results", "late!='true'"), some.all("/results"));
        assert_eq!(ordered("&sort=comment&orderBy=desc"), ordered(""));
    }

    fn or_519_nested_lists_hold_what_belongs_there(demo: &Demo) {
        let gradebook = gradebook(&demo.server, "everything");
        let results = gradebook.page("/results?limit=10000");
        let items = gradebook.page("/lineItems?limit=10000");
        let item = items.iter().find(|item| referred(&results, "lineItem").contains(&id(item))).unwrap();
        let class = item["class"]["sourcedId"].as_str().unwrap();
        let student = results.iter().find(|r| r["lineItem"]["sourcedId"] == id(item)).unwrap()["student"]["sourcedId"].as_str().unwrap();
        let of_class = format!("/classes/{}", encoded(class));

        let expected: BTreeSet<String> = items.iter().filter(|i| i["class"]["sourcedId"] == class).map(id).collect();
        assert_eq!(gradebook.all(&format!("{of_class}/lineItems")), expected);
        let of_item: BTreeSet<String> = results.iter().filter(|r| r["lineItem"]["sourcedId"] == id(item)).map(id).collect();
        assert_eq!(gradebook.all(&format!("{of_class}/lineItems/{}/results", encoded(&id(item)))), of_item);
        assert_eq!(gradebook.found("/results", &format!("lineItem.sourcedId='{}'", id(item))), of_item);
        let in_class: BTreeSet<String> =
            results.iter().filter(|r| expected.contains(r["lineItem"]["sourcedId"].as_str().unwrap())).map(id).collect();
        assert_eq!(gradebook.all(&format!("{of_class}/results")), in_class);
        let of_student: BTreeSet<String> = results.iter().filter(|r| r["student"]["sourcedId"] == student).map(id).collect();
        assert_eq!(
            gradebook.all(&format!("{of_class}/students/{}/results", encoded(student))),
            of_student.intersection(&in_class).cloned().collect()
        );
        assert!(!gradebook.all(&format!("{of_class}/categories")).is_empty());
    }

    fn or_520_a_line_item_of_another_class_is_unknown_below_this_one(demo: &Demo) {
        let gradebook = gradebook(&demo.server, "everything");
        let items = gradebook.page("/lineItems?limit=10000");
        let class = items[0]["class"]["sourcedId"].as_str().unwrap();
        let other = items.iter().find(|item| item["class"]["sourcedId"] != class).unwrap();

        let path = format!("/classes/{}/lineItems/{}/results", encoded(class), encoded(&id(other)));
        assert_eq!(refusal(&gradebook.get(&path)), (404, "unknownobject".into()));
        assert_eq!(gradebook.get("/classes/no-such-class/results").status, 404);
    }

    fn or_552_materials_agree_with_those_of_their_class(demo: &Demo) {
        let resources = client(&demo.server, "demo", "everything", "resources/v1p2");
        let rostering = client(&demo.server, "demo", "everything", "rostering/v1p2");
        for collection in ["classes", "courses", "users"] {
            let objects = rostering.page(&format!("/{collection}?limit=10000"));
            let with: Vec<_> = objects.iter().filter(|object| object.get("resources").is_some()).take(5).collect();
            assert!(!with.is_empty(), "{collection}");
            for object in with {
                let named: BTreeSet<String> =
                    object["resources"].as_array().unwrap().iter().map(|r| r["sourcedId"].as_str().unwrap().to_owned()).collect();
                assert_eq!(resources.all(&format!("/{collection}/{}/resources", encoded(&id(object)))), named);
            }
        }
        assert_eq!(resources.get("/users/nobody/resources").status, 404);
    }

    fn sorts_and_filters_of_the_gradebook_work(demo: &Demo) {
        let gradebook = gradebook(&demo.server, "everything");
        let results = gradebook.page("/results?limit=10000");

        let high: BTreeSet<String> = results.iter().filter(|r| r["score"].as_f64().is_some_and(|s| s >= 7.0)).map(id).collect();
        assert!(!high.is_empty());
        assert_eq!(gradebook.found("/results", "score>='7'"), high);
        let scores: Vec<f64> =
            gradebook.page("/results?limit=10000&sort=score&orderBy=desc").iter().filter_map(|r| r["score"].as_f64()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b));
        let items = gradebook.page("/lineItems?limit=10000");
        let scale = items.iter().find_map(|i| i["scoreScale"]["sourcedId"].as_str()).unwrap().to_owned();
        let scaled: BTreeSet<String> =
            items.iter().filter(|i| i["scoreScale"]["sourcedId"] == scale).map(id).collect();
        assert_eq!(gradebook.found("/lineItems", &format!("scoreScale.sourcedId='{scale}'")), scaled);
        assert!(!gradebook.found("/scoreScales", "scoreScaleValue.itemValueLHS='goed'").is_empty());
        assert!(!gradebook.found("/lineItems", "learningObjectiveSet.source='case'").is_empty());
    }
}
