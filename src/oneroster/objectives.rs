//! Learning objectives and score scales as version 1.2 writes them: grouped by where the objectives come from.

use std::borrow::Cow;

use crate::catalogue::element::{LearningObjective, ScoreScaleValue};
use crate::json::Json;

/// Writes objectives of a line item: for each source its identifiers. Returns whether there are any.
pub fn write_ids(json: &mut Json, name: &'static str, objectives: &[LearningObjective<'_>]) -> bool {
    sets(json, name, "learningObjectiveIds", objectives, |json, objective| json.text(&objective.learning_objective_id))
}

/// Writes results by objective: for each source what was reached. Returns whether there are any.
pub fn write_results(json: &mut Json, name: &'static str, objectives: &[LearningObjective<'_>]) -> bool {
    sets(json, name, "learningObjectiveResults", objectives, |json, objective| {
        json.raw("{");
        json.text_member("learningObjectiveId", &objective.learning_objective_id);
        if let Some(score) = objective.score {
            json.name("score");
            json.number(score);
        }
        if let Some(text) = &objective.text_score {
            json.text_member("textScore", text);
        }
        json.raw("}");
    })
}

fn sets(
    json: &mut Json,
    name: &'static str,
    inner: &'static str,
    objectives: &[LearningObjective<'_>],
    write: impl Fn(&mut Json, &LearningObjective<'_>),
) -> bool {
    let mut sources: Vec<&Cow<'_, str>> = Vec::new();
    for objective in objectives {
        if !sources.contains(&&objective.source) {
            sources.push(&objective.source);
        }
    }
    if sources.is_empty() {
        return false;
    }
    json.name(name);
    json.raw("[");
    for source in sources {
        json.element();
        json.raw("{");
        json.text_member("source", source);
        json.name(inner);
        json.raw("[");
        for objective in objectives.iter().filter(|objective| &objective.source == source) {
            json.element();
            write(json, objective);
        }
        json.raw("]}");
    }
    json.raw("]");
    true
}

/// Writes the pairs of a scale. Returns whether there are any.
pub fn write_scale(json: &mut Json, name: &'static str, pairs: &[ScoreScaleValue<'_>]) -> bool {
    if pairs.is_empty() {
        return false;
    }
    json.name(name);
    json.raw("[");
    for pair in pairs {
        json.element();
        json.raw("{");
        json.text_member("itemValueLHS", &pair.left);
        json.text_member("itemValueRHS", &pair.right);
        json.raw("}");
    }
    json.raw("]");
    true
}
