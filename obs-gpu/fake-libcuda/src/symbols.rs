//! What the library exports: for each function a few instructions that count the call and go where its slot points,
//! whatever its arguments are.

use crate::names::with_names;
use std::arch::naked_asm;
use std::sync::atomic::{AtomicPtr, AtomicU64};

macro_rules! declare {
    ($($name:ident)*) => {
        /// A function of the driver.
        #[allow(non_camel_case_types, dead_code)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(usize)]
        pub(crate) enum Symbol { $($name),* }

        /// All of them, in order.
        pub(crate) const NAMES: &[(&str, Symbol)] = &[$((stringify!($name), Symbol::$name)),*];
    };
}

with_names!(declare);

/// How often each was called.
pub(crate) static CALLS: [AtomicU64; NAMES.len()] = [const { AtomicU64::new(0) }; NAMES.len()];

/// Where each goes. Filled when the library is loaded, before anybody can call.
pub(crate) static SLOTS: [AtomicPtr<()>; NAMES.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; NAMES.len()];

macro_rules! export {
    ($($name:ident)*) => {
        // SAFETY (of all): no register that holds an argument is touched, nor the stack, so the function in the slot
        // is called as if by the caller itself. The names are those of the library that this one stands for.
        $(
            #[allow(non_snake_case)]
            #[unsafe(naked)]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name() {
                #[cfg(target_arch = "x86_64")]
                naked_asm!(
                    "lock inc qword ptr [rip + {calls} + {at}]",
                    "jmp qword ptr [rip + {slots} + {at}]",
                    calls = sym CALLS,
                    slots = sym SLOTS,
                    at = const Symbol::$name as usize * 8,
                );
                // x9 to x11 and x16 hold nothing across a call.
                #[cfg(target_arch = "aarch64")]
                naked_asm!(
                    "adrp x9, {calls}",
                    "add x9, x9, :lo12:{calls}",
                    "add x9, x9, {high}, lsl #12",
                    "add x9, x9, {low}",
                    "2: ldxr x10, [x9]",
                    "add x10, x10, #1",
                    "stxr w11, x10, [x9]",
                    "cbnz w11, 2b",
                    "adrp x16, {slots}",
                    "add x16, x16, :lo12:{slots}",
                    "add x16, x16, {high}, lsl #12",
                    "add x16, x16, {low}",
                    "ldr x16, [x16]",
                    "br x16",
                    calls = sym CALLS,
                    slots = sym SLOTS,
                    high = const (Symbol::$name as usize * 8) >> 12,
                    low = const (Symbol::$name as usize * 8) & 4095,
                );
            }
        )*
    };
}

with_names!(export);
