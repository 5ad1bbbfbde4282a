//! Edits of free fields: the merge by field, refusals that name both values, and what becomes of a refused edit once a
//! person has chosen. As examples, and as laws over random edits.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::Refusal;
use baton_engine::decide::{TEXT_LIMIT, decide};
use baton_engine::fields::{self, Choice, Keep};
use baton_engine::model::{
    Actor, Case, Collection, Customer, Document, Entry, Field, FieldChange, FieldConflict, Intent, Role,
};
use baton_engine::policy::Policies;
use proptest::prelude::*;
use std::sync::LazyLock;
use support::*;

static POLICIES: LazyLock<Policies> = LazyLock::new(policies);

fn change(field: Field, from: &str, to: &str) -> FieldChange {
    FieldChange { field, from: from.into(), to: to.into() }
}

fn edits(changes: Vec<FieldChange>) -> Intent {
    Intent::EditFields { changes }
}

/// A case of the base province with the title A, the category c and the description d.
fn the_case() -> Bench {
    let mut bench = Bench::case(BASE, "VIP", "09:00");
    let Some(Document::Case(case)) = bench.doc.as_mut() else { unreachable!() };
    (case.title, case.category, case.description) = ("A".into(), "c".into(), "d".into());
    bench
}

fn the_customer() -> Bench {
    let mut bench = Bench::new(Collection::Customers);
    let customer = Customer { id: "doc-1".into(), device: "old phone".into(), ..Customer::default() };
    bench.doc = Some(Document::Customer(customer));
    bench
}

impl Bench {
    fn edits(&mut self, by: Actor, time: &str, changes: Vec<FieldChange>) -> Result<String, Refusal> {
        self.does(by, at(23, time), edits(changes))
    }
    fn value(&self, field: Field) -> &str {
        fields::value(self.doc.as_ref().unwrap(), field).unwrap()
    }
}

fn refused(result: Result<String, Refusal>) -> Vec<FieldConflict> {
    match result {
        Err(Refusal::FieldConflict { fields }) => fields,
        other => panic!("no conflict: {other:?}"),
    }
}

#[test]
fn fields_that_others_changed_meanwhile_stay() {
    let mut bench = the_case();
    bench.edits(person(BASE), "10:00", vec![change(Field::Title, "A", " B ")]).unwrap();
    bench.edits(person(BASE), "10:05", vec![change(Field::Description, "d", "e")]).unwrap();
    assert_eq!(
        (bench.value(Field::Title), bench.value(Field::Description)),
        ("B", "e"),
        "without the blanks around it"
    );
    // Both wrote the same: nobody needs to be asked.
    bench.edits(lead(BASE), "10:06", vec![change(Field::Title, "A", "B")]).unwrap();
    assert_eq!(bench.the_case().journal.len(), 4, "every edit is in the journal");
}

#[test]
fn a_conflict_names_both_values_and_who_wrote_the_other_and_nothing_is_done() {
    let mut bench = the_case();
    bench
        .edits(person(BASE), "10:00", vec![change(Field::Title, "A", "B"), change(Field::Category, "c", "k")])
        .unwrap();
    let before = bench.doc.clone();
    let mine = vec![
        change(Field::Title, "A", "mine"),
        change(Field::Description, "d", "mine too"),
        change(Field::Category, "c", "m"),
    ];
    let fields = refused(bench.edits(lead(BASE), "10:10", mine));
    assert_eq!(bench.doc, before, "all or nothing");
    assert_eq!(fields.len(), 2, "all conflicts at once, and only those");
    let (by, at) = (Some(person(BASE)), Some(at(23, "10:00")));
    let title = FieldConflict {
        field: Field::Title,
        base: "A".into(),
        theirs: "B".into(),
        mine: "mine".into(),
        by: by.clone(),
        at,
    };
    assert_eq!(fields[0], title);
    assert_eq!((fields[1].field, &fields[1].by), (Field::Category, &by));
}

