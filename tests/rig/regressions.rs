//! Seeds that failed once, each with the shortest list of strikes that made it fail, and what it broke then.
//!
//! A seed stands for its sheet and its account: when `scenario.rs` draws otherwise, or a run asks in another order, these
//! lines mean something else. Where the fault can be planted its name stands beside the line, and `planted.rs` holds that
//! the line still meets it.

use crate::seeds;
use crate::strikes::Strikes;

/// Seed, strikes, what they broke, and the planted bug that breaks it again.
pub const ONCE_BROKEN: &[(u64, &str, &str, &str)] = &[
    (
        24,
        "net1=reset_after net2=crash_after net4=403_account net6=500_after net8=late_hang net10=crash_before \
         net11=429_absurd net13=interrupt net15=crash_after net17=crash_late net20=401 net29=500_after \
         net30=429_absurd net31=400",
        "P3: a password told as not set, since its device could not be read",
        "",
    ),
    (128, "disk4=eio", "P2: a row had no outcome once the disk had failed", "LostEndingTold"),
    (
        140,
        "net9=hang_after net16=crash_late net24=not_json disk7=crash_written",
        "P3: failed, and changed",
        "NoEffectEndsDoubt",
    ),
    (294, "net9=504_late net10=400", "P3: failed, and changed later", "StepForgetsDoubt"),
    (
        392,
        "net1=504_late net3=late_reset net6=504_late net8=crash_late net10=400",
        "P3: a password told as not set",
        "PasswordRefusedIsFailed",
    ),
    (
        1031,
        "net1=401 net4=403_account net7=401 net12=429 net13=403_account net17=401 net19=crash_after net20=cut_body \
         net23=crash_after net24=cut_body net27=not_sent",
        "P3: a password told as not set, since the last try had no effect",
        "UsedUpStepIsFailed",
    ),
    (454, "net3=crash_before net22=crash_late", "P3: failed, and made", "NoEffectEndsDoubt"),
    (2261, "net2=late_reset net10=cap", "P3: failed, and made", "RefusalEndsDoubt"),
    (
        444,
        "net0=429 net1=cut_body net4=crash_late net5=crash_late net6=401 net8=401 net10=429 net12=cut_body net18=cut_body \
         net21=429 disk0=crash_torn disk6=crash_torn disk9=crash_unwritten",
        "P3: finished, with rows left",
        "StoppedIsFinished",
    ),
    (
        25627,
        "net0=no_id net2=not_json net4=hang_after net5=not_json net7=no_id net8=no_id net9=hang_before net10=hang_after \
         net11=no_id",
        "liveness: a row failed, since its look was given up after three tries",
        "",
    ),
    // A limit that lasts leaves the run unfinished whatever the fault says.
    (4321, "net3=429_absurd net4=502_before", "P3: finished, with rows left", ""),
];

#[test]
fn what_failed_once_holds() {
    for (seed, strikes, why, _) in ONCE_BROKEN {
        assert_eq!(again(*seed, strikes), Vec::<String>::new(), "seed {seed} again; once: {why}");
    }
}

/// What a line breaks now.
pub fn again(seed: u64, strikes: &str) -> Vec<String> {
    let Strikes::Told(strikes) = Strikes::parse(strikes) else { unreachable!("a list is told") };
    seeds::told(seed, &strikes)
}
