//! Limits and faults: what the failure says, and whether the call took effect.

use std::time::Duration;

use callroster::provider::{Call, Failure, Filter};
use callroster::simulator::{Fault, Rate, SimSettings};

use super::bench::*;

#[tokio::test(start_paused = true)]
async fn a_limit_is_known_in_every_shape_and_tells_the_wait_where_it_can() {
    for (shape, tells) in [
        ("json", true),
        ("rest", true),
        ("retry_after", true),
        ("date", true),
        ("reset", true),
        ("html", false),
        ("empty", false),
    ] {
        let rate = Rate::parse("2/min").expect("a rate");
        let mut settings = SimSettings { rate, ..SimSettings::default() };
        settings.set_switch(&format!("limit_shape={shape}")).expect("a switch");
        let bench = Bench::new("exotel", exotel, settings);
        for _ in 0..2 {
            bench.call(list(Filter::All, 0, 50)).await.expect("within the limit");
        }
        let (limits, result) = bench.exchange(&Call::Create(asha())).await;
        let error = result.expect_err(shape);
        assert_eq!((error.failure, error.status), (Failure::Limited, Some(429)), "{shape}");
        let wait = limits.retry_after.or(limits.reset);
        assert_eq!(wait.is_some(), tells, "{shape}: {limits:?}");
        assert!(wait.is_none_or(|wait| wait <= Duration::from_secs(61)), "{shape}: {wait:?}");
        assert_eq!(bench.truth().users.len(), 0);
        tokio::time::sleep(Duration::from_secs(61)).await;
        bench.create(asha()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn faults_are_unclear_whether_or_not_they_took_effect() {
    use Fault::*;
    for (fault, code, effect) in [
        (ResetBefore, "connection", false),
        (ResetAfter, "connection", true),
        (CutBody, "connection", true),
        (HangBefore, "timeout", false),
        (HangAfter, "timeout", true),
        (ErrorBefore, "1004", false),
        (ErrorAfter, "1004", true),
        (GatewayBefore, "http_502", false),
        (GatewayAfter, "http_502", true),
        (NotJson, "bad_response", true),
        (LateReset, "connection", false),
        (LateHang, "timeout", true),
    ] {
        for bench in benches(0) {
            let asha = bench.create(asha()).await;
            bench.inject(fault);
            let ravi = Call::Create(person(Some("ravi@example.com"), None));
            let (failure, met) = bench.refusal(ravi).await;
            assert_eq!(failure, Failure::Unclear, "{} {fault:?}", bench.name);
            // The provider's own word for its errors is the provider's own.
            assert!(
                met == code || (code == "1004" && bench.name != "exotel"),
                "{} {fault:?} {met}",
                bench.name
            );
            if fault == LateHang {
                // Its effect comes within 30 s, the time-out of the call.
                bench.list(Filter::All, 0, 50).await;
            }
            assert_eq!(bench.truth().users.len() == 2, effect, "{fault:?}");
            for call in [get(&asha.id), delete(&asha.id)] {
                bench.inject(fault);
                let name = call.name();
                assert_eq!(bench.refusal(call).await.0, Failure::Unclear, "{fault:?} {name}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_or_slow_answer_is_an_answer() {
    for bench in benches(0) {
        for (fault, email) in [(Fault::Delay, "a@example.com"), (Fault::SlowBody, "b@example.com")] {
            bench.inject(fault);
            bench.create(person(Some(email), None)).await;
        }
        assert_eq!(bench.truth().users.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_drawn_by_chance_is_a_limit() {
    for bench in benches(0) {
        for _ in 0..30 {
            bench.inject(Fault::TooMany);
            assert_eq!(bench.refusal(Call::Create(asha())).await.0, Failure::Limited);
        }
        assert_eq!(bench.truth().users.len(), 0);
    }
}
