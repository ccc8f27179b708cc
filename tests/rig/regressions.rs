//! Seeds that failed once, each with the shortest list of strikes that made it fail, and what it broke then.
//!
//! A seed stands for its sheet and its account: when `scenario.rs` draws otherwise, these lines mean something else.

use crate::seeds;
use crate::strikes::Strikes;

const ONCE_BROKEN: &[(u64, &str, &str)] = &[
    (
        19,
        "net14=403_account disk7=crash_torn disk23=eio",
        "P2: a row had no outcome once the disk had failed",
    ),
    (
        24,
        "net1=reset_after net2=crash_after net4=403_account net6=500_after net8=late_hang net10=crash_before \
         net11=429_absurd net13=interrupt net15=crash_after net17=crash_late net20=401 net29=500_after \
         net30=429_absurd net31=400",
        "P3: a password told as not set, since its device could not be read",
    ),
    (
        126,
        "net4=reset_before net11=403_trial net13=crash_before net23=somebody net25=crash_late",
        "P3: failed, and made",
    ),
    (140, "net9=hang_after net16=crash_late net24=not_json disk7=crash_written", "P3: failed, and changed"),
    (294, "net9=504_late net10=400", "P3: failed, and changed later"),
    (
        325,
        "net9=late_hang net11=late_reset net18=504_late net20=late_reset net23=400",
        "P3: a password told as not set",
    ),
    (
        664,
        "net0=crash_late net7=crash_before net12=429_absurd disk3=crash_torn",
        "P3: finished, with rows left",
    ),
];

#[test]
fn what_failed_once_holds() {
    for (seed, strikes, why) in ONCE_BROKEN {
        let Strikes::Told(strikes) = Strikes::parse(strikes) else { unreachable!("a list is told") };
        assert_eq!(seeds::told(*seed, &strikes), Vec::<String>::new(), "seed {seed} again; once: {why}");
    }
}
