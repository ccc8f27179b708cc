//! What the calls of a run were like, from the lines that were kept of them.
//!
//! Pure over a reader. A line that is torn or strange is passed over: nothing rests on it but a drawing.

use std::io::BufRead;

use jiff::Timestamp;
use serde::Deserialize;

/// How a call ended, in the order in which drawings stack it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    Answered,
    Limited,
    Refused,
    Unclear,
}

/// The upper ends of the latency steps, in milliseconds; one more step takes the rest.
const STEPS: [u32; 11] = [20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000];
/// How many stretches the time is cut into.
const STRETCHES: usize = 48;

/// What the calls of a run were like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallsTold {
    pub count: u64,
    pub by_ending: [u64; 4],
    /// Seconds from the first call to the end of the last one.
    pub seconds: f64,
    /// Seconds in which all calls waited because the provider limits.
    pub waited: f64,
    /// Calls by ending in equal stretches of that time.
    pub over_time: Vec<[u64; 4]>,
    /// Waits as shares of that time: where each begins and ends.
    pub waits: Vec<(f64, f64)>,
    /// Calls by latency: a label and how many.
    pub latency: Vec<(String, u64)>,
    /// Milliseconds.
    pub median: u32,
    pub ninety_fifth: u32,
    pub longest: u32,
}

/// One line of the file.
#[derive(Debug, Deserialize)]
struct Line {
    at: String,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    code: String,
    milliseconds: Option<u32>,
    paused_seconds: Option<f64>,
}

/// A call, as small as possible: a long run has many.
struct Seen {
    ended: i64,
    took: u32,
    ending: Ending,
}

impl CallsTold {
    /// Reads the lines; `None` where there is no call among them.
    pub fn read(lines: impl BufRead) -> Option<CallsTold> {
        let (mut calls, mut waits) = (Vec::new(), Vec::new());
        for line in lines.split(b'\n').map_while(Result::ok) {
            let Ok(line) = serde_json::from_slice::<Line>(&line) else { continue };
            let Ok(at) = line.at.parse::<Timestamp>() else { continue };
            let at = at.as_millisecond();
            match (line.milliseconds, line.paused_seconds) {
                (Some(took), _) => calls.push(Seen { ended: at, took, ending: line.ending() }),
                (None, Some(seconds)) => waits.push((at, seconds.clamp(0.0, 86_400.0))),
                (None, None) => {}
            }
        }
        (!calls.is_empty()).then(|| told(&calls, &waits))
    }
}

impl Line {
    fn ending(&self) -> Ending {
        match (self.status, self.code.is_empty()) {
            (Some(429), _) => Ending::Limited,
            (None | Some(500..), _) => Ending::Unclear,
            (Some(200..=299), true) => Ending::Answered,
            (Some(_), _) => Ending::Refused,
        }
    }
}

fn told(calls: &[Seen], waits: &[(i64, f64)]) -> CallsTold {
    let began = calls.iter().map(|call| call.ended - i64::from(call.took)).min().unwrap_or_default();
    let ended = calls.iter().map(|call| call.ended).max().unwrap_or_default();
    let span = (ended - began).max(1) as f64;
    let share = |at: i64| ((at - began) as f64 / span).clamp(0.0, 1.0);
    let waits = waited(calls, waits);
    let mut told = CallsTold {
        count: calls.len() as u64,
        seconds: span / 1000.0,
        waited: waits.iter().map(|(from, to)| (to - from) as f64 / 1000.0).sum(),
        waits: waits.iter().map(|(from, to)| (share(*from), share(*to))).collect(),
        over_time: vec![[0; 4]; STRETCHES],
        latency: labels().into_iter().map(|label| (label, 0)).collect(),
        ..CallsTold::default()
    };
    for call in calls {
        let stretch = ((share(call.ended) * STRETCHES as f64) as usize).min(STRETCHES - 1);
        told.over_time[stretch][call.ending as usize] += 1;
        told.by_ending[call.ending as usize] += 1;
        told.latency[STEPS.iter().position(|end| call.took < *end).unwrap_or(STEPS.len())].1 += 1;
    }
    told.trim_latency();
    let mut took: Vec<u32> = calls.iter().map(|call| call.took).collect();
    took.sort_unstable();
    let rank = |percent: usize| took[(took.len() * percent).div_ceil(100).max(1) - 1];
    (told.median, told.ninety_fifth, told.longest) = (rank(50), rank(95), rank(100));
    told
}

