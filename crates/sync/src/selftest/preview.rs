//! A look at what a connector makes of a backend's documents, without writing anything.

use crate::connector::{Connector, Failure, ListAnswer, Place, Remote};
use crate::net::{Net, Problem, ProblemKind};

/// At most `count` documents from the beginning of a collection, in our form, and what was no document.
///
/// # Errors
/// Why there are none: the file lacks the collection, no answer, or a refusal.
pub async fn preview(
    connector: &Connector,
    net: &impl Net,
    place: Place,
    count: u16,
) -> Result<(Vec<Remote>, Vec<String>), Problem> {
    let few = connector.probing(count.max(1), true);
    let request = few
        .list(place, None)
        .ok_or_else(|| Problem::new(ProblemKind::Missing, 0, "the file does not have this collection"))?;
    let response = net.send(request).await.map_err(|error| Problem::new(ProblemKind::Network, 0, error.0))?;
    match few.list_answer(place, None, &response) {
        ListAnswer::Page { mut items, nameless, .. } => {
            items.truncate(count.into());
            Ok((items, nameless))
        }
        ListAnswer::Failed(Failure::SignedOut) => {
            Err(Problem::new(ProblemKind::SignedOut, response.status, "nobody is logged in"))
        }
        ListAnswer::Failed(Failure::Again { problem, .. } | Failure::Refused(problem)) => Err(problem),
        ListAnswer::Reset => Err(Problem::new(ProblemKind::Garbled, response.status, "the list must begin again")),
    }
}
