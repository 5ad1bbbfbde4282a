//! Which slots of the call bar can be used, and why not. The slots never move; only their state changes.
//! Pure: what the person may do at all is the engine's business, this is about what a telephone can do next.

use baton_engine::model::{Actor, CallState, Interaction};

/// A control of the call bar, in the order of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Answer,
    Hold,
    Mute,
    Keypad,
    Consult,
    Expert,
    ThreeWay,
    End,
}

/// Why a slot is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// Nobody has answered yet.
    NotAnswered,
    /// It has been answered.
    Answered,
    /// The call is over.
    Ended,
    /// Somebody else has the call.
    NotMine,
    /// The customer is on hold.
    OnHold,
    /// The keypad of the desk phone must be used: the desk has no line of its own.
    Manual,
    /// An offer to a seat is running.
    Offered,
}

/// None: the slot can be used.
pub fn off(slot: Slot, contact: &Interaction, me: &Actor) -> Option<Off> {
    let over = contact.ended_at.is_some() || matches!(contact.call, CallState::WrapUp | CallState::Ended);
    if over {
        return Some(Off::Ended);
    }
    let Some(holder) = &contact.holder else {
        return (slot != Slot::Answer).then_some(Off::NotAnswered);
    };
    if holder.id != me.id && !me.leads() {
        return Some(Off::NotMine);
    }
    match slot {
        Slot::Answer => Some(Off::Answered),
        Slot::Keypad => Some(Off::Manual),
        Slot::Mute if contact.call == CallState::Held => Some(Off::OnHold),
        Slot::Hold | Slot::Consult | Slot::ThreeWay if contact.pending_offer().is_some() => Some(Off::Offered),
        _ => None,
    }
}

/// Whether the slot shows as pressed.
pub fn pressed(slot: Slot, contact: &Interaction) -> bool {
    match slot {
        Slot::Hold => contact.call == CallState::Held,
        Slot::Consult => contact.call == CallState::Consulting,
        Slot::ThreeWay => contact.call == CallState::ThreeWay,
        _ => false,
    }
}

/// The state that a press of hold, consult or three-way leads to; a second press leads back to talking.
pub fn toggled(slot: Slot, now: CallState) -> CallState {
    let on = match slot {
        Slot::Hold => CallState::Held,
        Slot::Consult => CallState::Consulting,
        Slot::ThreeWay => CallState::ThreeWay,
        _ => return now,
    };
    if now == on { CallState::Talking } else { on }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_engine::model::PersonRef;
    use baton_engine::time::Timestamp;

    const ALL: [Slot; 8] =
        [Slot::Answer, Slot::Hold, Slot::Mute, Slot::Keypad, Slot::Consult, Slot::Expert, Slot::ThreeWay, Slot::End];

    fn me() -> Actor {
        Actor { id: "wu".into(), ..Actor::default() }
    }

    fn usable(contact: &Interaction) -> Vec<Slot> {
        ALL.into_iter().filter(|s| off(*s, contact, &me()).is_none()).collect()
    }

    fn talking() -> Interaction {
        Interaction {
            holder: Some(PersonRef { id: "wu".into(), name: "Wu".into() }),
            call: CallState::Talking,
            ..Interaction::default()
        }
    }

    #[test]
    fn a_ringing_call_can_only_be_answered() {
        assert_eq!(usable(&Interaction::default()), [Slot::Answer]);
    }

    #[test]
    fn a_call_offers_all_but_answer_and_keypad() {
        let all_but = [Slot::Hold, Slot::Mute, Slot::Consult, Slot::Expert, Slot::ThreeWay, Slot::End];
        assert_eq!(usable(&talking()), all_but);
        assert_eq!(off(Slot::Keypad, &talking(), &me()), Some(Off::Manual));
    }

    #[test]
    fn nothing_works_after_the_end_or_on_the_call_of_another() {
        let ended = Interaction { ended_at: Some(Timestamp::from_millis(1)), call: CallState::WrapUp, ..talking() };
        assert!(usable(&ended).is_empty());
        let other = Interaction { holder: Some(PersonRef { id: "x".into(), name: "X".into() }), ..talking() };
        assert!(usable(&other).is_empty());
        assert_eq!(off(Slot::End, &other, &me()), Some(Off::NotMine));
    }

    #[test]
    fn a_second_press_goes_back_to_talking() {
        for slot in [Slot::Hold, Slot::Consult, Slot::ThreeWay] {
            let on = toggled(slot, CallState::Talking);
            assert_ne!(on, CallState::Talking);
            assert_eq!(toggled(slot, on), CallState::Talking);
        }
        assert_eq!(toggled(Slot::ThreeWay, CallState::Consulting), CallState::ThreeWay);
    }
}
