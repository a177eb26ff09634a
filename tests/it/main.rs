//! The one integration binary: each further binary would link the server again.

// `cfg(test)` tells clippy that a panic is how these files fail.
#[cfg(test)]
mod applied_rules;
#[cfg(test)]
mod board;
#[cfg(test)]
mod broken_sets;
#[cfg(test)]
mod broken_zips;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod csv_set;
#[cfg(test)]
mod delta;
#[cfg(test)]
mod disclosures;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod exporting;
#[cfg(test)]
mod faulty_rules;
#[cfg(test)]
mod field;
#[cfg(test)]
mod gradebook;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod import_history;
#[cfg(test)]
mod importing;
#[cfg(test)]
mod importing_changes;
#[cfg(test)]
mod kill_import;
#[cfg(test)]
mod national_numbers;
#[cfg(test)]
mod noninterference;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod pulling;
#[cfg(test)]
mod pushing;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod reference_scim;
#[cfg(test)]
mod reference_v1p1;
#[cfg(test)]
mod release_model;
#[cfg(test)]
mod rostering;
#[cfg(test)]
mod rules_slips;
#[cfg(test)]
mod rules_text;
#[cfg(test)]
mod scim;
#[cfg(test)]
mod scim_engine;
#[cfg(test)]
mod shown_requests;
#[cfg(test)]
mod signer;
#[cfg(test)]
mod sound_sets;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod v1p1;
