//! Whoever orders, as `curl` does it.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Somebody with a connection for each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    shop: SocketAddr,
}

impl Customer {
    pub(crate) fn new(shop: SocketAddr) -> Customer {
        Customer { shop }
    }

    /// Sends a request, and returns the whole answer.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.shop).await.expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("a connection");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }
}

/// Orders of every kind, until nobody waits for them: most of them are shipped, and each thing that can go wrong does.
pub(crate) async fn come_and_go(shop: SocketAddr) {
    let customer = Customer::new(shop);
    let order = |channel: &str, item: &str, pieces: u32, address: &str| {
        format!(r#"{{"channel":"{channel}","item":"{item}","pieces":{pieces},"address":"{address}"}}"#)
    };
    let orders = [
        order("web", "moka", 1, "the harbour"),
        order("app", "grinder", 5, "the old town"),
        order("web", "teapot", 1, "the harbour"),
        order("web", "samovar", 2, "the harbour"),
        order("app", "moka", 40, "the harbour"),
        order("app", "moka", 1, "the moon"),
    ];
    loop {
        for order in &orders {
            customer.send("POST", "/orders", "", order).await;
        }
        for path in ["/orders/1", "/orders/0", "/nothing/here"] {
            customer.send("GET", path, "", "").await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