#[test]
fn what_another_system_wrote_has_no_author() {
    let mut bench = the_case();
    bench.edits(person(BASE), "10:00", vec![change(Field::Title, "A", "B")]).unwrap();
    let Some(Document::Case(case)) = bench.doc.as_mut() else { unreachable!() };
    case.title = "written by another system".into();
    let fields = refused(bench.edits(lead(BASE), "10:10", vec![change(Field::Title, "A", "mine")]));
    assert_eq!((&fields[0].by, fields[0].at), (&None, None));
}

#[test]
fn a_case_is_edited_by_its_owner_and_by_who_carries_it_while_it_is_open() {
    let mut bench = the_case();
    let title = |from: &str, to: &str| vec![change(Field::Title, from, to)];
    let stranger = bench.edits(person(HOME), "10:00", title("A", "x"));
    assert_eq!(stranger, Err(Refusal::NotYours { org: BASE.into() }));
    bench.dispatches(BASE, HOME, at(23, "10:01")).unwrap();
    bench.edits(person(HOME), "10:02", title("A", "by the holder")).unwrap();
    bench.edits(person(BASE), "10:03", title("by the holder", "by the owner")).unwrap();
    let kiosk = Actor { role: Role::Kiosk, ..person(BASE) };
    assert_eq!(
        bench.edits(kiosk, "10:04", title("by the owner", "x")),
        Err(Refusal::RoleForbids { role: Role::Kiosk })
    );
    let mut over = the_case();
    over.does(person(BASE), at(23, "10:00"), Intent::CancelCase { reason: "r".into(), into: None }).unwrap();
    assert!(matches!(over.edits(person(BASE), "10:01", title("A", "x")), Err(Refusal::WrongStatus { .. })));
}

#[test]
fn facts_about_a_customer_are_everybodys_and_a_flag_is_a_flag() {
    let mut bench = the_customer();
    bench.edits(person(HOME), "10:00", vec![change(Field::DoNotDisturb, "false", "true")]).unwrap();
    bench
        .edits(person(GROUP), "10:01", vec![change(Field::Device, "old phone", ""), change(Field::Manager, "", "m")])
        .unwrap();
    let Some(Document::Customer(customer)) = &bench.doc else { unreachable!() };
    assert!(customer.do_not_disturb && customer.device.is_empty() && customer.manager == "m");
    let flag = bench.edits(person(HOME), "10:02", vec![change(Field::DoNotDisturb, "true", "perhaps")]);
    assert_eq!(flag, Err(Refusal::UnknownId { id: "perhaps".into() }));
}

#[test]
fn what_is_no_edit_is_refused() {
    let long = "长".repeat(TEXT_LIMIT);
    let nothing = |field: &str| Err(Refusal::TextMissing { field: field.into() });
    for (changes, why) in [
        (vec![], nothing("changes")),
        (vec![change(Field::Title, "A", "B"), change(Field::Title, "B", "C")], nothing("changes")),
        (vec![change(Field::Title, "A", "  ")], nothing("title")),
        (vec![change(Field::Category, "c", "")], nothing("category")),
        (vec![change(Field::Title, "A", &long)], nothing("title")),
        (vec![change(Field::Description, "d", &long)], nothing("description")),
        (vec![change(Field::Description, &long, "d")], nothing("description")),
        (vec![change(Field::Device, "", "x")], Err(Refusal::WrongDocument)),
    ] {
        let mut bench = the_case();
        assert_eq!(bench.edits(person(BASE), "10:00", changes.clone()), why, "{changes:?}");
    }
    let mut customer = the_customer();
    let title = customer.edits(person(BASE), "10:00", vec![change(Field::Title, "", "x")]);
    assert_eq!(title, Err(Refusal::WrongDocument));
    let mut seat = Bench::new(Collection::Seats);
    assert_eq!(seat.edits(at_seat("8801"), "10:00", vec![change(Field::Title, "", "x")]), Err(Refusal::WrongDocument));
}

#[test]
fn edits_of_one_person_that_were_refused_together_are_asked_about_once() {
    let [a, b, c] = [change(Field::Title, "A", "B"), change(Field::Device, "", "x"), change(Field::Title, "B", "C")];
    assert_eq!(fields::join([&a, &b, &c]), [change(Field::Title, "A", "C"), b.clone()]);
    // In between the person saw another value: that one is what was changed last.
    let seen = change(Field::Title, "X", "C");
    assert_eq!(fields::join([&a, &seen]), [seen]);
}

