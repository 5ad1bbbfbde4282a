//! Edits of free fields: a three-way merge by field, and what becomes of an edit that met another one. A field is set
//! where it still is what the person saw; where it is neither that nor what the person wrote, nothing of the entry is
//! done, and the person chooses. No status, owner, clock or money is touched here: those are never merged.

use crate::decide::{Refusal, optional, required};
use crate::model::{Document, Entry, Field, FieldChange, FieldConflict, Intent, NO, Role, YES};
use crate::relay;

/// The free fields of this kind of document, in the order in which people read them.
pub fn of(doc: &Document) -> &'static [Field] {
    match doc {
        Document::Case(_) => &[Field::Title, Field::Category, Field::Description],
        Document::Customer(_) => &[Field::ContactHours, Field::Device, Field::Manager, Field::DoNotDisturb],
        _ => &[],
    }
}

/// What stands in a field; None: this kind of document has no such field.
pub fn value(doc: &Document, field: Field) -> Option<&str> {
    Some(match (doc, field) {
        (Document::Case(c), Field::Title) => &c.title,
        (Document::Case(c), Field::Description) => &c.description,
        (Document::Case(c), Field::Category) => &c.category,
        (Document::Customer(c), Field::ContactHours) => &c.contact_hours,
        (Document::Customer(c), Field::Device) => &c.device,
        (Document::Customer(c), Field::Manager) => &c.manager,
        (Document::Customer(c), Field::DoNotDisturb) => {
            if c.do_not_disturb {
                YES
            } else {
                NO
            }
        }
        _ => return None,
    })
}

