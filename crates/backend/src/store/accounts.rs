//! Accounts, passwords and log-ins. Passwords are kept as argon2id hashes, log-ins as the SHA-256 of their token: neither can be used
//! by someone who only reads the file. Not here: cookies, rate limits, what a role may do.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::document::Fault;
use super::{Store, StoreError, check_id};

/// A session ends this long after it was last used.
const SESSION: TimeDelta = TimeDelta::hours(12);
/// Use moves the end only when it would move by more than this: not every request should cost a write.
const SLIDE: TimeDelta = TimeDelta::minutes(5);
/// The longest password, in bytes: hashing must not be a way to keep the server busy.
const MAX_PASSWORD: usize = 1024;

/// A person or device that may log in. Its password never leaves the store.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Account {
    pub id: String,
    pub name: String,
    pub role: String,
    /// Whatever the application wants to know about its user (organisation, seat, skills).
    pub profile: Map<String, Value>,
}

/// An account to be added.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub account: Account,
    pub password: String,
}

/// A log-in that is in force.
#[derive(Debug, Clone)]
pub struct Session {
    pub account: Account,
    /// UTC.
    pub expires: DateTime<Utc>,
    /// SHA-256 of the token.
    pub key: [u8; 32],
    /// This use moved the end.
    pub extended: bool,
}

/// What hashing one password costs. The default is OWASP's recommendation for argon2id.
#[derive(Debug, Clone, Copy)]
pub struct PasswordCost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

impl Store {
    /// Adds an account.
    ///
    /// # Errors
    /// `Invalid`: id or password not acceptable, or the id is taken (pointer `/id`); the database failed.
    pub fn add_user(&self, new: NewAccount) -> Result<(), StoreError> {
        let NewAccount { account, password } = new;
        check_id(&account.id)?;
        let hash = self.hash(&password)?;
        self.write(move |connection| {
            let added = connection.execute(
                "INSERT INTO accounts (id, name, role, profile, hash) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                params![account.id, account.name, account.role, Value::Object(account.profile).to_string(), hash],
            )?;
            if added == 0 {
                return Err(Fault::new("/id", "this user exists already").into());
            }
            Ok(())
        })
    }

    /// Changes name, role and profile, and the password when one is given; a new password ends the account's sessions.
    ///
    /// # Errors
    /// `Missing`, `Invalid` (password); the database failed.
    pub fn update_user(&self, account: Account, password: Option<&str>) -> Result<(), StoreError> {
        let hash = password.map(|password| self.hash(password)).transpose()?;
        self.write(move |connection| {
            let changed = connection.execute(
                "UPDATE accounts SET name = ?2, role = ?3, profile = ?4, hash = coalesce(?5, hash) WHERE id = ?1",
                params![account.id, account.name, account.role, Value::Object(account.profile).to_string(), hash],
            )?;
            if changed == 0 {
                return Err(StoreError::Missing);
            }
            if hash.is_some() {
                connection.execute("DELETE FROM sessions WHERE account = ?1", [&account.id])?;
            }
            Ok(())
        })
    }