#[test]
fn a_choice_is_written_with_the_fields_that_did_not_collide() {
    let mut bench = the_case();
    bench.edits(person(BASE), "10:00", vec![change(Field::Title, "A", "theirs")]).unwrap();
    let mine = [change(Field::Title, "A", "mine"), change(Field::Description, "d", "e")];
    let doc = bench.doc.clone().unwrap();
    let chosen = |theirs: &str, keep| vec![Choice { field: Field::Title, theirs: theirs.into(), keep }];
    let rest = change(Field::Description, "d", "e");
    assert_eq!(fields::resolve(&doc, &mine, &chosen("theirs", Keep::Theirs)), Ok(vec![rest.clone()]));
    let worded = Keep::Mine("both".into());
    let both = vec![change(Field::Title, "theirs", "both"), rest];
    assert_eq!(fields::resolve(&doc, &mine, &chosen("theirs", worded.clone())), Ok(both));
    // Chosen against a value that is no longer there: asked again.
    assert_eq!(fields::resolve(&doc, &mine, &chosen("older", worded)).unwrap_err()[0].theirs, "theirs");
    assert_eq!(fields::resolve(&doc, &mine, &[]).unwrap_err().len(), 1);
    // Nothing of mine is left to write.
    assert_eq!(fields::resolve(&doc, &mine[..1], &chosen("theirs", Keep::Theirs)), Ok(vec![]));
}

/// The three fields of a case by place.
const FIELDS: [Field; 3] = [Field::Title, Field::Category, Field::Description];

fn texts() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["A", "B", "C", "D", " D ", "长\n文"]).prop_map(str::to_owned)
}

/// Some of the fields, each with a new text.
fn some_fields() -> impl Strategy<Value = Vec<(Field, String)>> {
    prop::collection::vec(prop::option::of(texts()), 3)
        .prop_map(|list| FIELDS.into_iter().zip(list).filter_map(|(field, text)| Some((field, text?))).collect())
}

fn doc_of(texts: &[String]) -> Document {
    static CASE: LazyLock<Case> = LazyLock::new(|| the_case().the_case().clone());
    let mut case = CASE.clone();
    (case.title, case.category, case.description) = (texts[0].clone(), texts[1].clone(), texts[2].clone());
    Document::Case(case)
}

/// The edit that somebody who sees `doc` makes.
fn seen_in(doc: &Document, wishes: &[(Field, String)]) -> Vec<FieldChange> {
    let one = |(field, to): &(Field, String)| change(*field, fields::value(doc, *field).unwrap(), to);
    wishes.iter().map(one).collect()
}

fn apply(doc: &Document, id: &str, by: Actor, changes: &[FieldChange]) -> Result<Document, Refusal> {
    if changes.is_empty() {
        return Ok(doc.clone());
    }
    let entry = Entry { id: id.into(), at: at(23, "11:00"), by, intent: edits(changes.to_vec()) };
    decide(&POLICIES, Collection::Cases, "doc-1", Some(doc), &entry)
}

fn values(doc: &Document) -> Vec<String> {
    FIELDS.iter().map(|f| fields::value(doc, *f).unwrap().trim().to_owned()).collect()
}

