//! The program as its users meet it: one test binary, one file a concern.

mod spelling;
mod support;

mod answers;
mod audian;
mod bad_input;
mod canary;
mod clinic;
mod contract;
mod credentials;
mod disk;
mod doctor;
mod export;
#[path = "../secrets/forms.rs"]
mod forms;
mod hostile;
mod import;
mod layers;
mod mishaps;
mod resume;
mod samples;
mod tables;
mod words;
