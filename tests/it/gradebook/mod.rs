//! OneRoster 1.2 Gradebook and Resources as a vendor meets them: everything here goes over HTTP.

mod client;
mod discovery;
mod reads;
mod shapes;
mod writes;
