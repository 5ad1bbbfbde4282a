//! Packages of Debian and its kin, where they may be installed without asking. Knows nothing of what they are for.

use crate::cmd;
use std::process::Command;

/// As root or with a sudo that asks no password; otherwise nothing happens. Whether it helped is seen by looking again.
pub fn install(packages: &[&str]) {
    if cmd::which("apt-get").is_none() {
        return;
    }
    let root = is_root();
    if !root && cmd::output(Command::new("sudo").args(["-n", "true"])).is_none() {
        return;
    }
    let apt = |args: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "apt-get"]);
        }
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        cmd::run_quietly("apt-get", &mut command)
    };
    cmd::say(&format!("installing {} with apt-get", packages.join(", ")));
    let mut args = vec!["install", "-y", "--no-install-recommends"];
    args.extend(packages);
    if apt(&args).is_err() {
        // Often only the package lists are old or missing.
        if let Err(why) = apt(&["update"]).and_then(|()| apt(&args)) {
            cmd::say(&why);
        }
    }
}

pub fn is_root() -> bool {
    cmd::output(Command::new("id").arg("-u")).as_deref() == Some("0")
}