    /// Removes an account and its sessions.
    ///
    /// # Errors
    /// `Missing`; the database failed.
    pub fn remove_user(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |connection| match connection.execute("DELETE FROM accounts WHERE id = ?1", [id])? {
            0 => Err(StoreError::Missing),
            _ => Ok(()),
        })
    }

    /// # Errors
    /// The database failed.
    pub fn user(&self, id: &str) -> Result<Option<Account>, StoreError> {
        self.read(|connection| Ok(find(connection, id)?.map(|(account, _)| account)))
    }

    /// All accounts by id.
    ///
    /// # Errors
    /// The database failed.
    pub fn users(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT id, name, role, profile FROM accounts ORDER BY id")?;
            let accounts = query.query_map([], account)?.collect::<Result<_, _>>()?;
            Ok(accounts)
        })
    }

    /// The account, if the password is right. Does the same work when there is no such account. Takes tens of milliseconds on purpose.
    ///
    /// # Errors
    /// The database failed.
    pub fn check_password(&self, id: &str, password: &str) -> Result<Option<Account>, StoreError> {
        if password.len() > MAX_PASSWORD {
            return Ok(None);
        }
        let found = self.read(|connection| find(connection, id))?;
        let (account, hash) = match found {
            Some((account, hash)) => (Some(account), hash),
            None => (None, self.nobodys_hash()),
        };
        let hash =
            PasswordHash::new(&hash).map_err(|error| StoreError::Broken(format!("a stored password hash: {error}")))?;
        let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok(account.filter(|_| right))
    }

    /// Starts a session and returns its token, which is not stored and cannot be asked for again.
    ///
    /// # Errors
    /// The database or the system's random source failed.
    pub fn open_session(&self, account: &Account) -> Result<(String, Session), StoreError> {
        let mut secret = [0u8; 32];
        getrandom::fill(&mut secret).map_err(|error| StoreError::Broken(error.to_string()))?;
        let token: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let now = self.now();
        let session = Session { account: account.clone(), expires: now + SESSION, key: key_of(&token), extended: true };
        let (id, key, expires) = (account.id.clone(), session.key, session.expires);
        self.write(move |connection| {
            connection.execute("DELETE FROM sessions WHERE expires <= ?1", [now.timestamp_millis()])?;
            connection.execute(
                "INSERT INTO sessions (token, account, expires) VALUES (?1, ?2, ?3)",
                params![key, id, expires.timestamp_millis()],
            )?;
            Ok(())
        })?;
        Ok((token, session))
    }

    /// The session of this token, if it is in force. Use keeps it in force.
    ///
    /// # Errors
    /// The database failed.
    pub fn use_session(&self, token: &str) -> Result<Option<Session>, StoreError> {
        let now = self.now();
        let Some(mut session) = self.session_by_key(key_of(token))? else {
            return Ok(None);
        };
        if session.expires < now + SESSION - SLIDE {
            session.expires = now + SESSION;
            session.extended = true;
            let (key, expires) = (session.key, session.expires.timestamp_millis());
            self.write(move |connection| {
                connection.execute("UPDATE sessions SET expires = ?2 WHERE token = ?1", params![key, expires])?;
                Ok(())
            })?;
        }
        Ok(Some(session))
    }

    /// The session with this key, if it is in force; does not count as use.
    ///
    /// # Errors
    /// The database failed.
    pub fn session_by_key(&self, key: [u8; 32]) -> Result<Option<Session>, StoreError> {
        let now = self.now().timestamp_millis();
        self.read(|connection| {
            let session = connection
                .prepare_cached(
                    "SELECT a.id, a.name, a.role, a.profile, s.expires FROM sessions s JOIN accounts a ON a.id = s.account
                     WHERE s.token = ?1 AND s.expires > ?2",
                )?
                .query_row(params![key, now], |row| {
                    Ok(Session {
                        account: account(row)?,
                        expires: DateTime::from_timestamp_millis(row.get(4)?).unwrap_or_default(),
                        key,
                        extended: false,
                    })
                })
                .optional()?;
            Ok(session)
        })
    }

    /// Ends a session; one that is not in force is no error.
    ///
    /// # Errors
    /// The database failed.
    pub fn close_session(&self, key: [u8; 32]) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute("DELETE FROM sessions WHERE token = ?1", [key])?;
            Ok(())
        })
    }

    fn hash(&self, password: &str) -> Result<String, StoreError> {
        if password.is_empty() || password.len() > MAX_PASSWORD {
            return Err(Fault::new("/password", format!("a password is 1 to {MAX_PASSWORD} bytes")).into());
        }
        let cost = self.0.options.password_cost;
        let salt = SaltString::generate(&mut OsRng);
        let params = Params::new(cost.memory_kib, cost.passes, 1, None);
        params
            .map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
            .map_err(|error| error.to_string())
            .and_then(|argon2| {
                argon2
                    .hash_password(password.as_bytes(), &salt)
                    .map(|hash| hash.to_string())
                    .map_err(|error| error.to_string())
            })
            .map_err(|error| StoreError::Broken(format!("hashing a password: {error}")))
    }

    /// A hash that no password matches, with the same cost as a real one.
    fn nobodys_hash(&self) -> String {
        let cost = self.0.options.password_cost;
        format!("$argon2id$v=19$m={},t={},p=1$bm9ib2R5c3NhbHRub2JvZHk${}", cost.memory_kib, cost.passes, "A".repeat(43))
    }
}

fn key_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn find(connection: &Connection, id: &str) -> Result<Option<(Account, String)>, StoreError> {
    let found = connection
        .prepare_cached("SELECT id, name, role, profile, hash FROM accounts WHERE id = ?1")?
        .query_row([id], |row| Ok((account(row)?, row.get(4)?)))
        .optional()?;
    Ok(found)
}

fn account(row: &Row<'_>) -> Result<Account, rusqlite::Error> {
    let profile: String = row.get(3)?;
    Ok(Account {
        id: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        profile: serde_json::from_str(&profile).unwrap_or_default(),
    })
}
