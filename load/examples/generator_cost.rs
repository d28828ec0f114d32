//! What a call costs the generator in processor time, beside a bare loop on the same HTTP client:
//! both as fast as they can, on the same server, which is another process, and in one thread each,
//! as the peers were measured and as a campaign has at this rate. Then both at a fixed rate of
//! 2,000 calls a second, where most of the cost is that of waking up for each call, and beside them
//! goose by itself, throttled to that rate, and one connection of hyper's, the least that both rest
//! on.
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
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use goose::config::GooseConfiguration;
use goose::prelude::*;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use load::Campaign;
use load::alarm::Alarm;
use load::generator::{Usage, one_thread};
use load::live::Live;
use load::outcome::report;
use load::plan::{Overrides, Plan};
use load::systems::Shard;
use reports::load::Facts;
use scenarios::target::Target;

const CALLS: u64 = 200_000;
const AT_ONCE: u64 = 64;
/// Turns of each at full speed; the figure is their median.
const ROUNDS: usize = 7;
const FIXED_RATE: u32 = 2_000;
const FIXED_SECONDS: u32 = 30;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        serve();
        return;
    }
    let mut server = start();
    let address = {
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    let target = Arc::new(Target::parse(&target(&address), Path::new("target.toml")).unwrap());
    // In turns, since a machine that others share changes its pace from one second to the next. Ten
    // times what is possible: everything is due at once, as in the bare loop.
    let (mut bares, mut saturated) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bares.push(bare(&target));
        saturated.push(campaign(&target, 200_000.0, CALLS as f64 / 200_000.0, "0s"));
    }
    let (bare, saturated) = (median(bares), median(saturated));
    let least = connection_at(&address, FIXED_RATE, FIXED_SECONDS);
    let bare_fixed = bare_at(&target, FIXED_RATE, FIXED_SECONDS);
    let at_fixed_rate = |grain| {
        let (rate, seconds) = (f64::from(FIXED_RATE), f64::from(FIXED_SECONDS));
        campaign(&target, rate, seconds, grain)
    };
    let (fixed, grained) = (at_fixed_rate("0s"), at_fixed_rate("1ms"));
    let goose = goose_at(&target, FIXED_RATE, FIXED_SECONDS);
    println!("bare loop        {bare:.2} CPU-s per 100,000 calls");
    println!(
        "campaign         {saturated:.2} CPU-s per 100,000 calls: {:.2} times the bare loop",
        saturated / bare
    );
    println!("at {FIXED_RATE} calls a second");
    println!("hyper connection {least:.2} CPU-s per 100,000 calls");
    println!("bare loop        {bare_fixed:.2} CPU-s per 100,000 calls");
    println!(
        "campaign         {fixed:.2} CPU-s per 100,000 calls: {:.2} times the bare loop",
        fixed / bare_fixed
    );
    println!("by the millisecond {grained:.2} CPU-s per 100,000 calls (generator.grain = \"1ms\")");
    println!(
        "goose            {goose:.2} CPU-s per 100,000 calls: the campaign, {:.2} times that",
        fixed / goose
    );
    let _ = server.kill();
    let _ = server.wait();
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn start() -> Child {
    Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Processor seconds for 100,000 calls.
fn cost(calls: u64, work: impl FnOnce()) -> f64 {
    let before = Usage::now().cpu;
    work();
    (Usage::now().cpu - before).as_secs_f64() / calls as f64 * 100_000.0
}

/// The client of both bare loops, and the address that they call.
fn bare_client(target: &Arc<Target>) -> (reqwest::Client, String) {
    let builder = scenarios::client::builder(target).unwrap();
    let client = builder.http1_only().tcp_nodelay(true).build().unwrap();
    let url = format!("{}/notifications?maxResult=25", target.hub.teledossiers_url);
    (client, url)
}

async fn bare_call(client: &reqwest::Client, url: &str) {
    let response = client.get(url).bearer_auth("t").send().await.unwrap();
    let _ = response.bytes().await.unwrap();
}

fn bare(target: &Arc<Target>) -> f64 {
    let (client, url) = bare_client(target);
    let left = Arc::new(AtomicU64::new(CALLS));
    cost(CALLS, || {
        one_thread().unwrap().block_on(async {
            let tasks = (0..AT_ONCE).map(|_| {
                let (client, url, left) = (client.clone(), url.clone(), left.clone());
                tokio::spawn(async move {
                    while left
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                            left.checked_sub(1)
                        })
                        .is_ok()
                    {
                        bare_call(&client, &url).await;
                    }
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
        });
    })
}

/// A call at each instant that one is due, on one connection that is always there: no client, no
/// pool, no URL.
fn connection_at(address: &str, rate: u32, seconds: u32) -> f64 {
    let calls = rate * seconds;
    cost(u64::from(calls), || {
        one_thread().unwrap().block_on(async {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let shaken = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await;
            let (mut sender, connection) = shaken.unwrap();
            tokio::spawn(connection);
            let (alarm, start) = (Alarm::new().unwrap(), Instant::now());
            for call in 0..calls {
                await_call(&alarm, start, rate, call).await;
                let request = Request::get("/teledossiers/v1/notifications?maxResult=25")
                    .header("host", address)
                    .header("authorization", "Bearer t")
                    .body(Full::default())
                    .unwrap();
                let response = sender.send_request(request).await.unwrap();
                let _ = response.into_body().collect().await.unwrap();
                sender.ready().await.unwrap();
            }
        });
    })
}

/// Sleeps until a call of a fixed rate is due.
async fn await_call(alarm: &Alarm, start: Instant, rate: u32, call: u32) {
    let due = start + Duration::from_secs(1) / rate * call;
    let early = due.saturating_duration_since(Instant::now());
    if !early.is_zero() {
        alarm.sleep(early).await;
    }
}

/// A bare call at each instant that one is due.
fn bare_at(target: &Arc<Target>, rate: u32, seconds: u32) -> f64 {
    let (client, url) = bare_client(target);
    let calls = rate * seconds;
    cost(u64::from(calls), || {
        one_thread().unwrap().block_on(async {
            let (alarm, start) = (Alarm::new().unwrap(), Instant::now());
            let mut tasks = Vec::new();
            for call in 0..calls {
                await_call(&alarm, start, rate, call).await;
                let (client, url) = (client.clone(), url.clone());
                tasks.push(tokio::spawn(async move { bare_call(&client, &url).await }));
            }
            for task in tasks {
                task.await.unwrap();
            }
        });
    })
}

/// goose as it is used without étalon: users in closed loops, a throttle, its own measures.
fn goose_at(target: &Arc<Target>, rate: u32, seconds: u32) -> f64 {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(target.hub.teledossiers_url.to_string());
    configuration.users = Some(AT_ONCE as usize);
    configuration.increase_rate = Some("1000".to_owned());
    configuration.throttle_requests = Some(rate as usize);
    configuration.run_time = Some(format!("{seconds}s"));
    configuration.no_telnet = true;
    configuration.no_print_metrics = true;
    configuration.quiet = 2;
    let before = Usage::now().cpu;
    let metrics = one_thread().unwrap().block_on(async {
        let attack = GooseAttack::initialize_with_config(configuration).unwrap();
        let scenario = scenario!("polls").register_transaction(transaction!(goose_call));
        Box::pin(attack.register_scenario(scenario).execute()).await.unwrap()
    });
    let calls: usize = metrics.requests.values().map(|request| request.success_count).sum();
    (Usage::now().cpu - before).as_secs_f64() / calls as f64 * 100_000.0
}

async fn goose_call(user: &mut GooseUser) -> TransactionResult {
    let response = user.get("/teledossiers/v1/notifications?maxResult=25").await?.response?;
    let _ = response.bytes().await?;
    Ok(())
}

fn campaign(target: &Arc<Target>, rate: f64, seconds: f64, grain: &str) -> f64 {
    let text = format!(
        "name = \"cost\"\n[arrivals]\nform = \"constant\"\nspacing = \"even\"\ncalls_per_second = {rate:.1}\nduration = \"{}ms\"\n[journeys]\npoll = 1\n[generator]\nworkers = {AT_ONCE}\nusers = 8\ngrain = \"{grain}\"\n",
        (seconds * 1000.0).round() as u64
    );
    let plan = Plan::parse(&text, Path::new("cost.toml"), &Overrides::default()).unwrap();
    let calls = (rate * seconds).round() as u64;
    let stop = Arc::<AtomicBool>::default();
    let campaign =
        Campaign::new(plan, target, Shard::WHOLE, "COST0001".to_owned(), None, stop).unwrap();
    let campaign = Arc::new(campaign);
    let histograms =
        std::env::temp_dir().join(format!("generator-cost-{}.hlog", std::process::id()));
    let cost = cost(calls, || {
        one_thread().unwrap().block_on(async {
            let live = Arc::<Live>::default();
            let collected = campaign.run(Instant::now(), &histograms, live).await.unwrap();
            let run = report(&campaign, collected, Facts::default()).unwrap();
            assert_eq!(run.all_calls.errors, 0, "{:?}", run.errors);
        });
    });
    let _ = std::fs::remove_file(histograms);
    cost
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
