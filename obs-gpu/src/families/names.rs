//! What the families are called and say of themselves.

use obs_runtime::__private::v1::Name;

pub(super) const LAUNCHES: Name = Name("gpu_kernel_launches_total", "Launches of kernels by result.");
pub(super) const DURATIONS: Name = Name(
    "gpu_kernel_duration_seconds",
    "How long kernels took on the device, of the launches that were timed.",
);
pub(super) const QUEUES: Name = Name(
    "gpu_kernel_queue_seconds",
    "How long kernels waited from their launch to their start, of those timed.",
);
pub(super) const LAUNCH_TIMES: Name =
    Name("gpu_kernel_launch_seconds", "How long launches took on the host.");
pub(super) const BYTES: Name = Name("gpu_kernel_bytes_total", "Bytes that ok launches were to move.");
pub(super) const FLOPS: Name = Name("gpu_kernel_flops_total", "Floating-point operations of ok launches.");
pub(super) const ITEMS: Name = Name("gpu_kernel_items_total", "Items that ok launches worked on.");
pub(super) const OUTLIERS: Name =
    Name("gpu_kernel_outliers_total", "Timings far over the mean of the last ones of their kernel.");
pub(super) const SLOW: Name = Name("gpu_kernel_slow_total", "Timings over the kernel's bound.");
pub(super) const UNTIMED_LAUNCHES: Name =
    Name("gpu_kernel_untimed_total", "Ok launches that have no timing, by reason.");
pub(super) const KERNEL_ERRORS: Name = Name("gpu_kernel_errors_total", "Errors of launches by category.");
pub(super) const FALLBACKS: Name =
    Name("gpu_kernel_fallbacks_total", "Launches on the host of a program that has or wants a device.");
pub(super) const COPY_DURATIONS: Name =
    Name("gpu_copy_duration_seconds", "How long copies took, of those that were timed.");
pub(super) const COPY_BYTES: Name = Name("gpu_copy_bytes_total", "Bytes of ok copies.");
pub(super) const COPIED: Name = Name("gpu_copies_total", "Copies by result.");
pub(super) const PENDING: Name = Name("gpu_timings_pending", "Launches whose timing nobody has read yet.");
pub(super) const PAIRS: Name = Name("gpu_event_pairs", "Pairs of events for timing, by state.");
pub(super) const CLOCK_ERROR: Name =
    Name("gpu_clock_error_seconds", "By how much the device's times may be off on the host's clock.");
pub(super) const UP: Name = Name("gpu_device_up", "Whether the device works: 0 once it is lost.");
pub(super) const INFO: Name = Name("gpu_device_info", "What the device is; always 1.");
pub(super) const PEAK_BYTES: Name =
    Name("gpu_device_peak_bytes_per_second", "What the device's memory can move in a second.");
pub(super) const PEAK_FLOPS: Name =
    Name("gpu_device_peak_flops_per_second", "What the device can compute in a second.");
pub(super) const MEMORY: Name = Name("gpu_memory_allocated_bytes", "Memory that is allocated on the device.");
pub(super) const MEMORY_PEAK: Name =
    Name("gpu_memory_peak_bytes", "The most memory that was allocated on the device.");
pub(super) const PANICS: Name = Name(
    "gpu_subscriber_panics_total",
    "Log lines and spans that were lost because who was told of them panicked.",
);
pub(super) const NONE: Name = Name("", "");
