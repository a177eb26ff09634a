//! The gradebook: what is written, what becomes of it, and what stands below classes
//! (OneRoster 1.2 Gradebook, OneRoster 1.1 §3.1).

pub mod assessments;
pub mod below;
pub mod desk;
pub mod in_use;
pub mod life;
pub mod objects;
pub mod posts;
pub mod scales;
pub mod values;
