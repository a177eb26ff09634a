//! How to use the demo: for people on the screen, for programs in the ready file.

use serde_json::{Map, Value, json};

use crate::cli::demo::TENANT;
use crate::cli::ready_file;

/// What there is to know of a running demo.
pub struct Guide {
    /// What links name.
    pub public_url: String,
    /// Where it really listens.
    pub listen_url: String,
    /// Each vendor's id and secret.
    pub secrets: Vec<(&'static str, String)>,
    /// Each board with a token for SCIM.
    pub scim_tokens: Vec<(&'static str, String)>,
}

impl Guide {
    /// The content of the ready file.
    pub fn ready(&self) -> Map<String, Value> {
        let base = format!("{}/{TENANT}", self.public_url);
        let root = format!("{base}/ims/oneroster");
        let vendors: Map<String, Value> = self
            .secrets
            .iter()
            .map(|(id, secret)| ((*id).to_owned(), json!({"client_id": id, "client_secret": secret})))
            .collect();
        let mut ready = ready_file::of_server(&self.public_url, &self.listen_url);
        ready.extend([
            ("tenant".to_owned(), json!(TENANT)),
            ("base_url".to_owned(), json!(base)),
            (
                "oneroster".to_owned(),
                json!({
                    "root": root,
                    "v1p1": format!("{root}/v1p1"),
                    "rostering_v1p2": format!("{root}/rostering/v1p2"),
                    "gradebook_v1p2": format!("{root}/gradebook/v1p2"),
                    "resources_v1p2": format!("{root}/resources/v1p2"),
                }),
            ),
            ("vendors".to_owned(), Value::Object(vendors)),
        ]);
        for (board, token) in &self.scim_tokens {
            let name = if *board == TENANT { "scim".to_owned() } else { format!("scim_{board}") };
            let base_url = format!("{}/{board}/scim/v2", self.public_url);
            ready.insert(name, json!({"base_url": base_url, "token": token}));
        }
        ready
    }

    /// What to try first.
    pub fn text(&self) -> String {
        let url = &self.listen_url;
        let vendors: Vec<String> =
            self.secrets.iter().map(|(vendor, secret)| format!("  {vendor:<18} {secret}")).collect();
        let vendors = vendors.join("\n");
        let (vendor, secret) =
            self.secrets.iter().find(|(vendor, _)| *vendor == "names-only").cloned().unwrap_or_default();
        let scim = self.scim_tokens.first().map_or("", |(_, token)| token);
        format!(
            r#"
A school board with its vendors and rules is served at {url}/{TENANT}

Vendors and their secrets:
{vendors}

A token for one of them, and a page of people:

  TOKEN=$(curl -s -u {vendor}:{secret} -d grant_type=client_credentials \
    {url}/oauth2/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s -H "Authorization: Bearer $TOKEN" \
    "{url}/{TENANT}/ims/oneroster/rostering/v1p2/users?limit=2"

The same people over SCIM, as an identity provider sees them:

  curl -s -H "Authorization: Bearer {scim}" \
    "{url}/{TENANT}/scim/v2/Users?count=2"

Ctrl-C stops it.
"#
        )
    }
}
