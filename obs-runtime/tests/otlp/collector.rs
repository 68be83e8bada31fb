//! A collector that does what a test tells it to.

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tonic::codec::CompressionEncoding;
use tonic::transport::server::TcpIncoming;

const SLOWLY: Duration = Duration::from_millis(30);

/// How a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Take,
    /// Takes the request but for so many spans or points.
    Partly(i64),
    /// Takes it in its own time.
    Slowly,
    /// Asks to be tried again.
    Later,
    /// Asks to be tried again in an hour.
    MuchLater,
    /// Wants it never.
    Refuse,
    /// Says nothing.
    Hang,
}

/// What requests said, and how they are answered: by their number, from zero.
pub struct Received {
    script: Box<dyn Fn(usize) -> Reply + Send + Sync>,
    requests: AtomicUsize,
    stopped: AtomicBool,
    kept: Mutex<Kept>,
    changed: Condvar,
}

#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub traces: Vec<ExportTraceServiceRequest>,
    pub metrics: Vec<ExportMetricsServiceRequest>,
    pub logs: Vec<ExportLogsServiceRequest>,
    /// The header `authorization` of each request, and whether the body was compressed.
    pub headers: Vec<(String, bool)>,
}

impl Kept {
    /// Each span and the crate that it says it is of.
    pub fn spans(&self) -> Vec<(String, Span)> {
        let resources = self.traces.iter().flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        let named = |scope: &opentelemetry_proto::tonic::trace::v1::ScopeSpans| {
            let name = scope.scope.clone().unwrap_or_default().name;
            scope.spans.iter().map(move |span| (name.clone(), span.clone())).collect::<Vec<_>>()
        };
        scopes.flat_map(named).collect()
    }

    pub fn metrics(&self) -> Vec<Metric> {
        let resources = self.metrics.iter().flat_map(|request| &request.resource_metrics);
        resources
            .flat_map(|resource| &resource.scope_metrics)
            .flat_map(|scope| scope.metrics.clone())
            .collect()
    }

    /// Each log record and the target that it says it is of.
    pub fn records(&self) -> Vec<(String, LogRecord)> {
        let resources = self.logs.iter().flat_map(|request| &request.resource_logs);
        let scopes = resources.flat_map(|resource| &resource.scope_logs);
        let named = |scope: &opentelemetry_proto::tonic::logs::v1::ScopeLogs| {
            let name = scope.scope.clone().unwrap_or_default().name;
            scope.log_records.iter().map(move |record| (name.clone(), record.clone())).collect::<Vec<_>>()
        };
        scopes.flat_map(named).collect()
    }

    pub fn resources(&self) -> Vec<Resource> {
        let traces = self.traces.iter().flat_map(|request| &request.resource_spans);
        let traces = traces.filter_map(|spans| spans.resource.clone());
        let metrics = self.metrics.iter().flat_map(|request| &request.resource_metrics);
        let logs = self.logs.iter().flat_map(|request| &request.resource_logs);
        let logs = logs.filter_map(|logs| logs.resource.clone());
        traces.chain(metrics.filter_map(|metrics| metrics.resource.clone())).chain(logs).collect()
    }
}

impl Received {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(&self) -> Reply {
        let reply = (self.script)(self.requests.fetch_add(1, Ordering::SeqCst));
        self.changed.notify_all();
        reply
    }

    fn keep(&self, reply: Reply, keep: impl FnOnce(&mut Kept)) {
        if matches!(reply, Reply::Take | Reply::Partly(_) | Reply::Slowly) {
            keep(&mut self.kept());
            self.changed.notify_all();
        }
    }
}

