//! Seeds that failed once, each with the shortest list of strikes that made it fail, and what it broke then.

use crate::seeds;
use crate::strikes::Strikes;

const ONCE_BROKEN: &[(u64, &str, &str)] =
    &[(10, "disk9=full", "P2: a row had no outcome after the disk was full")];

#[test]
fn what_failed_once_holds() {
    for (seed, strikes, why) in ONCE_BROKEN {
        let Strikes::Told(strikes) = Strikes::parse(strikes) else { unreachable!("a list is told") };
        assert_eq!(seeds::told(*seed, &strikes), Vec::<String>::new(), "seed {seed} again; once: {why}");
    }
}
