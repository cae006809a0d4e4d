//! How much work the search may do, counted and not timed: the same table gives the same answer anywhere.

/// Steps of the solver, weighed by the size of the table.
#[derive(Debug)]
pub(super) struct Work {
    allowed: u64,
    spent: u64,
}

impl Work {
    pub(super) fn new(allowed: u64) -> Work {
        Work { allowed, spent: 0 }
    }

    pub(super) fn spend(&mut self, steps: u64, cells: usize) {
        // Every question costs something, even one that is answered without a step.
        let cost = (steps + 20).saturating_mul(cells as u64);
        self.spent = self.spent.saturating_add(cost);
    }

    /// Whether nothing better is looked for any more.
    pub(super) fn is_done(&self) -> bool {
        self.spent >= self.allowed
    }

    /// Whether as much again has gone into making a choice safe.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.spent / 2 >= self.allowed
    }
}
