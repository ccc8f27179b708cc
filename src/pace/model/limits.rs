//! Limits as a first run meets them, sort by sort.

use super::limiter::{Settings, Shape, Wait};
use super::run::Client;
use super::scenario::{BUCKET, WINDOW, bucket, check, client, fresh, limit, scenario, window};

#[test]
fn buckets_of_a_first_run() {
    let bare = |shape| limit(shape, Wait::Nothing);
    let all = [
        scenario("bucket 200/s, 16 in flight", 16, client(3000, 0.001), bare(BUCKET), (1.03, 0.01)),
        scenario("bucket 200/s, auto", 0, client(3000, 0.001), bare(BUCKET), (1.03, 0.01)),
        scenario("bucket 200/s, 64 in flight, 20 ms", 64, client(3000, 0.020), bare(BUCKET), (1.05, 0.02)),
        scenario("bucket 200/s, 256 in flight, 20 ms", 256, client(3000, 0.020), bare(BUCKET), (1.05, 0.02)),
        // Where so many are in flight, each time the limit is met costs as many refusals.
        scenario(
            "bucket 2,000/s, 256 in flight, 20 ms",
            256,
            client(20_000, 0.020),
            bare(bucket(2000.0, 200.0)),
            (1.05, 0.06),
        ),
        // A client that is refused even once before its last second and obeys cannot do better than 1.053: the
        // bucket is full after a tenth of the second that it must wait. Twice is 1.113.
        scenario(
            "bucket 200/s, Retry-After 1",
            16,
            client(3000, 0.001),
            limit(BUCKET, Wait::Fixed(1.0)),
            (1.18, 0.01),
        ),
        scenario(
            "bucket 10/s of 100 (Kazoo)",
            16,
            client(1000, 0.1),
            bare(bucket(10.0, 100.0)),
            (1.03, 0.03),
        ),
        scenario(
            "bucket 10/s of 100 that tells its tokens (Kazoo)",
            16,
            client(1000, 0.1),
            Settings { headers: true, ..bare(bucket(10.0, 100.0)) },
            (1.0, 0.0),
        ),
        scenario(
            "bucket 50/s of 30 that tells its tokens, 64",
            64,
            client(3000, 0.02),
            Settings { headers: true, ..bare(bucket(50.0, 30.0)) },
            (1.03, 0.002),
        ),
        scenario(
            "bucket 10,000/s of 1,000",
            64,
            client(100_000, 0.002),
            bare(bucket(1e4, 1e3)),
            (1.05, 0.01),
        )
        .few(),
        scenario("bucket 50/s of 5, 100 ms", 32, client(2000, 0.1), bare(bucket(50.0, 5.0)), (1.15, 0.03)),
        scenario("window 200 a second, bare", 16, client(3000, 0.005), bare(window(200.0, 1.0)), (1.4, 0.06)),
    ];
    check(&all, fresh);
}

#[test]
fn buckets_far_away() {
    let bare = |rate, burst| limit(bucket(rate, burst), Wait::Nothing);
    let far = |name, most, latency: f64, rate, burst, jitter| {
        let client = Client { jitter, ..client(3000, latency) };
        // Where an answer takes half a second, so does each step of the way up.
        let times = if latency * rate > 50.0 { 1.65 } else { 1.15 };
        scenario(name, most, client, bare(rate, burst), (times, 0.05))
    };
    let all = [
        far("bucket 200/s, 50 ms, auto", 0, 0.05, 200.0, 20.0, 0.3),
        far("bucket 200/s, 50 ms, 64 in flight", 64, 0.05, 200.0, 20.0, 0.3),
        far("bucket 200/s, 100 ms, auto", 0, 0.1, 200.0, 20.0, 0.3),
        far("bucket 200/s, 100 ms, 64 in flight", 64, 0.1, 200.0, 20.0, 0.3),
        far("bucket 200/s, 500 ms, 128 in flight", 128, 0.5, 200.0, 20.0, 0.3),
        far("bucket 100/s, 200 ms, auto", 0, 0.2, 100.0, 20.0, 0.3),
        far("bucket 100/s, 200 ms, 64 in flight", 64, 0.2, 100.0, 20.0, 0.3),
        far("bucket 100/s of 100, 200 ms, auto", 0, 0.2, 100.0, 100.0, 0.3),
        far("bucket 50/s, 200 ms, auto", 0, 0.2, 50.0, 20.0, 0.3),
        far("bucket 20/s, 500 ms, auto", 0, 0.5, 20.0, 20.0, 0.3),
        far("bucket 200/s, 30 ms, much jitter", 0, 0.03, 200.0, 20.0, 0.95),
        far("bucket 200/s, 50 ms, much jitter", 0, 0.05, 200.0, 20.0, 0.95),
    ];
    check(&all, fresh);
}

