//! What happened in a run, counted.

use std::collections::BTreeMap;

use crate::lanes::StoreFate;
use crate::weather::NetFate;

#[derive(Debug, Clone, Default)]
pub struct Totals {
    pub runs: u64,
    pub actions: u64,
    pub acknowledged: u64,
    /// Acknowledged, and refused in plain sight later.
    pub refused: u64,
    /// Acknowledged, stuck, and let go by the person.
    pub let_go: u64,
    /// Acts that were refused on the spot.
    pub refused_at_once: u64,
    pub versions: u64,
    pub dropped: u64,
    pub pruned: u64,
    pub crashes: u64,
    pub evictions: u64,
    pub upgrades: u64,
    pub deletes: u64,
    pub requests: u64,
    pub net: BTreeMap<NetFate, u64>,
    pub transactions: u64,
    pub store_faults: u64,
}

impl Totals {
    pub fn net(&mut self, fate: NetFate) {
        self.requests += 1;
        if fate != NetFate::Good {
            *self.net.entry(fate).or_default() += 1;
        }
    }

    pub fn store(&mut self, fate: StoreFate) {
        self.transactions += 1;
        self.store_faults += u64::from(fate != StoreFate::Good);
    }

    pub fn add(&mut self, other: &Totals) {
        for (mine, theirs) in [
            (&mut self.runs, other.runs),
            (&mut self.actions, other.actions),
            (&mut self.acknowledged, other.acknowledged),
            (&mut self.refused, other.refused),
            (&mut self.let_go, other.let_go),
            (&mut self.refused_at_once, other.refused_at_once),
            (&mut self.versions, other.versions),
            (&mut self.dropped, other.dropped),
            (&mut self.pruned, other.pruned),
            (&mut self.crashes, other.crashes),
            (&mut self.evictions, other.evictions),
            (&mut self.upgrades, other.upgrades),
            (&mut self.deletes, other.deletes),
            (&mut self.requests, other.requests),
            (&mut self.transactions, other.transactions),
            (&mut self.store_faults, other.store_faults),
        ] {
            *mine += theirs;
        }
        for (fate, count) in &other.net {
            *self.net.entry(*fate).or_default() += count;
        }
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Totals { acknowledged, refused, let_go, refused_at_once, .. } = self;
        writeln!(f, "  {} scheduled actions, {} versions of documents", self.actions, self.versions)?;
        writeln!(
            f,
            "  {acknowledged} acts acknowledged: {refused} of them refused later in plain sight, {let_go} let go by \
             the person; {refused_at_once} more were refused at once"
        )?;
        writeln!(
            f,
            "  {} crashes, {} evictions, {} upgrades, {} deletions by others, {} entries overwritten by others",
            self.crashes, self.evictions, self.upgrades, self.deletes, self.dropped
        )?;
        writeln!(
            f,
            "  {} transactions, {} of them failed; {} documents dropped for room",
            self.transactions, self.store_faults, self.pruned
        )?;
        let faults: Vec<String> = self.net.iter().map(|(fate, n)| format!("{fate:?} {n}")).collect();
        write!(f, "  {} requests: {}", self.requests, faults.join(", "))
    }
}
