//! What is asked of a device, and what it answers.

/// Which device it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The number that CUDA has for it in this program: `device` of the other families.
    pub(crate) ordinal: u32,
    /// The number that the library has for it: its place on the PCI bus among all of the machine.
    pub(crate) index: u32,
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) pci_bus_id: String,
}

/// What one device said, in the library's own units. What it does not support, or refused, is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// The Xids since it was last asked.
    pub(crate) xids: Option<Vec<u64>>,
    pub(crate) general_percent: Option<u32>,
    pub(crate) copy_percent: Option<u32>,
    pub(crate) encoder_percent: Option<u32>,
    pub(crate) decoder_percent: Option<u32>,
    pub(crate) memory: Option<Memory>,
    pub(crate) process_bytes: Option<u64>,
    pub(crate) celsius: Option<u32>,
    pub(crate) milliwatts: Option<u32>,
    pub(crate) millijoules: Option<u64>,
    pub(crate) sm_megahertz: Option<u32>,
    pub(crate) memory_megahertz: Option<u32>,
    pub(crate) receive_kilobytes_per_second: Option<u32>,
    pub(crate) transmit_kilobytes_per_second: Option<u32>,
    pub(crate) corrected_errors: Option<u64>,
    pub(crate) uncorrected_errors: Option<u64>,
    /// The library's mask of [`THROTTLES`].
    pub(crate) throttles: Option<u64>,
}

/// Memory of a device, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) total: u64,
    pub(crate) free: u64,
    pub(crate) used: u64,
    /// What the driver keeps for itself; neither used nor free.
    pub(crate) reserved: u64,
}

impl Memory {
    /// What nobody can have any more.
    pub(crate) fn taken(self) -> u64 {
        self.total.saturating_sub(self.free)
    }
}

/// Why clocks are held down: bits of the library, and the words that we have for them. That a device is idle is none.
pub(crate) const THROTTLES: [(u64, &str); 8] = [
    (0x002, "applications_clocks_setting"),
    (0x004, "sw_power_cap"),
    (0x008, "hw_slowdown"),
    (0x010, "sync_boost"),
    (0x020, "sw_thermal_slowdown"),
    (0x040, "hw_thermal_slowdown"),
    (0x080, "hw_power_brake_slowdown"),
    (0x100, "display_clock_setting"),
];

/// A question to a device, which fills its part of a [`Reading`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    Xids,
    Utilization,
    Encoder,
    Decoder,
    Memory,
    Process,
    Temperature,
    Power,
    Energy,
    SmClock,
    MemoryClock,
    Receive,
    Transmit,
    Corrected,
    Uncorrected,
    Throttles,
}

impl Call {
    /// All of them. Xids come first: a device tells why it is being lost before it is.
    pub(crate) const ALL: [Call; 16] = [
        Call::Xids,
        Call::Utilization,
        Call::Encoder,
        Call::Decoder,
        Call::Memory,
        Call::Process,
        Call::Temperature,
        Call::Power,
        Call::Energy,
        Call::SmClock,
        Call::MemoryClock,
        Call::Receive,
        Call::Transmit,
        Call::Corrected,
        Call::Uncorrected,
        Call::Throttles,
    ];

    /// What it asks for, in words.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Call::Xids => "Xid events",
            Call::Utilization => "utilisation",
            Call::Encoder => "the encoder's utilisation",
            Call::Decoder => "the decoder's utilisation",
            Call::Memory => "memory",
            Call::Process => "memory of this process",
            Call::Temperature => "temperature",
            Call::Power => "power",
            Call::Energy => "energy",
            Call::SmClock => "the SM clock",
            Call::MemoryClock => "the memory clock",
            Call::Receive => "PCIe throughput (receive)",
            Call::Transmit => "PCIe throughput (transmit)",
            Call::Corrected => "corrected ECC errors",
            Call::Uncorrected => "uncorrected ECC errors",
            Call::Throttles => "throttle reasons",
        }
    }
}

/// What the library said instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The device does not have that, or does not tell us.
    Unsupported(String),
    /// Not this time.
    Failed(String),
    /// The device fell off the bus, or needs a reset.
    Lost(String),
    /// The library itself is of no use any more: the driver was unloaded or replaced.
    Gone(String),
}

/// The library, loaded and initialised.
pub(crate) trait Library {
    /// The devices that this program may use. Those listed last are the ones that [`ask`](Library::ask) counts.
    fn devices(&mut self) -> Result<Vec<Identity>, Refusal>;

    /// Asks one of the devices, by its place in that list.
    fn ask(&mut self, device: usize, call: Call, into: &mut Reading) -> Result<(), Refusal>;
}

/// Where the library comes from.
pub(crate) trait Source: Send {
    /// Loads it, hands it to `with`, and lets go of it.
    ///
    /// # Errors
    ///
    /// Why there is none, in one line.
    fn open(&mut self, with: &mut dyn FnMut(&mut dyn Library)) -> Result<(), String>;
}