#[test]
fn small_and_slow_limits_that_say_nothing() {
    let bare = |shape| limit(shape, Wait::Nothing);
    let sliding = |calls, period| bare(Shape::Sliding { calls, period });
    let all = [
        scenario("bucket 200/s of 1, bare", 16, client(3000, 0.001), bare(bucket(200.0, 1.0)), (1.35, 0.02)),
        // Calls that come a little early for their turn are refused, however right the pace.
        scenario(
            "bucket 200/s of 1, 64, 20 ms",
            64,
            client(3000, 0.02),
            bare(bucket(200.0, 1.0)),
            (2.6, 0.02),
        ),
        scenario(
            "bucket 20/s of 1, bare, 10 ms",
            16,
            client(400, 0.01),
            bare(bucket(20.0, 1.0)),
            (1.4, 0.05),
        ),
        scenario("bucket 10/s of 1, bare", 8, client(400, 0.02), bare(bucket(10.0, 1.0)), (1.3, 0.05)),
        scenario("bucket 2/s of 1, bare, 100 ms", 8, client(150, 0.1), bare(bucket(2.0, 1.0)), (1.7, 0.12)),
        scenario(
            "bucket 5/s of 1, bare, one in flight",
            1,
            client(300, 0.02),
            bare(bucket(5.0, 1.0)),
            (1.3, 0.05),
        ),
        scenario("bucket 1/s of 1, bare", 8, client(100, 0.2), bare(bucket(1.0, 1.0)), (1.75, 0.2)),
        scenario("window 50 in 3 s, bare", 16, client(300, 0.05), bare(window(50.0, 3.0)), (1.4, 0.3)),
        scenario("window 50 in 12 s, bare", 8, client(260, 0.1), bare(window(50.0, 12.0)), (1.2, 0.2)),
        scenario("window 50 in 20 s, bare", 8, client(190, 0.1), bare(window(50.0, 20.0)), (1.5, 0.25)),
        scenario(
            "window 50/min, bare, 240 calls",
            8,
            client(240, 0.1),
            bare(window(50.0, 60.0)),
            (1.3, 0.25),
        ),
        scenario("window 200/min, bare", 8, client(950, 0.1), bare(window(200.0, 60.0)), (1.3, 0.08)),
        scenario("sliding 50 in 5 s, bare", 8, client(250, 0.06), sliding(50, 5.0), (1.8, 0.15)),
        scenario("sliding 50 in 12 s, bare", 8, client(260, 0.1), sliding(50, 12.0), (1.5, 0.15)),
        scenario("sliding 50/min, bare", 8, client(240, 0.1), sliding(50, 60.0), (1.5, 0.25)),
        scenario(
            "sliding 50 in 5 s, Retry-After",
            8,
            client(300, 0.045),
            limit(Shape::Sliding { calls: 50, period: 5.0 }, Wait::Honest),
            (1.25, 0.06),
        ),
    ];
    check(&all, fresh);
}

#[test]
fn so_many_at_once() {
    let at_once = |calls, seconds| limit(Shape::AtOnce { calls, seconds }, Wait::Nothing);
    let told = |calls, seconds| limit(Shape::AtOnce { calls, seconds }, Wait::Honest);
    let all = [
        scenario("5 at once, 8 in flight", 8, client(1000, 0.01), at_once(5, 0.1), (1.2, 0.03)),
        scenario("10 at once, 16 in flight", 16, client(1000, 0.005), at_once(10, 0.05), (1.2, 0.03)),
        scenario("10 at once, 64 in flight", 64, client(2000, 0.01), at_once(10, 0.1), (1.2, 0.03)),
        scenario("30 at once, 64 in flight", 64, client(3000, 0.01), at_once(30, 0.1), (1.25, 0.03)),
        scenario("30 at once, 256 in flight", 256, client(3000, 0.01), at_once(30, 0.1), (1.25, 0.02)),
        scenario("10 at once, auto", 0, client(2000, 0.01), at_once(10, 0.1), (1.2, 0.03)),
        // Half of the calls in flight are on their way, so refusals come at random.
        scenario("10 at once, 64, the way as long", 64, client(2000, 0.1), at_once(10, 0.1), (1.6, 0.02)),
        scenario("1 at once, 8 in flight", 8, client(300, 0.02), at_once(1, 0.1), (1.3, 0.04)),
        // Each refusal costs a second in which nothing is sent.
        scenario("10 at once, 64, Retry-After", 64, client(2000, 0.01), told(10, 0.1), (1.4, 0.02)),
    ];
    check(&all, fresh);
}

