//! One contract, every provider: each call of the API against the simulated provider.
//!
//! `bench` has the vocabulary and the list of providers, `users` what holds for all of them,
//! `calls` what holds for those whose users have phones, `archive` and `leaver` for those who keep an archive,
//! `refusals` and `troubles` what goes wrong, `socket` what only a real connection shows.

mod archive;
mod bench;
mod calls;
mod leaver;
mod refusals;
mod socket;
mod troubles;
mod users;
