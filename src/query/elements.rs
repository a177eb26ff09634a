//! Comparisons with the elements of a gradebook column: pairs of a scale, objectives, links to scales.

use crate::catalogue::element::{LearningObjective, ScoreScaleLink, ScoreScaleValue};
use crate::query::filter::Leaf;

/// Whether a named member of some element compares so.
pub fn hold(text: &str, name: &str, leaf: &Leaf) -> bool {
    let holds = |found: &str| leaf.op.holds_for_text(found, &leaf.value);
    match name {
        "itemValueLHS" | "itemValueRHS" => {
            let pairs: Vec<ScoreScaleValue<'_>> = serde_json::from_str(text).unwrap_or_default();
            pairs.iter().any(|pair| holds(if name == "itemValueLHS" { &pair.left } else { &pair.right }))
        }
        _ => {
            let objectives: Vec<LearningObjective<'_>> = serde_json::from_str(text).unwrap_or_default();
            objectives.iter().any(|objective| {
                holds(if name == "source" { &objective.source } else { &objective.learning_objective_id })
            })
        }
    }
}

/// The row id of the scale that is linked.
pub fn scale(text: &str) -> Option<i64> {
    serde_json::from_str::<ScoreScaleLink<'_>>(text).ok().map(|link| link.score_scale)
}
