//! Every filter of 1.1 against the bodies, and what its scopes open.

use koppelvlak::catalogue::Version;

use super::{client, status};
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::encoded;
use crate::rostering::filters::check;

on_each_demo! {
    fn or_314_324_every_member_compares_by_every_operator_as_its_body_reads(demo: &Demo) {
        for vendor in ["everything", "names-only", "identity-provider"] {
            check(&client(demo, vendor), Version::V1p1, vendor);
        }
    }

    fn or_015_tokens_for_the_scopes_of_1_1_come_back_as_they_were_asked_for(demo: &Demo) {
        let scope = "https://purl.imsglobal.org/spec/or/v1p1/scope/roster-core.readonly";
        let form = format!("grant_type=client_credentials&client_id=everything&client_secret={SECRET}&scope={scope}");
        let granted = demo.server.ask_token("/demo/oauth2/token", &form).json();
        assert_eq!(granted["scope"], scope);

        let mut core = client(demo, "everything");
        core.token = granted["access_token"].as_str().unwrap().to_owned();
        let school = encoded(&demo.board.schools[0]);
        assert_eq!(core.get("/users?limit=1").status, 200);
        for path in ["/demographics".to_owned(), format!("/schools/{school}/students"), "/resources".to_owned()] {
            assert_eq!(status(&core.get(&path)), (403, "error".into(), "forbidden".into()), "{path}");
        }
    }
}
