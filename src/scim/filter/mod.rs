//! Filters (RFC 7644 §3.4.2.2): text, then an expression in which every name is an attribute and every value fits
//! it, then an answer for each resource.

mod expression;
mod holds;
mod parse;
#[cfg(test)]
mod tests;
mod typed;

pub use expression::{Comparison, Filter, Operand, Operator, Text};
pub use holds::is_present;
pub(crate) use parse::value_filter;
pub use parse::{Scope, Undefined};
