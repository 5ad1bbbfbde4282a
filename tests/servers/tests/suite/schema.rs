//! deploy/postgrest/schema.sql on a real PostgreSQL: what the connector for PostgREST relies on.

use std::path::Path;
use std::process::{Command, Stdio};

use baton_servers::{Kind, Postgres};
use tempfile::tempdir;

/// What psql printed, or its complaint.
fn ask(postgres: &Postgres, sql: &str) -> Result<String, String> {
    let output = postgres.psql("baton").args(["-c", sql]).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn as_desk(postgres: &Postgres, sql: &str) -> Result<String, String> {
    ask(postgres, &format!("set role desk; {sql}"))
}

pub async fn postgrest(_: Kind) {
    let folder = tempdir().unwrap();
    let home = folder.path().join("postgres");
    open_to_all(folder.path());
    let postgres = Postgres::start(&home).await;
    assert!(postgres.psql("postgres").args(["-c", "create database baton"]).status().unwrap().success());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/postgrest/schema.sql");
    let sql = std::fs::read_to_string(file).unwrap();
    for _ in 0..2 {
        let mut psql = postgres.psql("baton");
        let mut child =
            psql.args(["-v", "secret=kept", "-f", "-"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), sql.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "it can be run again");
    }
    let account = "insert into baton_private.account values \
        ('ann', crypt('correct horse', gen_salt('bf', 4)), '{\"name\": \"Ann\", \"org\": \"home-province\"}')";
    ask(&postgres, account).unwrap();

    // Logging in, and what nobody may see.
    let login =
        |password: &str| ask(&postgres, &format!("set role nobody_yet; select baton.login('ann', '{password}')"));
    let token = login("correct horse").unwrap();
    assert!(token.contains("\"token\"") && token.contains("\"id\": \"ann\""), "{token}");
    assert!(login("wrong").unwrap_err().contains("user or password is wrong"));
    assert!(
        ask(&postgres, "set role nobody_yet; select * from baton.cases").unwrap_err().contains("permission denied")
    );
    assert!(as_desk(&postgres, "select * from baton_private.account").unwrap_err().contains("permission denied"));
    let me = as_desk(&postgres, "set request.jwt.claims = '{\"sub\": \"ann\"}'; select baton.me()").unwrap();
    assert!(me.contains("home-province"), "{me}");

    // A document is created once, and its revision moves by one.
    let create = "insert into baton.cases (id, body) values ('c1', '{\"title\": \"x\"}') returning rev";
    assert_eq!(as_desk(&postgres, create).unwrap(), "1");
    assert!(as_desk(&postgres, create).unwrap_err().contains("duplicate key"));
    assert!(
        as_desk(&postgres, "update baton.cases set rev = 9 where id = 'c1'").unwrap_err().contains("rev must be 2")
    );
    assert!(as_desk(&postgres, "delete from baton.cases").unwrap_err().contains("permission denied"));
    assert!(as_desk(&postgres, "update baton.claims set rev = 2").unwrap_err().contains("permission denied"));

    // Sixteen on one revision: one gets through, also at PostgreSQL's own isolation.
    for (round, isolation) in [(1, "read committed"), (2, "repeatable read")] {
        let update = format!(
            "set role desk; set default_transaction_isolation = '{isolation}'; \
             update baton.cases set rev = {0} + 1 where id = 'c1' and rev = {0} returning 'won'",
            round
        );
        let start = |_| -> std::process::Child {
            let mut psql: Command = postgres.psql("baton");
            psql.args(["-c", &update]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
        };
        let racers: Vec<_> = (0..16).map(start).collect();
        let outputs = racers.into_iter().map(|child| child.wait_with_output().unwrap());
        let won = outputs.filter(|output| String::from_utf8_lossy(&output.stdout).contains("won")).count();
        assert_eq!(won, 1, "{isolation}");
    }
}

/// PostgreSQL may run as another user, who must be able to come in.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}
