//! What a call costs the generator in processor time, beside a bare loop on the same HTTP client: both as fast as they can,
//! on the same server, which is another process. Then at a fixed rate of 2,000 calls a second.
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
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use load::campaign::Campaign;
use load::generator::Usage;
use load::live::Live;
use load::plan::{Overrides, Plan};
use load::systems::Shard;
use scenarios::target::Target;

const CALLS: u64 = 200_000;
const AT_ONCE: u64 = 64;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        serve();
        return;
    }
    let mut server = start();
    let address = {
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        line.trim().to_owned()
    };
    let target = Arc::new(Target::parse(&target(&address), Path::new("target.toml")).unwrap());
    let bare = bare(&target);
    // Ten times what is possible: everything is due at once, as in the bare loop.
    let saturated = campaign(&target, 200_000.0, CALLS as f64 / 200_000.0);
    let fixed = campaign(&target, 2000.0, 30.0);
    println!("bare loop        {bare:.2} CPU-s per 100,000 calls");
    println!(
        "campaign         {saturated:.2} CPU-s per 100,000 calls: {:.2} times the bare loop",
        saturated / bare
    );
    println!("at 2,000 calls/s {fixed:.2} CPU-s per 100,000 calls");
    let _ = server.kill();
    let _ = server.wait();
}

fn start() -> Child {
    Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// One thread for whoever calls, as a campaign has at this rate, and as the peers were measured.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// Processor seconds for 100,000 calls.
fn cost(calls: u64, work: impl FnOnce()) -> f64 {
    let before = Usage::now().cpu;
    work();
    (Usage::now().cpu - before).as_secs_f64() / calls as f64 * 100_000.0
}

fn bare(target: &Arc<Target>) -> f64 {
    let client = scenarios::client::builder(target)
        .unwrap()
        .http1_only()
        .tcp_nodelay(true)
        .build()
        .unwrap();
    let url = format!("{}/notifications?maxResult=25", target.hub.teledossiers_url);
    let left = Arc::new(AtomicU64::new(CALLS));
    cost(CALLS, || {
        runtime().block_on(async {
            let tasks = (0..AT_ONCE).map(|_| {
                let (client, url, left) = (client.clone(), url.clone(), left.clone());
                tokio::spawn(async move {
                    while left
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                            left.checked_sub(1)
                        })
                        .is_ok()
                    {
                        let response = client.get(&url).bearer_auth("t").send().await.unwrap();
                        let _ = response.bytes().await.unwrap();
                    }
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
        });
    })
}

fn campaign(target: &Arc<Target>, rate: f64, seconds: f64) -> f64 {
    let text = format!(
        "name = \"cost\"\n[arrivals]\nform = \"constant\"\nspacing = \"even\"\ncalls_per_second = {rate:.1}\nduration = \"{}ms\"\n[journeys]\npoll = 1\n[generator]\nworkers = {AT_ONCE}\nusers = 8\n",
        (seconds * 1000.0).round() as u64
    );
    let plan = Plan::parse(&text, Path::new("cost.toml"), &Overrides::default()).unwrap();
    let calls = (rate * seconds).round() as u64;
    let stop = Arc::<AtomicBool>::default();
    let campaign = Campaign::new(
        plan,
        target,
        Shard::WHOLE,
        "COST0001".to_owned(),
        None,
        stop,
    )
    .unwrap();
    let campaign = Arc::new(campaign);
    let histograms =
        std::env::temp_dir().join(format!("generator-cost-{}.hlog", std::process::id()));
    let cost = cost(calls, || {
        runtime().block_on(async {
            let live = Arc::<Live>::default();
            let collected = campaign
                .run(Instant::now(), &histograms, live)
                .await
                .unwrap();
            assert_eq!(
                collected.totals.failure_count(None),
                0,
                "{:?}",
                collected.totals.failures
            );
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
    runtime().block_on(async {
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
