//! The single writer: one thread that owns the one connection that may write.
//!
//! Writes that arrive while another is being synced share the next transaction (group commit), each in a savepoint of its own so
//! that one refusal undoes only itself. The head moves after the commit and before the writers are answered, so whoever was told
//! "written" and then asks for the head finds the write at or below it. Not here: what is written.

use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::watch;

use super::{StoreError, documents};

/// The most writes that share one transaction.
const BATCH: usize = 256;

/// Tells one waiting writer how the shared transaction ended.
type Answer = Box<dyn FnOnce(Result<(), &str>) + Send>;
/// Does the work inside a savepoint; says whether to keep it.
type Job = Box<dyn FnOnce(&Connection) -> (bool, Answer) + Send>;

enum Message {
    Write(Job),
    Checkpoint(Sender<Result<(), StoreError>>),
}

pub(super) struct Writer {
    /// `None` only while being dropped.
    queue: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
    heads: watch::Receiver<i64>,
}

impl Writer {
    pub(super) fn start(connection: Connection, head: i64) -> Result<Self, StoreError> {
        let (queue, messages) = channel();
        let (sender, heads) = watch::channel(head);
        let thread =
            thread::Builder::new().name("baton-writer".into()).spawn(move || run(connection, &messages, &sender))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), heads })
    }

    pub(super) fn heads(&self) -> &watch::Receiver<i64> {
        &self.heads
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = sync_channel(1);
        let job: Job = Box::new(move |connection| {
            let outcome = work(connection);
            let keep = outcome.is_ok();
            let answer: Answer = Box::new(move |committed| {
                let outcome = match (outcome, committed) {
                    (Ok(_), Err(why)) => Err(StoreError::NotCommitted(why.to_owned())),
                    (outcome, _) => outcome,
                };
                // A caller that stopped waiting has no use for the answer.
                let _ = sender.send(outcome);
            });
            (keep, answer)
        });
        self.send(Message::Write(job))?;
        // Dropped unanswered: the transaction failed before this write had its turn.
        receiver.recv().map_err(|_| StoreError::NotCommitted("the transaction failed".into()))?
    }

    pub(super) fn checkpoint(&self) -> Result<(), StoreError> {
        let (sender, receiver) = channel();
        self.send(Message::Checkpoint(sender))?;
        receiver.recv().map_err(|_| StoreError::Closed)?
    }

    fn send(&self, message: Message) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(message).map_err(|_| StoreError::Closed)
    }
}

impl Drop for Writer {
    /// Waits until the connection is closed: the last one to close leaves a single file behind.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, messages: &Receiver<Message>, heads: &watch::Sender<i64>) {
    while let Ok(first) = messages.recv() {
        let mut jobs = Vec::new();
        let mut checkpoints = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Write(job) => jobs.push(job),
                Message::Checkpoint(sender) => checkpoints.push(sender),
            }
            next = if jobs.len() < BATCH { messages.try_recv().ok() } else { None };
        }
        if !jobs.is_empty() {
            commit(&mut connection, jobs, heads);
        }
        for sender in checkpoints {
            let result =
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(StoreError::from);
            let _ = sender.send(result);
        }
    }
}

fn commit(connection: &mut Connection, jobs: Vec<Job>, heads: &watch::Sender<i64>) {
    let mut answers = Vec::with_capacity(jobs.len());
    let committed = attempt(connection, jobs, &mut answers);
    let result = match &committed {
        Ok(head) => {
            heads.send_if_modified(|known| std::mem::replace(known, *head) != *head);
            Ok(())
        }
        Err(error) => {
            tracing::error!(%error, "a transaction failed");
            Err(error.to_string())
        }
    };
    for answer in answers {
        answer(result.as_ref().map(|&()| ()).map_err(String::as_str));
    }
}

/// Runs the jobs in one transaction and returns the head that it committed.
fn attempt(connection: &mut Connection, jobs: Vec<Job>, answers: &mut Vec<Answer>) -> Result<i64, rusqlite::Error> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        let mut savepoint = transaction.savepoint()?;
        let (keep, answer) = job(&savepoint);
        answers.push(answer);
        if !keep {
            savepoint.rollback()?;
        }
        savepoint.commit()?;
    }
    let head = documents::head(&transaction)?;
    transaction.commit()?;
    Ok(head)
}
