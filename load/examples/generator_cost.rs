//! What a call costs the generator in processor time, beside oha and wrk where these are installed:
//! at a fixed 2,000 calls a second, where most of the cost is that of waking up, and at full speed
//! with as many connections. In turns on one server, each a process of its own whose user and
//! system time are read when it has ended, since a machine that others share changes its pace from
//! one second to the next. Beside them one connection of hyper's, the least that all this rests on.
//!
//! `cargo run --release -p load --example generator_cost`

#![expect(
    clippy::exit,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures, and stops when it cannot be run"
)]

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use load::Campaign;
use load::alarm::Alarm;
use load::generator::one_thread;
use load::live::Live;
use load::outcome::report;
use load::plan::{Overrides, Plan};
use load::systems::Shard;
use reports::load::Facts;
use scenarios::target::Target;

/// Turns of each; a figure is the median of them.
const ROUNDS: usize = 5;
const CONNECTIONS: u32 = 64;
const RATE: u32 = 2_000;
const SECONDS: u32 = 10;
/// Calls at full speed.
const CALLS: u32 = 200_000;
const PATH: &str = "/teledossiers/v1/notifications?maxResult=25";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve"] => serve(),
        ["campaign", address, rate, calls] => campaign(address, rate, calls.parse().unwrap(), "0s"),
        ["grained", address, rate, calls] => campaign(address, rate, calls.parse().unwrap(), "1ms"),
        ["connection", address, calls] => connection(address, calls.parse().unwrap()),
        [] => compare(),
        // Never anything that starts more of itself: this program is among those that it starts.
        _ => println!("generator_cost takes no argument"),
    }
}

/// One way to make calls.
struct Contender {
    name: &'static str,
    command: Box<dyn Fn() -> Command>,
    costs: Vec<f64>,
    rates: Vec<f64>,
}

impl Contender {
    fn new(name: &'static str, command: impl Fn() -> Command + 'static) -> Self {
        Self { name, command: Box::new(command), costs: Vec::new(), rates: Vec::new() }
    }

    fn is_installed(&self) -> bool {
        let program = (self.command)().get_program().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|directory| directory.join(&program).is_file())
    }

    /// Makes these calls, or as many as it says that it made.
    fn run(&mut self, calls: u32) {
        let (before, started) = (cpu_of_children(), Instant::now());
        let output = (self.command)().output().unwrap();
        let (took, cpu) = (started.elapsed().as_secs_f64(), cpu_of_children() - before);
        assert!(output.status.success(), "{}: {output:?}", self.name);
        let calls = f64::from(calls_told(&output).unwrap_or(calls));
        self.costs.push(cpu / calls * 100_000.0);
        self.rates.push(calls / took);
    }
}

/// wrk runs for a time, and says how many calls it made.
fn calls_told(output: &Output) -> Option<u32> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.split_once(" requests in ")?.0.trim().parse().ok())
}

fn compare() {
    let mut server = start();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim().to_owned();
    let calls = RATE * SECONDS;
    let own = |word: &'static str, more: Vec<String>| {
        let address = address.clone();
        move || {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg(word).arg(&address).args(&more);
            command
        }
    };
    let others = |program: &'static str, arguments: Vec<String>| {
        let url = format!("http://{address}{PATH}");
        move || {
            let mut command = Command::new(program);
            command.args(&arguments).args(["-H", "Authorization: Bearer t"]).arg(&url);
            command
        }
    };
    let words = |text: String| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let oha = |more: String| others("oha", words(format!("--no-tui -c {CONNECTIONS} {more}")));
    let wrk = words(format!("-t 1 -c {CONNECTIONS} -d 5s"));
    let told = |rate: &str, calls: u32| vec![rate.to_owned(), calls.to_string()];
    println!("{RATE} calls a second, for {SECONDS} s");
    in_turns(
        vec![
            Contender::new("étalon", own("campaign", told(&format!("{RATE}.0"), calls))),
            Contender::new("étalon, 1 ms", own("grained", told(&format!("{RATE}.0"), calls))),
            Contender::new("oha", oha(format!("-n {calls} -q {RATE}"))),
            Contender::new("hyper", own("connection", vec![calls.to_string()])),
        ],
        calls,
    );
    println!("full speed, {CONNECTIONS} connections");
    in_turns(
        vec![
            Contender::new("étalon", own("campaign", told("200000.0", CALLS))),
            Contender::new("oha", oha(format!("-n {CALLS}"))),
            Contender::new("wrk", others("wrk", wrk)),
        ],
        CALLS,
    );
    let _ = server.kill();
    let _ = server.wait();
}

