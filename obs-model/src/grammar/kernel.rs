//! `#[gpu_kernel(…)]`.

use super::read::{self, Keys};
use super::slo::{self, SloArgs};
use super::value::{self, Key};
use super::{Buckets, Ctxt, Given, Label, check, keyword, labels, observe};
use crate::catalogue::Every;
use proc_macro2::TokenStream;
use std::num::NonZeroU32;
use std::time::Duration;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Path, Result, Token};

const KEYS: Keys = Keys {
    of: "`#[gpu_kernel]`",
    once: &[
        keyword::STREAM,
        keyword::NAME,
        keyword::BYTES,
        keyword::FLOPS,
        keyword::ITEMS,
        keyword::GRID,
        keyword::BLOCK,
        keyword::LABELS,
        keyword::EVERY,
        keyword::SLOW,
        keyword::BUCKETS,
        keyword::SLO,
        keyword::HELP,
        keyword::RUNBOOK,
        keyword::DASHBOARD,
        keyword::CRATE,
    ],
    repeated: &[],
    foreign: &[],
};

/// The arguments of `#[gpu_kernel(…)]` on a function that launches work, or on a static `Kernel`.
///
/// ```ebnf
/// kernel   = "#[gpu_kernel" [ "(" [ argument { "," argument } [ "," ] ] ")" ] "]" ;
/// argument = "stream" "=" expression            (* functions, where it is required *)
///          | "name" "=" string                  (* default: the function's, or the static's in lower case *)
///          | amount [ "=" expression ]          (* functions: with the expression; statics: without it *)
///          | "grid" "=" expression              (* functions: a number, or a tuple of two or three *)
///          | "block" "=" expression             (* functions: the same *)
///          | labels                             (* functions; see Label *)
///          | "every" "=" integer                (* from 1; default: as the time that launches take allows *)
///          | "slow" "=" duration
///          | buckets | slo                      (* in seconds on the device; see Buckets, SloArgs *)
///          | "help" "=" string | "runbook" "=" string | "dashboard" "=" string
///          | "crate" "=" path ;                 (* where `obs_gpu` is *)
/// amount   = "bytes" | "flops" | "items" ;
/// ```
///
/// Each argument may be given once, in any order.
#[derive(Clone, Default)]
pub struct KernelArgs {
    /// What it is launched into.
    pub stream: Option<Given<Expr>>,
    /// The `kernel` label.
    pub name: Option<Given<String>>,
    /// How many bytes a launch moves.
    pub bytes: Option<Amount>,
    /// How many floating-point operations a launch makes.
    pub flops: Option<Amount>,
    /// How many items a launch works on.
    pub items: Option<Amount>,
    /// The blocks of a launch.
    pub grid: Option<Given<Expr>>,
    /// The threads of a block.
    pub block: Option<Given<Expr>>,
    /// The labels it adds, and where `labels` stands.
    pub labels: Option<Given<Vec<Label>>>,
    /// Which launches are timed.
    pub every: Option<Given<NonZeroU32>>,
    /// Launches over this bound are slow.
    pub slow: Option<Given<Duration>>,
    /// The buckets of its duration.
    pub buckets: Option<Buckets>,
    /// Its objective.
    pub slo: Option<SloArgs>,
    /// What it does, in place of its documentation's first paragraph.
    pub help: Option<Given<String>>,
    /// The name or address of its runbook.
    pub runbook: Option<Given<String>>,
    /// The dashboard it belongs on.
    pub dashboard: Option<Given<String>>,
    /// Where `obs_gpu` is.
    pub krate: Option<Path>,
    /// Whether something in it was wrong, so that what is missing may have been there.
    pub mistaken: bool,
}

/// How much a launch does: on a function an expression, on a static nothing but the announcement.
pub type Amount = Given<Option<Expr>>;

