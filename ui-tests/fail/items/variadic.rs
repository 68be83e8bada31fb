use obs_runtime::observe;

unsafe extern "C" {
    #[observe]
    fn printf(format: *const u8, ...) -> i32;
}

fn main() {}