fn set(doc: &mut Document, field: Field, text: &str) {
    let text = text.trim();
    match (doc, field) {
        (Document::Case(c), Field::Title) => c.title = text.into(),
        (Document::Case(c), Field::Description) => c.description = text.into(),
        (Document::Case(c), Field::Category) => c.category = text.into(),
        (Document::Customer(c), Field::ContactHours) => c.contact_hours = text.into(),
        (Document::Customer(c), Field::Device) => c.device = text.into(),
        (Document::Customer(c), Field::Manager) => c.manager = text.into(),
        (Document::Customer(c), Field::DoNotDisturb) => c.do_not_disturb = text == YES,
        _ => {}
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}

/// What a change comes to where `now` stands in its field.
enum Merge {
    /// It stands there already, or the person changed nothing.
    Keep,
    Write,
    Conflict,
}

fn merge(now: &str, change: &FieldChange) -> Merge {
    if same(now, &change.to) || same(&change.from, &change.to) {
        Merge::Keep
    } else if same(now, &change.from) {
        Merge::Write
    } else {
        Merge::Conflict
    }
}

/// The document with the changes of `entry`.
pub(crate) fn edit(doc: &Document, entry: &Entry) -> Result<Document, Refusal> {
    let Intent::EditFields { changes } = &entry.intent else {
        return Err(Refusal::WrongDocument);
    };
    may(doc, entry)?;
    check(doc, changes)?;
    let fields = conflicts(doc, changes);
    if !fields.is_empty() {
        return Err(Refusal::FieldConflict { fields });
    }
    let mut next = doc.clone();
    for change in changes {
        if value(doc, change.field).is_some_and(|now| matches!(merge(now, change), Merge::Write)) {
            set(&mut next, change.field, &change.to);
        }
    }
    Ok(next)
}

/// A case is edited by whoever works it, while it is not over; a customer's service facts by everybody at a desk.
fn may(doc: &Document, entry: &Entry) -> Result<(), Refusal> {
    match doc {
        Document::Case(case) if case.status.is_final() => Err(Refusal::WrongStatus { status: case.status }),
        Document::Case(case) if !relay::carries(case, &entry.by.org) && entry.by.role != Role::System => {
            Err(Refusal::NotYours { org: case.owner.org.clone() })
        }
        Document::Case(_) | Document::Customer(_) => Ok(()),
        _ => Err(Refusal::WrongDocument),
    }
}

fn check(doc: &Document, changes: &[FieldChange]) -> Result<(), Refusal> {
    // Nothing to do, or the same field twice: no person's edit.
    let twice = changes.iter().enumerate().any(|(i, c)| changes[..i].iter().any(|d| d.field == c.field));
    if changes.is_empty() || twice {
        return Err(Refusal::TextMissing { field: "changes".into() });
    }
    for FieldChange { field, from, to } in changes {
        if !of(doc).contains(field) {
            return Err(Refusal::WrongDocument);
        }
        optional(from, field.name())?;
        match field {
            Field::Title | Field::Category => required(to, field.name())?,
            Field::DoNotDisturb if ![YES, NO].contains(&to.trim()) => {
                return Err(Refusal::UnknownId { id: to.chars().take(40).collect() });
            }
            _ => optional(to, field.name())?,
        }
    }
    Ok(())
}

/// The changes that somebody else's stand against, all at once.
pub fn conflicts(doc: &Document, changes: &[FieldChange]) -> Vec<FieldConflict> {
    changes.iter().filter_map(|change| conflict(doc, change)).collect()
}

fn conflict(doc: &Document, change: &FieldChange) -> Option<FieldConflict> {
    let now = value(doc, change.field)?;
    if !matches!(merge(now, change), Merge::Conflict) {
        return None;
    }
    let wrote = |entry: &&Entry| match &entry.intent {
        Intent::EditFields { changes } => changes.iter().any(|c| c.field == change.field && same(&c.to, now)),
        _ => false,
    };
    let author = doc.journal().iter().rev().find(wrote);
    Some(FieldConflict {
        field: change.field,
        base: change.from.clone(),
        theirs: now.to_owned(),
        mine: change.to.clone(),
        by: author.map(|e| e.by.clone()),
        at: author.map(|e| e.at),
    })
}

/// Several edits of one document by the same person, oldest first, as one: of each field what was written last, and
/// what was seen before the person's own edits that led there.
pub fn join<'a>(edits: impl IntoIterator<Item = &'a FieldChange>) -> Vec<FieldChange> {
    let mut joined: Vec<FieldChange> = Vec::new();
    for change in edits {
        match joined.iter_mut().find(|c| c.field == change.field) {
            Some(known) if same(&known.to, &change.from) => known.to.clone_from(&change.to),
            Some(known) => known.clone_from(change),
            None => joined.push(change.clone()),
        }
    }
    joined
}

/// What a person chose for one field, having seen `theirs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub field: Field,
    pub theirs: String,
    pub keep: Keep,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    Theirs,
    /// Mine, perhaps worded anew.
    Mine(String),
}

/// What is to be written now that an edit was refused and the person has chosen: the chosen fields, and those that
/// nothing stands against. Empty: there is nothing left to do.
///
/// # Errors
/// The conflicts that are not decided yet: not chosen, or somebody has changed the field again since.
pub fn resolve(
    doc: &Document,
    changes: &[FieldChange],
    choices: &[Choice],
) -> Result<Vec<FieldChange>, Vec<FieldConflict>> {
    let (mut write, mut open) = (Vec::new(), Vec::new());
    for change in changes {
        let Some(now) = value(doc, change.field) else { continue };
        let chosen = || choices.iter().find(|c| c.field == change.field && same(&c.theirs, now)).map(|c| &c.keep);
        let to = match conflict(doc, change).map(|conflict| (conflict, chosen())) {
            None if same(&change.from, &change.to) => continue,
            None => &change.to,
            Some((_, Some(Keep::Mine(text)))) => text,
            Some((_, Some(Keep::Theirs))) => continue,
            Some((conflict, None)) => {
                open.push(conflict);
                continue;
            }
        };
        if !same(now, to) {
            write.push(FieldChange { field: change.field, from: now.to_owned(), to: to.clone() });
        }
    }
    if open.is_empty() { Ok(write) } else { Err(open) }
}
