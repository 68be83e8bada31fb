//! Calls that took longer than their attribute's bound.

use super::{Recording, call};
use crate::trace::record::Ended;
use crate::trace::{Limits, Sampling};

#[test]
fn a_trace_with_a_slow_call_is_kept_where_the_end_decides() {
    fn traces(sampling: Sampling) -> usize {
        #[obs_macros::observe(crate = crate, slow = "50ms")]
        fn rests(millis: u64) {
            std::thread::sleep(std::time::Duration::from_millis(millis));
        }
        let recording = Recording::start(sampling, Limits::default());
        rests(0);
        // The call may be anywhere in it.
        call(Ended::Ok, || rests(60));
        rests(60);
        recording.kept().len()
    }
    assert_eq!(traces(Sampling::never().keep_errors()), 2);
    assert_eq!(traces(Sampling::never().keep_slower_than("1h")), 2);
    assert_eq!(traces(Sampling::never()), 0);
}
