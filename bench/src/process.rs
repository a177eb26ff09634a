//! Child processes on a core of their own, and what they cost by the kernel's own count.
//!
//! CPU time hardly moves on a busy machine, while requests per second do; so it is what limits are set in.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;
use std::time::Duration;

/// The core of the server and its database.
pub const SERVER_CORE: usize = 0;

/// The core of the load generator.
pub const LOAD_CORE: usize = 1;

/// A program that will run on one core, where the machine has more than one and `taskset` is there.
pub fn on_core(core: usize, program: &Path) -> Command {
    if !can_pin() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

/// Keeps this process, and the threads that it will start, on one core.
pub fn pin_self(core: usize) {
    if can_pin() {
        let pid = std::process::id().to_string();
        // Without it the numbers are noisier, not wrong.
        drop(Command::new("taskset").args(["-cp", &core.to_string(), &pid]).stdout(Stdio::null()).status());
    }
}

/// Lets a program run on all cores, whatever this process is kept on.
pub fn on_all_cores(program: &Path) -> Command {
    if !can_pin() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0-1023"]).arg(program);
    command
}

fn can_pin() -> bool {
    cores() > 1 && Path::new("/usr/bin/taskset").exists()
}

/// How many cores the machine has.
pub fn cores() -> usize {
    let listed = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    // The parallelism of a process that is kept on one core is one.
    let listed = listed.lines().filter(|line| line.starts_with("processor")).count();
    listed.max(available_parallelism().map_or(1, usize::from))
}

/// What share of all cores works while the benchmark only waits, 0 to 1.
pub fn busy_share() -> f64 {
    let before = worked_and_idle();
    std::thread::sleep(Duration::from_secs(1));
    let (worked, idle) = worked_and_idle();
    let (worked, idle) = (worked - before.0, idle - before.1);
    if worked + idle > 0.0 { worked / (worked + idle) } else { 0.0 }
}

fn worked_and_idle() -> (f64, f64) {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks = text.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8);
    let ticks: Vec<f64> = ticks.filter_map(|ticks| ticks.parse().ok()).collect();
    // The fourth and fifth: nothing to do, and nothing but to wait for the disk.
    let idle = ticks.iter().skip(3).take(2).sum();
    (ticks.iter().sum::<f64>() - idle, idle)
}

/// The processes whose time counts: a server, and the cluster of its database.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meter {
    /// The server.
    pub server: Option<u32>,
    /// The first process of the PostgreSQL cluster.
    pub cluster: Option<u32>,
}

/// CPU seconds so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cpu {
    /// Of the server.
    pub server: f64,
    /// Of all processes of the database.
    pub database: f64,
}

impl Meter {
    /// What has been used up to now.
    pub fn read(&self) -> Cpu {
        let server = self.server.and_then(Stat::of).map_or(0.0, |stat| stat.seconds());
        let database = self.cluster.map_or(0.0, |cluster| {
            let members =
                pids().filter_map(Stat::of_pid).filter(|(pid, stat)| *pid == cluster || stat.parent == cluster);
            members.map(|(_, stat)| stat.seconds()).sum()
        });
        Cpu { server, database }
    }
}

impl Cpu {
    /// What was used since an earlier moment.
    pub fn since(self, earlier: Self) -> Self {
        Self { server: self.server - earlier.server, database: self.database - earlier.database }
    }
}

fn pids() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc").into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

struct Stat {
    parent: u32,
    ticks: u64,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold anything but ends at the last parenthesis; the state follows.
        let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
        let number = |place: usize| fields.get(place).and_then(|text| text.parse::<u64>().ok());
        // utime, stime, and those of children that were waited for.
        let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
        Some(Self { parent: fields.get(1)?.parse().ok()?, ticks })
    }

    fn of_pid(pid: u32) -> Option<(u32, Self)> {
        Some((pid, Self::of(pid)?))
    }

    /// The kernel tells programs of ticks of 10 ms, whatever its own are.
    fn seconds(&self) -> f64 {
        self.ticks as f64 / 100.0
    }
}

/// The parent of a process.
pub fn parent(pid: u32) -> Option<u32> {
    Some(Stat::of(pid)?.parent)
}

/// Memory of a process, in MiB.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// The most that was resident, mapped files included.
    pub peak: f64,
    /// Resident now and not of a file.
    pub anonymous: f64,
}

impl Memory {
    /// Of a process that runs.
    pub fn of(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let mib = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
        };
        Some(Self { peak: mib("VmHWM:")?, anonymous: mib("RssAnon:")? })
    }

    /// The larger of each.
    pub fn max(self, other: Self) -> Self {
        Self { peak: self.peak.max(other.peak), anonymous: self.anonymous.max(other.anonymous) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_that_works_moves() {
        let meter = Meter { server: Some(std::process::id()), cluster: None };
        let before = meter.read();

        let mut sum = 0_u64;
        while meter.read().since(before).server < 0.05 {
            sum = sum.wrapping_add(1);
        }

        assert!(sum > 0 && Memory::of(std::process::id()).unwrap().peak > 1.0);
    }
}
