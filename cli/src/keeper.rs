//! What runs a client for étalon, as a process of its own: it adopts what the client leaves behind,
//! daemons included, and ends all of it when the client ends, or when étalon closes its side of the
//! pipe or is no more. It talks to nobody, and judges nothing.

use std::io::Read as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process, kill_process_group, set_child_subreaper, wait,
};

/// How long a program is given to end when it is asked to.
const ENDING_LIMIT: Duration = Duration::from_secs(3);
/// How often it is looked at.
const BEAT: Duration = Duration::from_millis(10);

/// Runs a command through the shell, and gives its exit code once nothing of it runs any more.
pub(crate) fn keep(command: &str) -> std::io::Result<u8> {
    set_child_subreaper(Some(getpid()))?;
    let mut program = Command::new("sh");
    program.arg("-c").arg(command).stdin(Stdio::null()).process_group(0);
    let mut child = program.spawn()?;
    let input = std::thread::spawn(|| {
        // Nobody writes: it ends when étalon ends, or asks for the end of the client.
        let _ = std::io::stdin().lock().read(&mut [0]);
    });
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if input.is_finished() => break ended(&mut child)?,
            None => std::thread::sleep(BEAT),
        }
    };
    end_descendants();
    Ok(told(status))
}

/// Ends a program: asks first.
fn ended(child: &mut Child) -> std::io::Result<ExitStatus> {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::TERM);
    }
    let asked = Instant::now();
    while asked.elapsed() < ENDING_LIMIT {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(BEAT);
    }
    child.kill()?;
    child.wait()
}

/// Kills what was left behind. The children of what is killed become ours: there may be more, until
/// there is none.
fn end_descendants() {
    loop {
        for child in children() {
            let _ = kill_process(child, Signal::KILL);
        }
        // An error says that no child is left.
        match wait(WaitOptions::empty()) {
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// The processes whose parent is this one.
fn children() -> Vec<Pid> {
    let mine = getpid().as_raw_nonzero().get();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter(|id| parent_of(*id) == Some(mine)).filter_map(Pid::from_raw).collect()
}

/// The parent of a process: the second word after its name, which is in parentheses and may itself
/// hold some.
fn parent_of(id: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, after) = status.rsplit_once(')')?;
    after.split_whitespace().nth(1)?.parse().ok()
}

/// The exit code, as a shell tells it: 128 and its number for a signal.
fn told(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}
