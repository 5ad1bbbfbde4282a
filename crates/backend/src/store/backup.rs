//! A consistent copy of the store in one file, while it is in use.

use std::fs::{self, OpenOptions};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{Store, StoreError, schema};

impl Store {
    /// Copies the database `from` into the one file `to`, replacing it only when the copy is complete and on disk. Works from any process
    /// while a server uses the database. To restore: stop the server, remove `FILE-wal` and `FILE-shm`, copy the backup to `FILE`.
    ///
    /// # Errors
    /// `from` is missing or damaged, or `to` cannot be written.
    pub fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
        let mut unfinished = to.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let unfinished = Path::new(&unfinished);
        match fs::remove_file(unfinished) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        // Opened for writing, because a reader alone cannot recover the log of a server that was killed; nothing is changed.
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::prepare_reader(&source)?;
        let name =
            unfinished.to_str().ok_or_else(|| StoreError::Broken("the name of the copy is not Unicode".into()))?;
        source.execute("VACUUM INTO ?1", [name])?;
        let copy = Connection::open_with_flags(unfinished, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let verdict: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        drop(copy);
        if verdict != "ok" {
            return Err(StoreError::Broken(format!("the copy is damaged: {verdict}")));
        }
        OpenOptions::new().write(true).open(unfinished)?.sync_all()?;
        fs::rename(unfinished, to)?;
        // The new name has to be on disk as well; elsewhere folders cannot be synced.
        #[cfg(unix)]
        {
            let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
            fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}
