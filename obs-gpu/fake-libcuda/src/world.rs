//! What there is: devices, contexts, streams, events, modules.

use crate::call::*;
use crate::symbols::Symbol;
use crate::thread;
use crate::timeline::Clock;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// One handle of a primary context for each device: it is the same when the context is made anew.
const PRIMARY: usize = 0xC0DA_0000;

pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) devices: i32,
    /// From a launch to its start on an idle device.
    pub(crate) latency: u64,
    /// How long kernels take that nobody computes.
    pub(crate) kernels: HashMap<String, u64>,
    /// Kernels that cost the context its life, and the code.
    pub(crate) faults: HashMap<String, Code>,
    pub(crate) refusals: Vec<Refusal>,
    /// Functions that take their time, for whoever calls them.
    pub(crate) slow: HashMap<Symbol, u64>,
    /// Whether every stream is one of a part of a device.
    pub(crate) green: bool,
    pub(crate) initialised: bool,
    pub(crate) contexts: HashMap<usize, Context>,
    pub(crate) retained: HashMap<i32, u32>,
    pub(crate) streams: HashMap<usize, Stream>,
    pub(crate) events: HashMap<usize, Event>,
    pub(crate) modules: HashMap<usize, Vec<(String, usize)>>,
    pub(crate) functions: HashMap<usize, String>,
    /// Graphs, also those that can be launched: how long they take.
    pub(crate) graphs: HashMap<usize, u64>,
    /// Memory that is held, by its address.
    pub(crate) memory: HashMap<usize, Vec<u64>>,
    /// Calls about events that went with their context: the real driver may crash.
    pub(crate) stale: i64,
    handles: usize,
    ids: u64,
}

pub(crate) struct Context {
    pub(crate) device: i32,
    pub(crate) id: u64,
    /// From when on every call fails, and with what.
    pub(crate) lost: Option<(u64, Code)>,
}

pub(crate) struct Stream {
    pub(crate) context: usize,
    /// When all that is in it is done.
    pub(crate) free: u64,
    pub(crate) flags: u32,
    pub(crate) capture: Option<Capture>,
}

pub(crate) struct Capture {
    pub(crate) global: bool,
    pub(crate) spoilt: bool,
    /// How long what was captured takes.
    pub(crate) length: u64,
}

pub(crate) struct Event {
    pub(crate) context: usize,
    pub(crate) keeps_time: bool,
    pub(crate) at: Option<u64>,
    pub(crate) captured: bool,
}

/// The next so many calls of a function fail.
pub(crate) struct Refusal {
    pub(crate) symbol: Symbol,
    pub(crate) code: Code,
    pub(crate) left: u64,
}

static WORLD: LazyLock<Mutex<World>> = LazyLock::new(|| {
    Mutex::new(World {
        clock: Clock::Real(Instant::now()),
        devices: 1,
        latency: 2_000,
        kernels: HashMap::new(),
        faults: HashMap::new(),
        refusals: Vec::new(),
        slow: HashMap::new(),
        green: false,
        initialised: false,
        contexts: HashMap::new(),
        retained: HashMap::new(),
        streams: HashMap::new(),
        events: HashMap::new(),
        modules: HashMap::new(),
        functions: HashMap::new(),
        graphs: HashMap::new(),
        memory: HashMap::new(),
        stale: 0,
        handles: 0x1000_0000,
        ids: 0,
    })
});

pub(crate) fn world() -> MutexGuard<'static, World> {
    WORLD.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// A handle that is nobody else's.
    pub(crate) fn handle(&mut self) -> usize {
        self.handles += 0x40;
        self.handles
    }

    pub(crate) fn refused(&mut self, symbol: Symbol) -> Option<Code> {
        let refusal =
            self.refusals.iter_mut().find(|refusal| refusal.symbol == symbol && refusal.left > 0)?;
        refusal.left -= 1;
        Some(refusal.code)
    }

    pub(crate) fn device(&self, device: i32) -> Done {
        if (0..self.devices).contains(&device) { Ok(()) } else { Err(INVALID_DEVICE) }
    }

    pub(crate) fn primary(&self, device: i32) -> usize {
        PRIMARY + device as usize * 0x100
    }

    /// A context under that handle, with its default stream.
    pub(crate) fn add_context(&mut self, handle: usize, device: i32) {
        self.ids += 1;
        self.contexts.insert(handle, Context { device, id: self.ids, lost: None });
        self.streams.insert(handle, Stream { context: handle, free: 0, flags: 0, capture: None });
    }

    /// The context and all that is in it, but for its events' handles: whoever uses them is told on.
    pub(crate) fn remove_context(&mut self, handle: usize) -> Done {
        self.contexts.remove(&handle).ok_or(INVALID_CONTEXT)?;
        self.streams.retain(|_, stream| stream.context != handle);
        self.events.values_mut().filter(|event| event.context == handle).for_each(|event| event.context = 0);
        Ok(())
    }

    /// A context that is alive.
    pub(crate) fn context(&self, handle: usize) -> Done<&Context> {
        let context = self.contexts.get(&handle).ok_or(CONTEXT_IS_DESTROYED)?;
        match context.lost {
            Some((from, code)) if self.clock.now() >= from => Err(code),
            _ => Ok(context),
        }
    }

    /// The thread's context, alive.
    pub(crate) fn current(&self) -> Done<usize> {
        match thread::current() {
            0 => Err(INVALID_CONTEXT),
            handle => self.context(handle).map(|_| handle),
        }
    }

    /// A stream, the thread's default one by its three names.
    pub(crate) fn stream(&mut self, handle: usize) -> Done<&mut Stream> {
        let handle = if handle <= 2 { self.current()? } else { handle };
        self.streams.get_mut(&handle).ok_or(INVALID_HANDLE)
    }

    /// An event of a context that is there.
    pub(crate) fn event(&mut self, handle: usize) -> Done<&mut Event> {
        let event = self.events.get_mut(&handle).ok_or(INVALID_HANDLE)?;
        if event.context == 0 {
            self.stale += 1;
            return Err(INVALID_HANDLE);
        }
        Ok(event)
    }

    /// Puts something into a stream that takes so long, and says when it is done.
    pub(crate) fn enqueue(&mut self, stream: usize, length: u64) -> Done<u64> {
        let start = self.clock.now() + self.latency;
        let stream = self.stream(stream)?;
        if let Some(capture) = &mut stream.capture {
            capture.length += length;
            return Ok(0);
        }
        stream.free = stream.free.max(start) + length;
        Ok(stream.free)
    }

    /// Refuses what could be unsafe while another thread captures, and spoils that capture.
    pub(crate) fn unsafe_while_capturing(&mut self) -> Done {
        if thread::is_relaxed() {
            return Ok(());
        }
        let captures = self.streams.values_mut().filter_map(|stream| stream.capture.as_mut());
        let mut spoilt = captures.filter(|capture| capture.global).peekable();
        if spoilt.peek().is_none() {
            return Ok(());
        }
        spoilt.for_each(|capture| capture.spoilt = true);
        Err(CAPTURE_UNSUPPORTED)
    }

    /// From then on, every call in the context fails.
    pub(crate) fn lose(&mut self, context: usize, from: u64, code: Code) {
        if let Some(context) = self.contexts.get_mut(&context) {
            context.lost.get_or_insert((from, code));
        }
    }
}
