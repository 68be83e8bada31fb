use obs_runtime::observe;

use std::rc::Rc;

#[observe]
async fn f(shared: Rc<u8>) -> u8 {
    std::future::ready(()).await;
    *shared
}

fn assert_send<T: Send>(_: T) {}

fn g() {
    assert_send(f(Rc::new(1)));
}

fn main() {}
