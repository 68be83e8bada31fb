//! The program: start, drive, show, stop.

use crate::args::Args;
use crate::http::Client;
use crate::load::{BUSY, GENTLE, Load, Tally};
use crate::panics;
use crate::service::Service;
use crate::summary::Summary;
use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Runs the quickstart as its command line says.
///
/// # Errors
///
/// The service does not start, its own metrics cannot be read, or nobody reads the output.
pub async fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    panics::show_the_first_only();
    let service = Service::start(args).await?;
    let stop = stop_signal();
    tokio::pin!(stop);
    println!("orders   http://{}/orders", service.api);
    println!("metrics  http://{}/metrics", service.metrics);
    println!();

    let load = Load::start(service.api, BUSY);
    let stopped = tokio::select! {
        shown = show_progress(&load.tally, args.load) => shown.map(|()| false)?,
        () = &mut stop => true,
    };
    load.stop().await;
    print!("{}", places(&service));
    println!("{}", summary(&service).await?);

    if args.serve && !stopped {
        println!("Serving, with a little traffic, until Ctrl-C.");
        let load = Load::start(service.api, GENTLE);
        stop.await;
        load.stop().await;
    }
    service.stop().await;
    Ok(())
}

/// One line that changes on a terminal, one line a second elsewhere.
async fn show_progress(tally: &Tally, length: Duration) -> io::Result<()> {
    let mut out = io::stdout();
    let terminal = out.is_terminal();
    let start = Instant::now();
    let end = start + length;
    let step = Duration::from_millis(if terminal { 200 } else { 1000 });
    while Instant::now() < end {
        tokio::time::sleep_until(end.min(Instant::now() + step)).await;
        let counters = [&tally.served, &tally.refused, &tally.given_up];
        let [served, refused, given_up] = counters.map(|counter| counter.load(Ordering::Relaxed));
        let seconds = start.elapsed().as_secs_f64();
        let line = format!("{seconds:>4.1} s  {served} served, {refused} refused, {given_up} given up");
        if terminal {
            write!(out, "\r{line}")?;
        } else {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
    }
    if terminal { writeln!(out) } else { Ok(()) }
}

/// Where to look.
fn places(service: &Service) -> String {
    let artefacts = Path::new(env!("CARGO_MANIFEST_DIR")).join("observability");
    let here = std::env::current_dir().unwrap_or_default();
    let file = |name| {
        let path = artefacts.join(name);
        path.strip_prefix(&here).unwrap_or(&path).display().to_string()
    };
    format!(
        "\n\
         metrics    http://{address}/metrics\n\
         health     http://{address}/health\n\
         dashboard  {dashboard}\n\
         rules      {rules}\n\
         catalogue  {catalogue}\n\n",
        address = service.metrics,
        dashboard = file("dashboards/quickstart-red.json"),
        rules = file("rules/quickstart.yml"),
        catalogue = file("catalogue.json"),
    )
}

/// The table, read by HTTP as Prometheus would read it.
async fn summary(service: &Service) -> Result<String, Box<dyn Error>> {
    if cfg!(feature = "off") {
        return Ok("Telemetry is compiled out (feature `off`): there is nothing to summarise.\n".to_owned());
    }
    let (status, page) = Client::new().get(&format!("http://{}/metrics", service.metrics)).await?;
    if !status.is_success() {
        return Err(format!("/metrics answered {status}").into());
    }
    Ok(Summary::of(std::str::from_utf8(&page)?).to_string())
}

/// Ends on Ctrl-C, and on what a container's runtime sends.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler there is nothing to wait for but the end of the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
