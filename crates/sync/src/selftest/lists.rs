//! Checks of lists: to their end, since a cursor, with a parameter too many, and in pages while others write.

use baton_engine::order;
use std::collections::BTreeSet;

use super::bench::{Bench, Listing, Outcome, QUIET, Stop, found, problem};
use super::report::{Fact, Verdict};
use super::{PREFIX, Watch};
use crate::connector::{ListAnswer, Place, Remote, WriteAnswer};
use crate::join;
use crate::net::{Clock, Net};

/// Documents in a page, where pages are to be seen.
const PAGE: u16 = 5;
/// How much older the old documents are, milliseconds. A cursor may be cut to whole seconds.
const OLD_MS: u32 = 1_200;
/// Rounds of writing and listing at once, and writers in each.
const TAILS: (u32, u32) = (4, 8);

impl<N: Net, C: Clock, W: Watch> Bench<'_, N, C, W> {
    pub async fn reach(&self) -> Outcome {
        let listing = self.list(self.connector, self.place(), None, QUIET).await?;
        let mut leftovers = leftovers(&listing);
        match self.list(self.connector, Place::Claims, None, QUIET).await {
            Ok(claims) => leftovers.extend(self::leftovers(&claims)),
            Err(Stop::NotInFile) => {}
            Err(stop) => return Err(stop),
        }
        let count = listing.items.values().filter(|remote| !remote.deleted).count();
        let mut facts = vec![Fact::Documents { count, pages: listing.pages }];
        *self.end.borrow_mut() = listing.cursor;
        let removed = self.remove_leftovers(leftovers).await?;
        if removed > 0 {
            facts.push(Fact::Leftovers { count: removed });
        }
        found(Verdict::Passed, facts)
    }

    pub async fn since(&self) -> Outcome {
        let small = self.connector.probing(PAGE, false);
        let mut old = Vec::new();
        for _ in 0..3 {
            old.push(self.fresh("old").await?);
        }
        self.watch.wait(OLD_MS).await;
        let last = self.fresh("the last one").await?;
        let cursor = self.list(self.connector, self.place(), self.end().as_deref(), QUIET).await?.cursor;
        let new = self.fresh("new").await?;
        let rewritten = match self.rewrite(&old[0], "old and rewritten").await? {
            WriteAnswer::Stored(remote) => remote,
            answer => return Err(Stop::Problem(problem(answer))),
        };
        let mut facts = Vec::new();
        let listed = self.list(&small, self.place(), cursor.as_deref(), QUIET).await?;
        let earlier = |remote: &Remote| match (remote.stamp, last.stamp) {
            (Some(stamp), Some(last)) => stamp.millis() <= last.millis() - i64::from(OLD_MS) + 100,
            _ => remote.id != last.id,
        };
        let count = listed.items.values().filter(|r| r.id != new.id && r.id != rewritten.id && earlier(r)).count();
        let mut verdict = Verdict::Passed;
        if count > 0 {
            verdict = Verdict::Differs;
            facts.push(Fact::ListsOld { count });
        } else {
            facts.push(Fact::Filters);
        }
        let with_overlap = self.list(self.connector, self.place(), cursor.as_deref(), QUIET).await?;
        let mut missed = [&new, &rewritten].into_iter().filter(|r| !has(&with_overlap, r)).count();
        let (of, plain, overlapping) = self.tail(cursor).await?;
        missed += overlapping;
        if missed > 0 {
            verdict = verdict.max(self.less(self.connector.promises().since));
            facts.push(Fact::Missed { count: missed, of: of + 2 });
        }
        if plain > 0 {
            facts.push(Fact::MissedWithoutOverlap { count: plain, of });
        }
        found(verdict, facts)
    }

    /// Lists again and again while others write. How many were written, and how many of them no list had: without the
    /// overlap of the cursor, and with it.
    async fn tail(&self, cursor: Option<String>) -> Result<(usize, usize, usize), Stop> {
        let plain = self.connector.probing(500, false);
        let mut cursors = [cursor.clone(), cursor];
        let mut seen = [BTreeSet::new(), BTreeSet::new()];
        let mut written = BTreeSet::new();
        for round in 0..=TAILS.0 {
            let writers = if round < TAILS.0 { TAILS.1 } else { 0 };
            let writes = join::all((0..writers).map(|_| self.fresh("one of many")));
            let [first, second] = &cursors;
            let lists = join::both(
                self.list(&plain, self.place(), first.as_deref(), QUIET),
                self.list(self.connector, self.place(), second.as_deref(), QUIET),
            );
            let (writes, (first, second)) = join::both(writes, lists).await;
            for remote in writes {
                written.insert(remote?.id);
            }
            for (i, listing) in [first?, second?].into_iter().enumerate() {
                seen[i].extend(listing.items.into_keys());
                cursors[i] = listing.cursor;
            }
        }
        let missed = |seen: &BTreeSet<String>| written.difference(seen).count();
        Ok((written.len(), missed(&seen[0]), missed(&seen[1])))
    }

    pub async fn unknown_parameter(&self) -> Outcome {
        let request = self.connector.list(self.place(), self.end().as_deref()).ok_or(Stop::NotInFile)?;
        let mut strange = request.clone();
        strange.url.push(if strange.url.contains('?') { '&' } else { '?' });
        strange.url.push_str("baton-selftest=1");
        let count = |answer: ListAnswer| match answer {
            ListAnswer::Page { items, .. } => Some(items.len()),
            ListAnswer::Reset | ListAnswer::Failed(_) => None,
        };
        let answers = [self.send(request).await?, self.send(strange).await?];
        let [usual, with] = answers.map(|answer| {
            let cursor = self.end();
            count(self.connector.list_answer(self.place(), cursor.as_deref(), &answer))
        });
        found(
            Verdict::Passed,
            vec![match (usual, with) {
                (_, None) => Fact::ParameterRefused,
                (Some(usual), Some(0)) if usual > 0 => Fact::ParameterFilters,
                _ => Fact::ParameterIgnored,
            }],
        )
    }

    pub async fn paging(&self) -> Outcome {
        let small = self.connector.probing(PAGE, true);
        let cursor = self.list(self.connector, self.place(), self.end().as_deref(), QUIET).await?.cursor;
        let mut docs = Vec::new();
        for n in 0..3 * PAGE {
            docs.push(self.fresh(&format!("page {n}")).await?);
        }
        let wanted: BTreeSet<String> = order::gather(docs.iter().map(|remote| remote.id.clone()));
        // Between two pages the first document moves to the end, and a new one comes.
        let between = async {
            for base in [&docs[0], &docs[1]] {
                match self.rewrite(base, "moved").await? {
                    WriteAnswer::Stored(_) => {}
                    answer => return Err(Stop::Problem(problem(answer))),
                }
            }
            self.fresh("came in between").await.map(drop)
        };
        self.paged.set(true);
        let first = self.list(&small, self.place(), cursor.as_deref(), Some(between)).await?;
        let rest = self.list(&small, self.place(), first.cursor.as_deref(), QUIET).await?;
        let mut facts = vec![Fact::Paged { documents: first.items.len(), pages: first.pages }];
        let now = self.made.borrow();
        let has = |id: &String| first.items.contains_key(id) || rest.items.contains_key(id);
        let newest = |remote: &Remote| {
            let now = now.get(&(remote.place, remote.id.clone())).and_then(Option::as_ref);
            let seen = rest.items.get(&remote.id).or_else(|| first.items.get(&remote.id));
            now.map(|r| &r.rev) == seen.map(|r| &r.rev)
        };
        let missed = wanted.iter().filter(|id| !has(id)).count();
        let outdated = docs.iter().filter(|remote| has(&remote.id) && !newest(remote)).count();
        if missed + outdated > 0 {
            facts.push(Fact::Missed { count: missed + outdated, of: wanted.len() });
            return found(self.less(self.connector.promises().since), facts);
        }
        found(Verdict::Passed, facts)
    }
}

fn has(listing: &Listing, remote: &Remote) -> bool {
    listing.items.get(&remote.id).is_some_and(|seen| seen.rev == remote.rev)
}

fn leftovers(listing: &Listing) -> Vec<Remote> {
    listing.items.values().filter(|remote| remote.id.starts_with(PREFIX) && !remote.deleted).cloned().collect()
}
