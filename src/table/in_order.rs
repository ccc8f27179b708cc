//! Several threads that each take a block, work on it, and hand in what comes out in the order of the blocks.
//!
//! What is gathered is therefore the same for any number of threads, one included.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{Block, Doubt};

/// Works on every block that `next` reads, with the calling thread and `threads - 1` others.
///
/// Ends early at the first doubt.
pub fn in_order<T: Send>(
    threads: usize,
    next: impl FnMut(&mut Block) -> Result<bool, Doubt> + Send,
    work: impl Fn(&Block) -> Result<T, Doubt> + Sync,
    gather: impl FnMut(T) + Send,
) -> Result<(), Doubt> {
    let source = Mutex::new(Some(next));
    let gathered = Mutex::new(Gathered { next: 0, waiting: BTreeMap::new(), gather });
    let take_part = || {
        let mut block = Block::default();
        let done = each_block(&source, &mut block, |block| {
            let done = work(block)?;
            held(&gathered).hand_in(block.index, done);
            Ok(())
        });
        // The others find nothing more to do.
        *held(&source) = None;
        done
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take_part)).collect();
        let own = take_part();
        let joined = others.into_iter().map(|other| other.join());
        joined
            .fold(own, |done, other| done.and(other.unwrap_or_else(|panic| std::panic::resume_unwind(panic))))
    })
}

fn each_block(
    source: &Mutex<Option<impl FnMut(&mut Block) -> Result<bool, Doubt>>>,
    block: &mut Block,
    mut work: impl FnMut(&Block) -> Result<(), Doubt>,
) -> Result<(), Doubt> {
    loop {
        let more = match &mut *held(source) {
            Some(next) => next(block)?,
            None => false,
        };
        if !more {
            return Ok(());
        }
        work(block)?;
    }
}

/// What was done, and what still waits for a block before it.
struct Gathered<T, G> {
    next: usize,
    waiting: BTreeMap<usize, T>,
    gather: G,
}

impl<T, G: FnMut(T)> Gathered<T, G> {
    fn hand_in(&mut self, index: usize, done: T) {
        self.waiting.insert(index, done);
        while let Some(done) = self.waiting.remove(&self.next) {
            self.next += 1;
            (self.gather)(done);
        }
    }
}

/// A thread that panics takes the others with it in the end, so a lock of its is no reason to panic here.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
