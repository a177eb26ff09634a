//! The common query: filter, sort and page over what a release makes visible. Answers are keys, never data.

pub mod answers;
pub mod cursor;
mod dictionary;
mod elements;
pub mod evaluate;
pub mod filter;
pub mod held_roles;
pub mod joined;
pub mod list;
pub mod main_role;
pub mod modified;
mod names;
pub mod own;
pub mod relation;
pub mod remember;
pub mod shadow;
pub mod sort;
pub mod value;
pub mod views;
pub mod written_once;

pub use answers::Board;
pub use evaluate::{Context, QueryError};
pub use filter::{Filter, Leaf, Member, Op, Target};
pub use list::{Door, List, Page, Start, View};
pub use sort::{Direction, Last, SortKey};
pub use views::{Asked, Views};
pub use written_once::{Before, Budget, Written, WrittenOnce};