impl KernelArgs {
    /// Reads the tokens between the parentheses. Mistakes go to `ctxt`; what was right is kept.
    pub fn parse(ctxt: &Ctxt, tokens: TokenStream) -> KernelArgs {
        let mut args = KernelArgs::default();
        let parser = |input: ParseStream<'_>| {
            let right = read::stream(ctxt, input, &KEYS, |key, input| args.argument(ctxt, key, input));
            args.mistaken = !right;
            Ok(())
        };
        // Everything was consumed, so that there is nothing left for syn to complain about.
        ctxt.ok(parser.parse2(tokens));
        args
    }

    /// The checked arguments of the `#[gpu_kernel]` among some attributes, on a function or a static.
    pub fn among(
        ctxt: &Ctxt,
        attributes: &[Attribute],
        on: check::On<'_>,
        has_body: bool,
    ) -> Option<KernelArgs> {
        let mut ours = attributes.iter().filter(|attribute| observe::is(attribute, keyword::GPU_KERNEL));
        let first = ours.next()?;
        let tokens = observe::arguments(ctxt, first, keyword::GPU_KERNEL).unwrap_or_default();
        let args = KernelArgs::parse(ctxt, tokens);
        for second in ours {
            ctxt.error_in(second.path(), TWICE);
        }
        check::kernel(ctxt, &args, on, has_body);
        Some(args)
    }

    fn argument(&mut self, ctxt: &Ctxt, key: Key, input: ParseStream<'_>) -> Result<()> {
        let key = &key;
        match key.name {
            keyword::STREAM => self.stream = Some(value::expression(key, input, "&self.stream")?),
            keyword::NAME => self.name = Some(value::string(key, input, "saxpy")?),
            keyword::BYTES => self.bytes = Some(amount(key, input, "12 * n")?),
            keyword::FLOPS => self.flops = Some(amount(key, input, "2 * n")?),
            keyword::ITEMS => self.items = Some(amount(key, input, "n")?),
            keyword::GRID => self.grid = Some(value::expression(key, input, "(blocks, 1, 1)")?),
            keyword::BLOCK => self.block = Some(value::expression(key, input, "256")?),
            keyword::LABELS => {
                let content = value::parenthesised(key, input, "precision = self.precision")?;
                self.labels = Some(Given {
                    value: labels::parse(ctxt, &content, crate::name::check_observed_label),
                    span: key.span,
                });
            }
            keyword::EVERY => self.every = Some(every(key, input)?),
            keyword::SLOW => self.slow = Some(value::duration(key, input, "5ms")?),
            keyword::BUCKETS => self.buckets = Some(Buckets::parse(key, input)?),
            keyword::SLO => self.slo = Some(slo::parse(ctxt, key, input)?),
            keyword::HELP => self.help = Some(value::string(key, input, "Adds a scaled vector to another")?),
            keyword::RUNBOOK => self.runbook = Some(value::string(key, input, "saxpy-fails")?),
            keyword::DASHBOARD => self.dashboard = Some(value::string(key, input, "Solver")?),
            _ => self.krate = Some(value::path(key, input, "::obs_gpu")?),
        }
        Ok(())
    }

    /// Which launches are timed.
    pub fn timed(&self) -> Every {
        self.every.map_or(Every::Auto, |given| Every::Nth(given.value))
    }
}

/// What a second attribute is told.
pub const TWICE: &str = "`#[gpu_kernel]` is given twice; a function that launches several kernels has a static \
                         `Kernel` for each";

/// `bytes = 12 * n`, or `bytes` alone.
fn amount(key: &Key, input: ParseStream<'_>, example: &str) -> Result<Amount> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Given { value: None, span: key.span });
    }
    let given = value::expression(key, input, example)?;
    Ok(Given { span: given.value.span(), value: Some(given.value) })
}

fn every(key: &Key, input: ParseStream<'_>) -> Result<Given<NonZeroU32>> {
    let given = value::number(key, input, 1..=u64::from(u32::MAX))?;
    Ok(given.map(|every| u32::try_from(every).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)))
}
