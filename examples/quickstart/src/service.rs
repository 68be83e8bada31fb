//! The service's parts, started and stopped together.

use crate::api::{self, Shop};
use crate::args::Args;
use crate::http::Client;
use crate::payment::Payment;
use crate::store::Store;
use crate::worker;
use obs_runtime::{Check, InitError, Obs};
use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running service.
#[derive(Debug)]
pub struct Service {
    /// Where orders go.
    pub api: SocketAddr,
    /// Where the metrics are.
    pub metrics: SocketAddr,
    obs: Obs,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
    worker: JoinHandle<()>,
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The metrics' address is in use, most likely by another quickstart.
    #[error("{0} is in use: is another quickstart running? Choose another address with --metrics")]
    MetricsTaken(SocketAddr),
    /// The runtime did not start.
    #[error(transparent)]
    Obs(#[from] InitError),
    /// The service's own address cannot be listened on.
    #[error("cannot listen on {0}: {1}; choose another address with --listen")]
    Listen(SocketAddr, io::Error),
    /// The database cannot be made.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
}

impl Service {
    /// Starts everything: metrics first, so that a start that fails can be seen there.
    ///
    /// # Errors
    ///
    /// What could not be started. Nothing is left running then.
    pub async fn start(args: &Args) -> Result<Service, StartError> {
        let store = Store::open()?;
        let asked = Arc::clone(&store);
        let obs = obs_runtime::builder!("quickstart")
            .listen(args.metrics)
            .health(
                Check::new("database", move || asked.ping()).critical().timeout("1s").degraded_over("50ms"),
            )
            .init()
            .map_err(|error| match error {
                InitError::Listen { error, .. } if error.kind() == io::ErrorKind::AddrInUse => {
                    StartError::MetricsTaken(args.metrics)
                }
                error => StartError::Obs(error),
            })?;
        let taken = |error| StartError::Listen(args.listen, error);
        let listener = TcpListener::bind(args.listen).await.map_err(taken)?;
        let api = listener.local_addr().map_err(taken)?;

        let (queue, worker) = worker::start(Arc::clone(&store));
        let payment = Payment::new(Client::new(), format!("http://{api}/payments"));
        let router = api::router(Shop { store, payment, queue });
        let (stop, stopped) = oneshot::channel::<()>();
        // A dropped sender stops it as well.
        let server = axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
        let server = tokio::spawn(server.into_future());
        let metrics = obs.local_addr().unwrap_or(args.metrics);
        Ok(Service { api, metrics, obs, stop, server, worker })
    }

    /// Stops it: no more orders, then what was ordered is shipped, and the metrics go last.
    pub async fn stop(self) {
        // Each of these has failed only if it has stopped already.
        let _ = self.stop.send(());
        let _ = self.server.await;
        let _ = self.worker.await;
        self.obs.shutdown().await;
    }
}
