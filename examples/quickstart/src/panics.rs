//! What is printed of the bug in `worker.rs`.

use std::sync::atomic::{AtomicBool, Ordering};

/// The worker's bug is met again and again, and counted each time. Its message is shown once, in one line.
pub fn show_the_first_only() {
    static SHOWN: AtomicBool = AtomicBool::new(false);
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().filter(|place| place.file().ends_with("worker.rs"));
        match place {
            Some(place) if !SHOWN.swap(true, Ordering::Relaxed) => {
                let message = panic.payload().downcast_ref::<String>().map_or("a panic", |message| message);
                eprintln!("\na bug, as planned (shown once): {message}, at {place}");
            }
            Some(_) => {}
            None => show(panic),
        }
    }));
}