/// A collector on a port of its own, until it is dropped.
pub struct Collector {
    pub address: SocketAddr,
    received: Arc<Received>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Collector {
    /// Over gRPC.
    pub fn grpc(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (address, received) = (listener.local_addr().unwrap(), Received::new(script));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let service = Service(Arc::clone(&received));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.spawn(async move {
                let incoming = TcpIncoming::from(tokio::net::TcpListener::from_std(listener).unwrap());
                let traces =
                    TraceServiceServer::new(service.clone()).accept_compressed(CompressionEncoding::Gzip);
                let metrics =
                    MetricsServiceServer::new(service.clone()).accept_compressed(CompressionEncoding::Gzip);
                let logs = LogsServiceServer::new(service).accept_compressed(CompressionEncoding::Gzip);
                let router = tonic::transport::Server::builder().add_service(traces);
                let router = router.add_service(metrics).add_service(logs);
                router.serve_with_incoming(incoming).await.unwrap();
            });
            let _ = runtime.block_on(stopped);
            runtime.shutdown_background();
        });
        Collector { address, received, stop: Some(stop) }
    }

    /// Over HTTP, in both encodings.
    pub fn http(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, received) = (listener.local_addr().unwrap(), Received::new(script));
        let theirs = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if theirs.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let received = Arc::clone(&theirs);
                thread::spawn(move || stream.map(|stream| serve(stream, &received)));
            }
        });
        Collector { address, received, stop: None }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has arrived so far.
    pub fn kept(&self) -> Kept {
        self.received.kept().clone()
    }

    /// How many requests there were, whatever became of them.
    pub fn requests(&self) -> usize {
        self.received.requests.load(Ordering::SeqCst)
    }

    /// Waits until it is so.
    ///
    /// # Panics
    ///
    /// When it is not so after a time in which it would be so on the slowest of machines.
    pub fn wait_until(&self, mut so: impl FnMut(&Kept, usize) -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        let mut kept = self.received.kept();
        while !so(&kept, self.requests()) {
            assert!(Instant::now() < end, "after {} requests: {kept:?}", self.requests());
            let waited = self.received.changed.wait_timeout(kept, Duration::from_millis(50));
            kept = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.received.stopped.store(true, Ordering::SeqCst);
        match self.stop.take() {
            Some(stop) => drop(stop.send(())),
            // The acceptor waits for a connection.
            None => drop(TcpStream::connect(self.address)),
        }
    }
}

impl Received {
    fn new(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Arc<Received> {
        Arc::new(Received {
            script: Box::new(script),
            requests: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            kept: Mutex::default(),
            changed: Condvar::new(),
        })
    }
}

#[derive(Clone)]
struct Service(Arc<Received>);

impl Service {
    async fn take<T>(
        &self,
        request: tonic::Request<T>,
        keep: impl FnOnce(&mut Kept, T),
    ) -> Result<i64, tonic::Status> {
        let header = |name| request.metadata().get(name).and_then(|value| value.to_str().ok());
        let headers =
            (header("authorization").unwrap_or_default().to_owned(), header("grpc-encoding").is_some());
        let reply = self.0.reply();
        self.0.keep(reply, |kept| {
            kept.headers.push(headers);
            keep(kept, request.into_inner());
        });
        if reply == Reply::Slowly {
            tokio::time::sleep(SLOWLY).await;
        }
        match reply {
            Reply::Take | Reply::Slowly => Ok(0),
            Reply::Partly(count) => Ok(count),
            Reply::Later => Err(tonic::Status::unavailable("busy")),
            Reply::MuchLater => {
                Err(tonic::Status::with_details(tonic::Code::ResourceExhausted, "busy", in_an_hour().into()))
            }
            Reply::Refuse => Err(tonic::Status::invalid_argument("no")),
            Reply::Hang => std::future::pending().await,
        }
    }
}

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let rejected = self.take(request, |kept, request| kept.traces.push(request)).await?;
        Ok(tonic::Response::new(traces_taken(rejected)))
    }
}

#[tonic::async_trait]
impl MetricsService for Service {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, tonic::Status> {
        let rejected = self.take(request, |kept, request| kept.metrics.push(request)).await?;
        Ok(tonic::Response::new(metrics_taken(rejected)))
    }
}

#[tonic::async_trait]
impl LogsService for Service {
    async fn export(
        &self,
        request: tonic::Request<ExportLogsServiceRequest>,
    ) -> Result<tonic::Response<ExportLogsServiceResponse>, tonic::Status> {
        let rejected = self.take(request, |kept, request| kept.logs.push(request)).await?;
        Ok(tonic::Response::new(logs_taken(rejected)))
    }
}