/// The stretches in which nothing was sent because of the limit: each announced wait, up to the next call that
/// began, as an interrupted run waits no longer.
fn waited(calls: &[Seen], announced: &[(i64, f64)]) -> Vec<(i64, i64)> {
    let mut begins: Vec<i64> = calls.iter().map(|call| call.ended - i64::from(call.took)).collect();
    begins.sort_unstable();
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    for (at, seconds) in announced {
        let next = begins.get(begins.partition_point(|begin| begin <= at));
        let end = (*at + (seconds * 1000.0) as i64).min(next.copied().unwrap_or(*at));
        let begin = stretches.last().map_or(*at, |(_, last)| (*at).max(*last));
        if begin < end {
            stretches.push((begin, end));
        }
    }
    stretches
}

impl CallsTold {
    /// Leaves out the empty steps at both ends.
    fn trim_latency(&mut self) {
        let filled = |step: &(String, u64)| step.1 > 0;
        let last = self.latency.iter().rposition(filled).unwrap_or_default();
        self.latency.truncate(last + 1);
        let first = self.latency.iter().position(filled).unwrap_or_default();
        self.latency.drain(..first);
    }
}

fn labels() -> Vec<String> {
    let unit = |ms: u32| if ms < 1_000 { format!("{ms} ms") } else { format!("{} s", ms / 1_000) };
    let mut labels = vec![format!("under {}", unit(STEPS[0]))];
    labels.extend(STEPS.windows(2).map(|pair| format!("{} to {}", unit(pair[0]), unit(pair[1]))));
    labels.push(format!("over {}", unit(STEPS[STEPS.len() - 1])));
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_ending_time_and_latency() {
        let lines = r#"{"at":"2026-11-20T10:00:01Z","row":2,"call":"create user","status":200,"code":"","milliseconds":120}
{"at":"2026-11-20T10:00:02Z","row":3,"call":"create user","status":429,"code":"http_429","milliseconds":30}
{"at":"2026-11-20T10:00:02Z","paused_seconds":4.0}
{"at":"2026-11-20T10:00:09Z","row":3,"call":"create user","status":null,"code":"timeout","milliseconds":3000}
{"at":"2026-11-20T10:00:10.88Z","row":4,"call":"create user","status":409,"code":"1021","milliseconds":150}
{"at":"2026-11-20T10:0"#;
        let told = CallsTold::read(lines.as_bytes()).expect("there are calls");
        assert_eq!((told.count, told.by_ending), (4, [1, 1, 1, 1]));
        assert_eq!((told.seconds, told.waited), (10.0, 4.0));
        let cut_short = lines.replace("4.0", "400.0");
        assert_eq!(CallsTold::read(cut_short.as_bytes()).expect("there are calls").waited, 4.0);
        assert_eq!(told.over_time.iter().flatten().sum::<u64>(), 4);
        assert_eq!(told.over_time[47], [0, 0, 1, 0]);
        assert_eq!(told.latency[0], ("20 ms to 50 ms".into(), 1));
        assert_eq!(told.latency.last(), Some(&("2 s to 5 s".into(), 1)));
        assert_eq!((told.median, told.ninety_fifth, told.longest), (120, 3000, 3000));
        assert!((told.waits[0].0 - 0.112).abs() < 1e-9, "{:?}", told.waits);
    }

    #[test]
    fn without_calls_there_is_nothing_to_tell() {
        assert_eq!(CallsTold::read(&b"\n{}\nnonsense\n"[..]), None);
    }
}
