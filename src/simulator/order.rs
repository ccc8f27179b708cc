//! Which of many numbered slots are taken, and which is the n-th taken one.
//!
//! A Fenwick tree: adding, clearing and finding cost O(log n), so that a page deep in a
//! tenant of 100,000 users costs no more than the first, and a deletion moves nobody.

/// The taken slots, counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    /// `tree[i - 1]` counts the taken slots in the range of node `i`.
    tree: Vec<u32>,
    taken: usize,
}

impl Order {
    /// How many slots are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Adds a free slot at the end.
    pub(super) fn push(&mut self) {
        let node = self.tree.len() + 1;
        let range = node & node.wrapping_neg();
        let mut count = 0;
        let mut below = 1;
        while below < range {
            count += self.tree[node - below - 1];
            below <<= 1;
        }
        self.tree.push(count);
    }

    /// Takes a free slot.
    pub(super) fn take(&mut self, slot: usize) {
        self.change(slot, 1);
        self.taken += 1;
    }

    /// Frees a taken slot.
    pub(super) fn free(&mut self, slot: usize) {
        self.change(slot, u32::MAX);
        self.taken -= 1;
    }

    /// The slot of the taken one at `position`, from 0.
    pub(super) fn nth(&self, position: usize) -> Option<usize> {
        if position >= self.taken {
            return None;
        }
        let mut left = position as u32;
        let mut node = 0;
        let mut step = self.tree.len().next_power_of_two();
        while step > 0 {
            let next = node + step;
            if next <= self.tree.len() && self.tree[next - 1] <= left {
                left -= self.tree[next - 1];
                node = next;
            }
            step >>= 1;
        }
        Some(node)
    }

    fn change(&mut self, slot: usize, by: u32) {
        let mut node = slot + 1;
        while node <= self.tree.len() {
            // Adding `u32::MAX` with wrap-around takes one away.
            self.tree[node - 1] = self.tree[node - 1].wrapping_add(by);
            node += node & node.wrapping_neg();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::chance::Chance;

    #[test]
    fn agrees_with_a_plain_list() {
        let mut chance = Chance::new(11);
        let mut order = Order::default();
        let mut model: Vec<bool> = Vec::new();
        for _ in 0..2_000 {
            if model.is_empty() || chance.below(3) > 0 {
                order.push();
                order.take(model.len());
                model.push(true);
            } else {
                let slot = chance.below(model.len() as u64) as usize;
                if model[slot] {
                    order.free(slot);
                    model[slot] = false;
                }
            }
        }
        let taken: Vec<usize> = (0..model.len()).filter(|slot| model[*slot]).collect();
        assert_eq!(order.taken(), taken.len());
        for (position, slot) in taken.iter().enumerate() {
            assert_eq!(order.nth(position), Some(*slot));
        }
        assert_eq!(order.nth(taken.len()), None);
    }
}
