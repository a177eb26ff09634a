//! OneRoster 1.2 Gradebook and Resources as a vendor meets them: everything here goes over HTTP.

mod answers;
pub mod client;
pub mod desk;
mod discovery;
pub mod names;
mod reads;
mod shapes;
mod times;
mod writes;