proptest! {
    #![proptest_config(cases(400))]

    /// Two people see the same document. If they touch different fields, the order does not matter; and whatever they
    /// touch, nobody's text is overwritten in silence.
    #[test]
    fn a_merge_commutes_and_no_conflict_is_silent(
        start in prop::collection::vec(texts(), 3),
        ours in some_fields(),
        theirs in some_fields(),
    ) {
        let base = doc_of(&start);
        let (a, b) = (seen_in(&base, &ours), seen_in(&base, &theirs));
        let first = apply(&base, "a", person(BASE), &a).unwrap();
        let both = apply(&first, "b", lead(BASE), &b);
        let other_way = apply(&base, "b", lead(BASE), &b).and_then(|doc| apply(&doc, "a", person(BASE), &a));
        prop_assert_eq!(both.is_ok(), other_way.is_ok());
        let collide = |change: &&FieldChange| {
            let now = fields::value(&first, change.field).unwrap().trim();
            ![&change.from, &change.to].iter().any(|t| t.trim() == now) && change.from.trim() != change.to.trim()
        };
        let wanted: Vec<Field> = b.iter().filter(collide).map(|c| c.field).collect();
        match both {
            Ok(doc) => {
                prop_assert!(wanted.is_empty());
                prop_assert_eq!(values(&doc), values(&other_way.unwrap()));
                for change in &b {
                    let untouched = change.from.trim() == change.to.trim();
                    prop_assert!(untouched || fields::value(&doc, change.field).unwrap().trim() == change.to.trim());
                }
            }
            Err(Refusal::FieldConflict { fields }) => {
                prop_assert_eq!(fields.iter().map(|f| f.field).collect::<Vec<_>>(), wanted);
                prop_assert!(fields.iter().all(|f| f.by.as_ref().is_some_and(|by| by.id == person(BASE).id)));
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    /// Whatever is chosen, the new entry holds on the document that was looked at; what was chosen stands there then,
    /// what did not collide too, and nothing else has moved. On any other document it never overwrites what was not seen.
    #[test]
    fn what_was_chosen_holds_and_nothing_is_lost(
        start in prop::collection::vec(texts(), 3),
        ours in some_fields(),
        theirs in some_fields(),
        keeps in prop::collection::vec(prop::option::of(texts()), 3),
        later in some_fields(),
    ) {
        let base = doc_of(&start);
        let mine = seen_in(&base, &ours);
        let now = apply(&base, "theirs", lead(BASE), &seen_in(&base, &theirs)).unwrap();
        let choices: Vec<Choice> = FIELDS.into_iter().zip(&keeps).map(|(field, keep)| Choice {
            field,
            theirs: fields::value(&now, field).unwrap().to_owned(),
            keep: keep.clone().map_or(Keep::Theirs, Keep::Mine),
        }).collect();
        let new = fields::resolve(&now, &mine, &choices).unwrap();
        let done = apply(&now, "resolved", person(BASE), &new).unwrap();
        let conflicts = fields::conflicts(&now, &mine);
        for field in FIELDS {
            let stands = fields::value(&done, field).unwrap().trim();
            let change = mine.iter().find(|c| c.field == field);
            let wanted = match (change, conflicts.iter().any(|c| c.field == field)) {
                (None, _) => fields::value(&now, field).unwrap(),
                (Some(change), false) if change.from.trim() == change.to.trim() => fields::value(&now, field).unwrap(),
                (Some(change), false) => &change.to,
                (Some(_), true) => match &choices.iter().find(|c| c.field == field).unwrap().keep {
                    Keep::Theirs => fields::value(&now, field).unwrap(),
                    Keep::Mine(text) => text,
                },
            };
            prop_assert_eq!(stands, wanted.trim());
        }
        // Somebody was faster again.
        let moved = apply(&now, "later", lead(BASE), &seen_in(&now, &later)).unwrap();
        if let Ok(new) = fields::resolve(&moved, &mine, &choices) {
            for change in &new {
                let here = fields::value(&moved, change.field).unwrap().trim();
                let seen = [&base, &now].iter().any(|d| fields::value(d, change.field).unwrap().trim() == here);
                prop_assert!(seen, "{change:?} overwrites what nobody saw");
            }
            prop_assert!(apply(&moved, "again", person(BASE), &new).is_ok());
        }
    }
}

#[test]
fn the_random_edits_do_collide() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = (prop::collection::vec(texts(), 3), some_fields(), some_fields());
    let (mut collide, mut merge) = (0, 0);
    for _ in 0..300 {
        let (start, ours, theirs) = strategy.new_tree(&mut runner).unwrap().current();
        let base = doc_of(&start);
        let first = apply(&base, "a", person(BASE), &seen_in(&base, &ours)).unwrap();
        let conflicts = fields::conflicts(&first, &seen_in(&base, &theirs)).len();
        collide += usize::from(conflicts > 0);
        merge += usize::from(conflicts == 0 && !ours.is_empty() && !theirs.is_empty());
    }
    assert!(collide > 50 && merge > 50, "{collide} collisions, {merge} merges of 300");
}
