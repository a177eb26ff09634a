//! What one connection wants otherwise at the SCIM door: clients disagree, and one server must suit each of them.
//!
//! The defaults are lenient, so that clients that are known to work do so without a setting.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What happens to what the schemas don't know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// It is left out.
    #[default]
    #[serde(alias = "skip")]
    Ignore,
    /// The request is refused.
    Reject,
}

/// What a PATCH is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PatchResponse {
    /// 200 with the resource.
    #[default]
    #[serde(rename = "200")]
    Resource,
    /// 204 without.
    #[serde(rename = "204")]
    Nothing,
}

/// What happens to a write that prefers two values of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondPrimary {
    /// It is refused.
    #[default]
    Reject,
    /// The last one is preferred.
    LastWins,
}

/// The switches of one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of a settings file")]
pub struct Switches {
    /// Attributes and schemas that aren't ours.
    pub unknown_attributes: Unknown,
    /// Members that don't exist.
    pub unknown_member: Unknown,
    /// Two values that are both `primary`.
    pub second_primary: SecondPrimary,
    /// Whether `replace` makes the element that its filter doesn't find, as Entra expects.
    pub create_on_replace_nomatch: bool,
    /// Whether every operation of a PATCH must have a path.
    pub require_path_in_patch: bool,
    /// Whether a filter may have values without quotes, or in single ones.
    pub filter_bare_words: bool,
    /// Whether `"True"` is `true`.
    pub coerce_booleans: bool,
    /// What a PATCH is answered with.
    pub patch_response: PatchResponse,
    /// Whether a change must say which version it changes.
    pub require_if_match: bool,
    /// Whether two groups can't have one name.
    pub group_displayname_unique: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            unknown_attributes: Unknown::Ignore,
            unknown_member: Unknown::Ignore,
            second_primary: SecondPrimary::Reject,
            create_on_replace_nomatch: false,
            require_path_in_patch: false,
            filter_bare_words: true,
            coerce_booleans: true,
            patch_response: PatchResponse::Resource,
            require_if_match: false,
            group_displayname_unique: false,
        }
    }
}

impl Switches {
    /// What differs from the defaults, by name.
    pub fn set(&self) -> Map<String, Value> {
        let all = |switches: &Self| match serde_json::to_value(switches) {
            Ok(Value::Object(all)) => all,
            // Words and flags can't fail to be JSON.
            _ => Map::new(),
        };
        let defaults = all(&Self::default());
        all(self).into_iter().filter(|(name, value)| defaults.get(name) != Some(value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_name_only_what_differs() {
        let entra: Switches = serde_json::from_str(
            r#"{"create_on_replace_nomatch": true, "patch_response": "204", "unknown_member": "skip"}"#,
        )
        .unwrap();

        assert_eq!(
            entra,
            Switches { create_on_replace_nomatch: true, patch_response: PatchResponse::Nothing, ..Switches::default() }
        );
        assert_eq!(
            Value::from(entra.set()).to_string(),
            r#"{"create_on_replace_nomatch":true,"patch_response":"204"}"#
        );
        assert!(serde_json::from_str::<Switches>(r#"{"patch_respons": "204"}"#).is_err());
    }
}
