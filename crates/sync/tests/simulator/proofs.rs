//! Each defence taken away on a fitting backend: the simulator must notice, and find nothing with it on the same seeds.

use baton_sync::defence::Defence;

use crate::backend::Kind;
use crate::many::Plan;

/// Seeds that are tried before a defence counts as superfluous.
const SEEDS: u64 = 3_000;

fn notices(defence: Defence, kind: Kind, from: u64) {
    let plan =
        |without, seeds| Plan { from, seeds, kind: Some(kind), without, proof: Some(defence), threads: 2, stop: true };
    let report = plan(vec![defence], SEEDS).run();
    let name = kind.name();
    let Some((seed, fault)) = report.failed.first() else {
        panic!("without {defence:?} nothing goes wrong on {name} in {SEEDS} seeds");
    };
    println!("{defence:?} on {name}: seed {seed}: {fault}");
    let with = plan(Vec::new(), seed + 1 - from).run();
    assert_eq!(with.failed, [], "{defence:?} is there, and something is wrong on {name} all the same");
}

macro_rules! proofs {
    ($($name:ident: $defence:ident, $kind:ident, $from:literal;)*) => {
        $(#[test] fn $name() { notices(Defence::$defence, Kind::$kind, $from); })*
    };
}

proofs! {
    late_commits_are_missed_without_the_overlap: CursorOverlap, PostgRest, 0;
    half_an_act_is_lost_without_one_transaction: OneTransaction, Baton, 0;
    work_is_lost_if_it_is_not_kept_until_acknowledged: KeepUntilAcknowledged, Baton, 0;
    what_does_not_hold_is_written_without_a_new_check: RecheckOnMove, Baton, 0;
    work_of_others_is_overwritten_without_compare_and_set: CompareAndSet, Baton, 0;
    what_was_done_counts_as_lost_without_the_ids_in_the_journal: JournalIds, Baton, 0;
    own_work_vanishes_without_rebase: RebaseOnPull, Baton, 0;
    overwritten_work_stays_lost_without_watching: Settling, JsonServer, 0;
    two_people_get_one_job_without_claim_documents: ClaimDocument, JsonServer, 0;
    what_a_list_missed_stays_unknown_without_listing_all: Reconcile, JsonServer, 0;
    the_deleted_comes_back_without_tombstones: TombstonesStay, Baton, 0;
    a_blind_write_undoes_work_without_a_look: FetchBeforeRepeat, JsonServer, 0;
    a_ticket_is_made_twice_without_correlation: Correlation, Tmf, 0;
    a_frozen_tab_undoes_work_without_the_fence: Fence, Baton, 0;
    the_vanished_is_shown_for_ever_without_asking: Vanished, JsonServer, 0;
}
