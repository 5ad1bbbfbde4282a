//! The real server on a free port of this machine, with a database of its own and a clock that the test sets. It can be
//! killed and started again on the same port and database.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex};

use baton_engine::time::Timestamp;
use serde_json::to_value;
use tempfile::TempDir;

use crate::api::Api;
use crate::cast::{Customer, PASSWORD, Person};
use crate::process::{Owned, line_of};
use crate::setup::setup;
use crate::wait::until;

/// What a site begins with.
#[derive(Debug, Clone)]
pub struct SiteOptions {
    /// The server's time at the start, from where it goes on; None: the real time. A desk that starts with no server has
    /// only its own clock, so stories of that kind are told in real time.
    pub now: Option<&'static str>,
    /// The whole demo day instead of the few accounts and customers of [`Person`] and [`Customer`].
    pub demo: bool,
    /// Another folder of files than the built app.
    pub folder: Option<PathBuf>,
    /// A connector file for every desk: the documents are elsewhere, with people of their own.
    pub connector: Option<PathBuf>,
}

impl Default for SiteOptions {
    /// Now, no demo.
    fn default() -> Self {
        SiteOptions { now: None, demo: false, folder: None, connector: None }
    }
}

/// See the module. Dropped, the server is killed and its database removed.
pub struct Site {
    options: SiteOptions,
    server: Mutex<Option<Owned>>,
    port: u16,
    admin: Option<Api>,
    /// The test's name, for evidence: its threads have none.
    story: String,
    home: TempDir,
    _seat: Seat,
}

impl Site {
    #[track_caller]
    pub fn start(options: SiteOptions) -> Site {
        let seat = Seat::take();
        let home = tempfile::Builder::new().prefix("baton-e2e-").tempdir().expect("a temporary folder");
        let story = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let mut site = Site { options, server: Mutex::new(None), port: 0, admin: None, story, home, _seat: seat };
        if let Some(now) = site.options.now {
            site.set_clock(now);
        }
        site.port = site.launch(0);
        let admin = Api::log_in(&site.url(), "admin", if site.options.demo { "baton" } else { PASSWORD });
        if !site.options.demo && site.options.connector.is_none() {
            furnish(&admin);
        }
        site.admin = Some(admin);
        site
    }

    /// The empty site with its people and customers, now.
    #[track_caller]
    pub fn quiet() -> Site {
        Site::start(SiteOptions::default())
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn story(&self) -> &str {
        &self.story
    }

    /// What somebody types at log-in here: user and password.
    pub(crate) fn account(&self, person: Person) -> (&'static str, &'static str) {
        match self.options.connector {
            Some(_) => (person.login_elsewhere(), baton_servers::PASSWORD),
            None => (person.login(), PASSWORD),
        }
    }

    /// The administrator's own access, past the desk.
    #[track_caller]
    pub fn api(&self) -> &Api {
        self.admin.as_ref().expect("it was logged in at the start")
    }

    /// Moves the server's clock; it goes on from there. More than twelve hours at once end every session.
    pub fn set_clock(&self, now: &str) {
        let now: Timestamp = now.parse().unwrap_or_else(|e| panic!("{now} is no moment: {e:?}"));
        let real = std::time::UNIX_EPOCH.elapsed().map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(0));
        let file = self.clock_file();
        let new = file.with_extension("new");
        // In one step: the server reads it at any moment.
        fs::write(&new, (now.millis() - real).to_string())
            .and_then(|()| fs::rename(&new, &file))
            .expect("the clock file");
    }

    /// SIGKILL: nothing is said to anybody.
    pub fn kill(&self) {
        let server = self.server.lock().map(|mut s| s.take());
        drop(server);
    }

    /// Again on the same port and database.
    #[track_caller]
    pub fn revive(&self) {
        until("the port is free again", || std::net::TcpListener::bind(("127.0.0.1", self.port)).is_ok().then_some(()));
        assert_eq!(self.launch(self.port), self.port);
    }

    fn clock_file(&self) -> PathBuf {
        self.home.path().join("clock")
    }

    /// Starts the program and waits until it listens; the port.
    #[track_caller]
    fn launch(&self, port: u16) -> u16 {
        let setup = setup();
        let site = self.options.folder.as_ref().unwrap_or(&setup.site);
        let mut command = Command::new(&setup.server);
        command.arg("--db").arg(self.home.path().join("site.db")).arg("--site").arg(site);
        command.arg("--clock-file").arg(self.clock_file()).args(["--listen", &format!("127.0.0.1:{port}")]);
        if let Some(connector) = &self.options.connector {
            command.arg("--connector").arg(connector);
        }
        if self.options.demo {
            command.args(["--feed", "off"]);
            if let Some(now) = self.options.now {
                command.args(["--now", now]);
            }
        } else {
            command.arg("--no-demo").env("BATON_ADMIN_PASSWORD", PASSWORD);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let stdout = child.stdout.take();
        let owned = Owned(child);
        let port = stdout
            .and_then(|out| line_of(out, |line| line.strip_prefix("listening on ")?.rsplit_once(':')?.1.parse().ok()));
        let port = port.expect("the server says where it listens");
        if let Ok(mut server) = self.server.lock() {
            *server = Some(owned);
        }
        port
    }
}

/// The people and customers of the stories.
#[track_caller]
fn furnish(admin: &Api) {
    for person in Person::ALL.into_iter().filter(|p| *p != Person::Admin) {
        admin.post("users", &person.account()).ok();
    }
    for customer in Customer::ALL {
        let record = to_value(customer.record()).expect("a customer is JSON");
        admin.post("customers", &record).ok();
    }
}

/// So many sites at once as the machine can bear; tests wait for each other here.
struct Seat;

static TAKEN: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

impl Seat {
    fn take() -> Seat {
        let mut taken = TAKEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while *taken >= setup().parallel {
            taken = LEFT.wait(taken).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *taken += 1;
        Seat
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) -= 1;
        LEFT.notify_one();
    }
}
