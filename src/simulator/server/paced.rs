//! A body that comes whole, in drips, or only by half.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::Broken;

/// Drips in which a slow body comes.
const DRIPS: usize = 10;

/// How long a cut body waits before the cut, so that its first half is on the way.
const BREATH: Duration = Duration::from_millis(20);

/// A body with a pace and an ending.
pub(super) struct Paced {
    chunks: VecDeque<Bytes>,
    /// The length that the head promises.
    promised: u64,
    /// Between chunks, and before a cut.
    gap: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    cut: bool,
}

impl Paced {
    pub(super) fn whole(body: Vec<u8>) -> Paced {
        let promised = body.len() as u64;
        let chunks = (!body.is_empty()).then(|| body.into()).into_iter().collect();
        Paced { chunks, promised, gap: Duration::ZERO, pause: None, cut: false }
    }

    pub(super) fn slow(body: Vec<u8>, time: Duration) -> Paced {
        let size = body.len().div_ceil(DRIPS).max(1);
        let chunks: VecDeque<Bytes> = body.chunks(size).map(Bytes::copy_from_slice).collect();
        Paced { chunks, gap: time / DRIPS as u32, ..Paced::whole(body) }
    }

    pub(super) fn cut(body: Vec<u8>) -> Paced {
        let half = Bytes::copy_from_slice(&body[..body.len() / 2]);
        Paced { chunks: VecDeque::from([half]), gap: BREATH, cut: true, ..Paced::whole(body) }
    }

    /// Waits out the gap.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let body = self.get_mut();
        std::task::ready!(body.wait(cx));
        if let Some(chunk) = body.chunks.pop_front() {
            if !body.gap.is_zero() {
                body.pause = Some(Box::pin(sleep(body.gap)));
            }
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        Poll::Ready(body.cut.then_some(Err(Broken)))
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