#[test]
fn an_outage_is_no_limit() {
    let outage = |to, wait| limit(Shape::Outage { from: 3.0, to }, wait);
    // Without the outage: eight in flight at 50 ms are 160 a second.
    let all = [
        scenario(
            "outage of 20 s, Retry-After",
            8,
            client(4000, 0.05),
            outage(23.0, Wait::Honest),
            (2.7, 0.01),
        ),
        scenario("outage of 20 s, bare", 8, client(4000, 0.05), outage(23.0, Wait::Nothing), (3.1, 0.01)),
        scenario(
            "outage of 5 s, Retry-After 1",
            8,
            client(4000, 0.05),
            outage(8.0, Wait::Fixed(1.0)),
            (7.0, 0.02),
        ),
        scenario(
            "outage of 60 s, Retry-After, 64",
            64,
            client(20_000, 0.05),
            outage(63.0, Wait::Honest),
            (1.5, 0.01),
        ),
    ];
    check(&all, fresh);
}

#[test]
fn waits_below_a_second() {
    let exact = |rate, burst| limit(bucket(rate, burst), Wait::Exact);
    let all = [
        scenario("bucket 10/s of 5, exact waits", 8, client(400, 0.02), exact(10.0, 5.0), (1.1, 0.05)),
        scenario("bucket 10/s of 1, exact waits", 8, client(400, 0.02), exact(10.0, 1.0), (1.2, 0.05)),
        scenario(
            "bucket 50/s of 10, exact waits, 16",
            16,
            client(2000, 0.02),
            exact(50.0, 10.0),
            (1.05, 0.02),
        ),
        scenario(
            "bucket 200/s of 20, exact waits, 64",
            64,
            client(3000, 0.02),
            exact(200.0, 20.0),
            (1.05, 0.03),
        ),
        scenario("bucket 2/s of 10, exact waits", 8, client(200, 0.1), exact(2.0, 10.0), (1.1, 0.08)),
    ];
    check(&all, fresh);
}

#[test]
fn windows_of_a_first_run() {
    let told = Settings { headers: true, ..limit(WINDOW, Wait::Honest) };
    let fast = Settings { headers: true, ..limit(window(100.0, 1.0), Wait::Honest) };
    let waits = |shape| limit(shape, Wait::Honest);
    let all = [
        scenario("window 50/min, headers, 8 in flight", 8, client(1000, 0.2), told, (1.05, 0.0)),
        scenario("window 50/min, headers, 64 in flight", 64, client(1000, 0.2), told, (1.05, 0.0)),
        scenario("window 50/min, headers, auto, 1 ms", 0, client(1000, 0.001), told, (1.05, 0.0)),
        scenario("window 100/s, headers in whole seconds", 32, client(2000, 0.02), fast, (1.1, 0.0)),
        scenario(
            "window 50/min, Retry-After, 16 in flight",
            16,
            client(1000, 0.2),
            waits(WINDOW),
            (1.06, 0.02),
        ),
        scenario(
            "window 50/min, Retry-After, 16, 1 ms",
            16,
            client(1000, 0.001),
            waits(WINDOW),
            (1.06, 0.02),
        ),
        scenario(
            "window 50 in 3 s, Retry-After",
            16,
            client(1000, 0.01),
            waits(window(50.0, 3.0)),
            (1.1, 0.03),
        ),
        scenario(
            "window 300/min, Retry-After, auto",
            0,
            client(3000, 0.1),
            waits(window(300.0, 60.0)),
            (1.06, 0.03),
        ),
        scenario("window 50/min, bare", 8, client(500, 0.2), limit(WINDOW, Wait::Nothing), (1.2, 0.12)),
    ];
    check(&all, fresh);
}
