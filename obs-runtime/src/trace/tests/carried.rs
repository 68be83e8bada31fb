//! Contexts that take spans along.

use super::*;
use crate::{Context, ContextExt};
use std::task::Waker;

#[test]
fn tasks_and_threads_and_messages_are_in_the_tree_of_their_sender() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let root = call(Ended::Ok, || {
        let root = here();
        let context = Context::current();
        assert_eq!(context.trace(), Some(root));
        // A thread, a message that a thread receives, a future that another thread polls.
        std::thread::spawn(context.wrap(|| call(Ended::Ok, || ()))).join().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel::<Context>();
        let worker = std::thread::spawn(move || {
            receiver.iter().for_each(|context| context.run(|| call(Ended::Ok, || ())));
        });
        (0..3).for_each(|_| sender.send(context.clone()).unwrap());
        drop(sender);
        worker.join().unwrap();
        let mut future = Box::pin(async { call(Ended::Ok, here) }.in_current_context());
        let elsewhere = std::thread::spawn(move || {
            let mut cx = std::task::Context::from_waker(Waker::noop());
            future.as_mut().poll(&mut cx).is_ready()
        });
        assert!(elsewhere.join().unwrap());
        root
    });
    let kept = recording.kept();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let spans = &kept[&root.trace_id];
    assert_whole(spans, 0);
    assert_eq!(spans.iter().filter(|(_, parent)| *parent == root.span_id).count(), 5);
}

#[test]
fn a_context_without_a_trace_leaves_the_thread_in_its_span() {
    let _recording = Recording::start(Sampling::always(), Limits::default());
    call(Ended::Ok, || {
        let before = here();
        Context::default().run(|| assert_eq!(here(), before));
        let _attached = crate::Baggage::parse("a=1").attach();
        assert_eq!(here(), before);
    });
}
