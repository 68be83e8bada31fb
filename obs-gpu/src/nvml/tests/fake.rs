//! A library that does what a script says, and what is logged meanwhile.

use crate::nvml::reading::{Call, Identity, Library, Memory, Reading, Refusal, Source};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

/// What the devices are and say.
#[derive(Clone, Default)]
pub(super) struct Script {
    pub(super) devices: Vec<(Identity, Reading)>,
    pub(super) refusals: HashMap<(usize, Call), Refusal>,
    pub(super) absent: Option<String>,
    pub(super) asked: Vec<(usize, Call)>,
}

#[derive(Clone, Default)]
pub(super) struct Fake(Arc<Mutex<Script>>);

impl Fake {
    pub(super) fn of(devices: impl IntoIterator<Item = (Identity, Reading)>) -> Fake {
        let fake = Fake::default();
        fake.script().devices.extend(devices);
        fake
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    pub(super) fn refuses(&self, device: usize, call: Call, refusal: Refusal) {
        self.script().refusals.insert((device, call), refusal);
    }

    pub(super) fn asked(&self) -> Vec<(usize, Call)> {
        std::mem::take(&mut self.script().asked)
    }
}

impl Library for Fake {
    fn devices(&mut self) -> Result<Vec<Identity>, Refusal> {
        Ok(self.script().devices.iter().map(|(identity, _)| identity.clone()).collect())
    }

    fn ask(&mut self, device: usize, call: Call, into: &mut Reading) -> Result<(), Refusal> {
        let mut script = self.script();
        script.asked.push((device, call));
        if let Some(refusal) = script.refusals.get(&(device, call)) {
            return Err(refusal.clone());
        }
        let said = &mut script.devices[device].1;
        match call {
            Call::Xids => into.xids = said.xids.replace(Vec::new()),
            Call::Utilization => {
                (into.general_percent, into.copy_percent) = (said.general_percent, said.copy_percent);
            }
            Call::Encoder => into.encoder_percent = said.encoder_percent,
            Call::Decoder => into.decoder_percent = said.decoder_percent,
            Call::Memory => into.memory = said.memory,
            Call::Process => into.process_bytes = said.process_bytes,
            Call::Temperature => into.celsius = said.celsius,
            Call::Power => into.milliwatts = said.milliwatts,
            Call::Energy => into.millijoules = said.millijoules,
            Call::SmClock => into.sm_megahertz = said.sm_megahertz,
            Call::MemoryClock => into.memory_megahertz = said.memory_megahertz,
            Call::Receive => into.receive_kilobytes_per_second = said.receive_kilobytes_per_second,
            Call::Transmit => into.transmit_kilobytes_per_second = said.transmit_kilobytes_per_second,
            Call::Corrected => into.corrected_errors = said.corrected_errors,
            Call::Uncorrected => into.uncorrected_errors = said.uncorrected_errors,
            Call::Throttles => into.throttles = said.throttles,
        }
        Ok(())
    }
}

impl Source for Fake {
    fn open(&mut self, with: &mut dyn FnMut(&mut dyn Library)) -> Result<(), String> {
        let absent = self.script().absent.clone();
        absent.map_or(Ok(()), Err)?;
        with(self);
        Ok(())
    }
}

pub(super) fn identity(ordinal: u32) -> Identity {
    Identity {
        ordinal,
        index: ordinal + 2,
        uuid: format!("GPU-{ordinal}"),
        name: "NVIDIA H100".to_owned(),
        pci_bus_id: format!("00000000:{ordinal}7:00.0"),
    }
}

/// A device that supports everything.
pub(super) fn reading() -> Reading {
    const GIB: u64 = 1 << 30;
    Reading {
        xids: Some(Vec::new()),
        general_percent: Some(87),
        copy_percent: Some(40),
        encoder_percent: Some(5),
        decoder_percent: Some(0),
        memory: Some(Memory { total: 80 * GIB, free: 20 * GIB, used: 59 * GIB, reserved: GIB }),
        process_bytes: Some(58 * GIB),
        celsius: Some(71),
        milliwatts: Some(412_500),
        millijoules: Some(9_876_543),
        sm_megahertz: Some(1980),
        memory_megahertz: Some(2619),
        receive_kilobytes_per_second: Some(1200),
        transmit_kilobytes_per_second: Some(30),
        corrected_errors: Some(3),
        uncorrected_errors: Some(0),
        // Software's power cap, and idle, which is no throttling.
        throttles: Some(0x5),
    }
}

/// What is logged in the meantime.
pub(super) fn logged(body: impl FnOnce()) -> Vec<String> {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .without_time()
        .with_ansi(false)
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, body);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| line.trim().to_owned()).collect()
}
