//! One contract, every provider: each call of the API against the simulated provider.
//!
//! `bench` has the vocabulary and the list of providers, `calls` what holds for all of them,
//! `refusals` and `troubles` what goes wrong, `socket` what only a real connection shows.

mod bench;
mod calls;
mod refusals;
mod socket;
mod troubles;