/// `google.rpc.Status` with a `google.rpc.RetryInfo` of 3600 s, byte by byte.
fn in_an_hour() -> Vec<u8> {
    let kind = b"type.googleapis.com/google.rpc.RetryInfo";
    let info = [0x0a, 3, 0x08, 0x90, 0x1c];
    let mut any = vec![0x0a, kind.len() as u8];
    any.extend(kind);
    any.extend([0x12, info.len() as u8]);
    any.extend(info);
    let mut status = vec![0x1a, any.len() as u8];
    status.extend(any);
    status
}

fn traces_taken(rejected_spans: i64) -> ExportTraceServiceResponse {
    let partial = ExportTracePartialSuccess { rejected_spans, error_message: "too many".to_owned() };
    ExportTraceServiceResponse { partial_success: (rejected_spans > 0).then_some(partial) }
}

fn metrics_taken(rejected_data_points: i64) -> ExportMetricsServiceResponse {
    let partial = ExportMetricsPartialSuccess { rejected_data_points, error_message: "too many".to_owned() };
    ExportMetricsServiceResponse { partial_success: (rejected_data_points > 0).then_some(partial) }
}

fn logs_taken(rejected_log_records: i64) -> ExportLogsServiceResponse {
    let partial = ExportLogsPartialSuccess { rejected_log_records, error_message: "too many".to_owned() };
    ExportLogsServiceResponse { partial_success: (rejected_log_records > 0).then_some(partial) }
}

/// Serves one connection until it is closed.
fn serve(stream: TcpStream, received: &Received) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let reply = received.reply();
        let (status, body) = match reply {
            Reply::Take | Reply::Partly(_) | Reply::Slowly => {
                if reply == Reply::Slowly {
                    thread::sleep(SLOWLY);
                }
                let rejected = if let Reply::Partly(count) = reply { count } else { 0 };
                (200, take(&request, reply, rejected, received))
            }
            Reply::Later => (503, Vec::new()),
            Reply::MuchLater => (429, Vec::new()),
            Reply::Refuse => (400, b"no".to_vec()),
            Reply::Hang => {
                while !received.stopped.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(5));
                }
                return;
            }
        };
        let kind = &request.content_type;
        let after = if reply == Reply::MuchLater { "Retry-After: 3600\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status} X\r\n{after}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

struct Request {
    path: String,
    content_type: String,
    authorization: String,
    compressed: bool,
    body: Vec<u8>,
}

/// The next request of a connection.
fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let found = lines.iter().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        });
        found.unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let compressed = header("content-encoding") == "gzip";
    if compressed {
        let mut plain = Vec::new();
        GzDecoder::new(&*body).read_to_end(&mut plain).ok()?;
        body = plain;
    }
    let path = lines.first()?.split(' ').nth(1)?.to_owned();
    let (content_type, authorization) = (header("content-type"), header("authorization"));
    Some(Request { path, content_type, authorization, compressed, body })
}

fn take(request: &Request, reply: Reply, rejected: i64, received: &Received) -> Vec<u8> {
    let json = request.content_type == "application/json";
    assert!(json || request.content_type == "application/x-protobuf", "{}", request.content_type);
    /// The three messages have no type in common that could be named here.
    macro_rules! keep {
        ($request:ty, $kept:ident, $answer:expr) => {{
            let message: $request = match json {
                true => serde_json::from_slice(&request.body).unwrap(),
                false => <$request>::decode(&*request.body).unwrap(),
            };
            received.keep(reply, |kept| {
                kept.headers.push((request.authorization.clone(), request.compressed));
                kept.$kept.push(message);
            });
            let answer = $answer;
            if json { serde_json::to_vec(&answer).unwrap() } else { answer.encode_to_vec() }
        }};
    }
    match request.path.rsplit('/').next() {
        Some("traces") => keep!(ExportTraceServiceRequest, traces, traces_taken(rejected)),
        Some("metrics") => keep!(ExportMetricsServiceRequest, metrics, metrics_taken(rejected)),
        Some("logs") => keep!(ExportLogsServiceRequest, logs, logs_taken(rejected)),
        _ => panic!("{}", request.path),
    }
}
