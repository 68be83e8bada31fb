//! An outage of the payment provider, as whoever is on call sees it: the page comes, leads somewhere, and ends.
//!
//! All times are a sixtieth of the real ones, see [`faster`].

use crate::alertmanager::Alertmanager;
use crate::faster::faster;
use crate::webhook::Webhook;
use crate::{DASHBOARDS, RULES};
use obs_peers::{Dashboard, Prometheus, data, until};
use quickstart::args::Args;
use quickstart::http::Client;
use quickstart::order::{Channel, NewOrder};
use quickstart::service::Service;
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// For everything together. A machine with nothing else to do needs less than a minute.
const LIMIT: Duration = Duration::from_secs(120);

/// The objective that fails when payments do.
const OBJECTIVE: &str = "quickstart-api-place_order-success";

const PAGE: [(&str, &str); 6] = [
    ("alertname", "ErrorBudgetBurnFast"),
    ("severity", "page"),
    ("service", "quickstart"),
    ("team", "quickstart"),
    ("job", "quickstart"),
    ("sloth_slo", OBJECTIVE),
];

const WATCHDOG: [(&str, &str); 2] = [("alertname", "Watchdog"), ("severity", "none")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_pages_and_its_end_resolves_the_page() {
    let start = Instant::now();
    let webhook = Webhook::start().await;
    let alertmanager = Alertmanager::start(&webhook.url);
    // Its own traffic, of which some always fails, stays off.
    let args = Args { metrics: SocketAddr::from(([127, 0, 0, 1], 0)), ..Args::default() };
    let service = Service::start(&args).await.expect("the service starts");
    let rules = faster(&fs::read_to_string(RULES).expect("the rules"));
    let metrics = service.metrics.to_string();
    let prometheus =
        Prometheus::start("alerting", ("quickstart", &[&metrics]), &rules, Some(alertmanager.address()));
    let customers = Customers::start(service.api);

    let run = run(&customers, &prometheus, &alertmanager, &webhook);
    assert!(timeout(LIMIT, run).await.is_ok(), "not done after {LIMIT:?}");

    customers.stop().await;
    drop(prometheus);
    service.stop().await;
    println!("the page came, led somewhere, and ended: {:.1} s in all", start.elapsed().as_secs_f64());
}

async fn run(customers: &Customers, prometheus: &Prometheus, alertmanager: &Alertmanager, webhook: &Webhook) {
    let held = async |labels| alertmanager.alerts(labels).await.unwrap_or_default();
    until("the dead man's switch is told that alerts arrive", LIMIT, async || {
        !held(&WATCHDOG).await.is_empty() && webhook.told("dead-mans-switch", "firing", &WATCHDOG).is_some()
    })
    .await;
    until("the objective is met", LIMIT, async || {
        let met = format!(
            "slo:sli_error:ratio_rate5m{{sloth_slo={OBJECTIVE:?}}} == 0 and on (sloth_id) slo:events:increase1h >= 20"
        );
        data(&prometheus.query(&met).await)
    })
    .await;
    assert_eq!(held(&PAGE).await, [Value::Null; 0], "nobody is called while orders succeed");

    customers.payments_fail(true);
    until("the page is held", LIMIT, async || !held(&PAGE).await.is_empty()).await;
    until("somebody is called", LIMIT, async || webhook.told("quickstart-page", "firing", &PAGE).is_some())
        .await;
    let alerts = held(&PAGE).await;
    assert_eq!(alerts.len(), 1, "one page for one objective: {alerts:#?}");
    assert_eq!(alerts[0]["status"]["state"], "active");
    leads_somewhere(&alerts[0]["annotations"]);
    let told = webhook.told("quickstart-page", "firing", &PAGE).expect("the page");
    assert_eq!(told["annotations"]["runbook_url"], alerts[0]["annotations"]["runbook_url"]);

    customers.payments_fail(false);
    until("Alertmanager no longer holds the page", LIMIT, async || {
        alertmanager.alerts(&PAGE).await.is_some_and(|alerts| alerts.is_empty())
    })
    .await;
    until("whoever was called is told that it is over", LIMIT, async || {
        webhook.told("quickstart-page", "resolved", &PAGE).is_some()
    })
    .await;
    assert!(!held(&WATCHDOG).await.is_empty(), "the dead man's switch is still held down");
}

/// The links of an alert name a page and a dashboard that were generated.
fn leads_somewhere(annotations: &Value) {
    let link = |name: &str| annotations[name].as_str().unwrap_or_else(|| panic!("{name}: {annotations:#}"));
    assert!(link("summary").contains("place_order succeeds"), "{annotations:#}");
    assert!(link("description").contains("99% over 30d"), "{annotations:#}");
    let (_, file) = link("runbook_url").split_once("/blob/HEAD/").expect("a page of the repository");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(workspace.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(page.contains("place_order"), "{file} is about something else:\n{page}");
    let (_, board) = link("dashboard_url").split_once("/d/").expect("a dashboard");
    let (uid, variables) = board.split_once('?').expect("with a choice");
    assert_eq!(variables, format!("var-objective={OBJECTIVE}"));
    let boards = Dashboard::all(DASHBOARDS);
    let (name, _) = boards.iter().find(|(_, board)| board.uid() == uid).expect("a dashboard of that uid");
    assert_eq!(name, "quickstart-objectives");
}

/// Traffic of which everything succeeds, or everything fails.
struct Customers {
    failing: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Customers {
    fn start(api: SocketAddr) -> Customers {
        let (failing, stopping) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            tasks.spawn(shop(format!("http://{api}/orders"), Arc::clone(&failing), Arc::clone(&stopping)));
        }
        Customers { failing, stopping, tasks }
    }

    /// From now on the provider is broken, or works again.
    fn payments_fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
    }

    async fn stop(self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
    }
}

/// Orders again and again. There is less to do while nothing is bought.
async fn shop(orders: String, failing: Arc<AtomicBool>, stopping: Arc<AtomicBool>) {
    let http = Client::new();
    while !stopping.load(Ordering::Relaxed) {
        let fails = failing.load(Ordering::Relaxed);
        let order = NewOrder {
            customer: "ada".to_owned(),
            channel: Channel::Web,
            item: "espresso".to_owned(),
            pieces: 1,
            card: if fails { "broken" } else { "good" }.to_owned(),
        };
        let (status, _) = http.post(&orders, &order).await.expect("an answer");
        // Late is broken as well, on a busy machine.
        assert!(!fails || status.is_server_error(), "{status}");
        sleep(Duration::from_millis(if fails { 100 } else { 10 })).await;
    }
}
