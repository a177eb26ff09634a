//! The suites against a good server, and against the same server broken in one way at a time.

// `cfg(test)` tells clippy that a panic is how these files fail.
#[cfg(test)]
mod consent;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod good_server;
#[cfg(test)]
mod oneroster;
#[cfg(test)]
mod oneroster_csv;
#[cfg(test)]
mod people;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod sabotage;
#[cfg(test)]
mod saboteur;
