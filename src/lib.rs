//! Koppelvlak.