fn in_turns(mut contenders: Vec<Contender>, calls: u32) {
    contenders.retain(Contender::is_installed);
    for _ in 0..ROUNDS {
        contenders.iter_mut().for_each(|contender| contender.run(calls));
    }
    let first = median(&contenders[0].costs);
    for contender in &contenders {
        let cost = median(&contender.costs);
        println!(
            "{:<14}{cost:>6.2} CPU-s per 100,000 calls at {:>6.0}/s; étalon takes {:.2} times that",
            contender.name,
            median(&contender.rates),
            first / cost
        );
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// User and system time of the children that have ended, in seconds (proc(5), in ticks of 10 ms).
fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks = after_name.split_whitespace().skip(13).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

fn start() -> Child {
    Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// One connection, a call at each instant that one is due: no client, no pool.
fn connection(address: &str, calls: u32) {
    one_thread().unwrap().block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let shaken = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.unwrap();
        tokio::spawn(connection);
        let (alarm, start) = (Alarm::new().unwrap(), Instant::now());
        for call in 0..calls {
            let due = start + Duration::from_secs(1) / RATE * call;
            let early = due.saturating_duration_since(Instant::now());
            if !early.is_zero() {
                alarm.sleep(early).await;
            }
            let request = Request::get(PATH)
                .header("host", address)
                .header("authorization", "Bearer t")
                .body(Full::default())
                .unwrap();
            let response = sender.send_request(request).await.unwrap();
            let _ = response.into_body().collect().await.unwrap();
            sender.ready().await.unwrap();
        }
    });
}

/// A campaign of looks at a queue; at a rate beyond what is possible everything is due at once.
fn campaign(address: &str, rate: &str, calls: u32, grain: &str) {
    let target = Arc::new(Target::parse(&target(address), Path::new("target.toml")).unwrap());
    let milliseconds = f64::from(calls) / rate.parse::<f64>().unwrap() * 1000.0;
    let text = format!(
        "name = \"cost\"\n[arrivals]\nform = \"constant\"\nspacing = \"even\"\ncalls_per_second = {rate}\nduration = \"{}ms\"\n\
         [journeys]\npoll = 1\n[generator]\nworkers = 128\nusers = 1\nconnections = {CONNECTIONS}\ngrain = \"{grain}\"\n",
        milliseconds.round() as u64
    );
    let plan = Plan::parse(&text, Path::new("cost.toml"), &Overrides::default()).unwrap();
    let stop = Arc::<AtomicBool>::default();
    let campaign =
        Campaign::new(plan, &target, Shard::WHOLE, "COST0001".to_owned(), None, stop).unwrap();
    let campaign = Arc::new(campaign);
    let histograms =
        std::env::temp_dir().join(format!("generator-cost-{}.hlog", std::process::id()));
    one_thread().unwrap().block_on(async {
        let live = Arc::<Live>::default();
        let collected = campaign.run(Instant::now(), &histograms, live).await.unwrap();
        let run = report(&campaign, collected, Facts::default()).unwrap();
        assert_eq!(run.all_calls.errors, 0, "{:?}", run.errors);
    });
    let _ = std::fs::remove_file(histograms);
}

fn serve() {
    // Ends with whoever started it.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_line(&mut String::new());
        std::process::exit(0);
    });
    one_thread().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(answer))
                    .await;
            });
        }
    });
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = if request.uri().path().ends_with("/token") {
        &br#"{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"SI"}"#[..]
    } else {
        b"[]"
    };
    Ok(Response::new(Full::new(Bytes::from_static(body))))
}

fn target(address: &str) -> String {
    format!(
        "[hub]\nname = \"server\"\nteledossiers_url = \"http://{address}/teledossiers/v1\"\nreferential_url = \"http://{address}/referential/v1\"\n\
         token_url = \"http://{address}/oauth2/token\"\n[[credential]]\nscope = \"SI\"\nclient_id = \"si\"\nclient_secret = \"public\"\n\
         organization = {{ type = \"SI\", companyRegister = \"00000000000002\", branchCode = \"1\" }}\nprocesses = [\"EtatCivil\"]\n"
    )
}
