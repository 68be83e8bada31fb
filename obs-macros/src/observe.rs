//! `#[observe]`: arguments and item, checks, expansion.

mod call;
mod function;

use crate::item::{Block, Body, Function, Member, aside, is_function, is_inert, module_elsewhere};
use obs_model::grammar::{self, Ctxt, ObserveArgs, check, keyword, shape};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};

pub(crate) use call::labels;

/// Whether attributes leave their items alone.
pub(crate) const OFF: bool = cfg!(feature = "off");

/// What the attribute stands on.
enum Item {
    Function(Box<Function>),
    Block(Block),
    /// `mod name;`
    Elsewhere(Ident),
    Other,
}

/// The attribute on whatever it stands on.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let ctxt = Ctxt::new();
    let args = ObserveArgs::parse(&ctxt, args);
    let expanded = match parse(&item) {
        Ok(Item::Function(function)) => direct(&ctxt, args, *function),
        Ok(Item::Block(block)) => outermost(&ctxt, &args, &block),
        Ok(Item::Elsewhere(name)) => {
            ctxt.error(
                name.span(),
                "`#[observe]` on a module needs its body here; in a file of its own, put it on the functions",
            );
            item
        }
        Ok(Item::Other) => {
            ctxt.error_in(
                &item,
                "`#[observe]` stands on a function, an `impl` or trait block, or an inline module",
            );
            item
        }
        // Somebody is typing: what is there goes through as it is, for the compiler to judge.
        Err(_) => item,
    };
    let errors = ctxt.finish().into_iter().map(|error| error.to_compile_error());
    quote!(#(#errors)* #expanded)
}

/// A function is read without what is in its body: to look at every token of it would cost every build.
fn parse(item: &TokenStream) -> syn::Result<Item> {
    if let Some((head, body)) = aside(item)
        && let Ok(Item::Function(mut function)) = read.parse2(head)
    {
        function.body = Some(body);
        return Ok(Item::Function(function));
    }
    read.parse2(item.clone())
}

fn read(input: ParseStream<'_>) -> syn::Result<Item> {
    if is_function(input) {
        return input.parse().map(|function| Item::Function(Box::new(function)));
    }
    if let Some(name) = module_elsewhere(input) {
        input.parse::<TokenStream>()?;
        return Ok(Item::Elsewhere(name));
    }
    match Block::parse(input) {
        Some(block) => block.map(Item::Block),
        None => input.parse::<TokenStream>().map(|_| Item::Other),
    }
}

/// A function with the attribute on itself.
fn direct(ctxt: &Ctxt, args: ObserveArgs, mut function: Function) -> TokenStream {
    if let Some(second) =
        function.attrs.iter().find(|attribute| grammar::observe::is(attribute, keyword::OBSERVE))
    {
        ctxt.error_in(second.path(), grammar::observe::TWICE);
    }
    function.strip(keyword::OBSERVE);
    let checked = args.checked(ctxt, &function.sig, function.body.is_some(), None);
    match checked.filter(|_| ctxt.is_clean()) {
        Some(args) => function::expand(&args, &function, None, None, false),
        None => function.plain(ctxt),
    }
}

/// A block with the attribute on itself.
fn outermost(ctxt: &Ctxt, args: &ObserveArgs, block: &Block) -> TokenStream {
    let checked = ctxt.scope(|ctxt| {
        check::block(ctxt, args);
        ctxt.is_clean().then_some(())
    });
    let observed = members(ctxt, args, block, &[], false);
    // Mistakes of the members have been found all the same.
    if checked.is_some() { observed } else { plain(ctxt, block) }
}

/// The block with its functions observed. `args` are those of the block; `params` the parameters of types around;
/// `keeps_async` is whether an attribute around has yet to see it.
fn members(
    ctxt: &Ctxt,
    args: &ObserveArgs,
    block: &Block,
    params: &[Ident],
    keeps_async: bool,
) -> TokenStream {
    let keeps_async = keeps_async || !block.attrs.iter().all(is_inert);
    let params: Vec<Ident> = params.iter().chain(&block.params).cloned().collect();
    let members = block.members.iter().map(|member| match member {
        Member::Function(function) => {
            member_function(ctxt, args, block, (**function).clone(), &params, keeps_async)
        }
        Member::Block(inner) => member_block(ctxt, args, inner, &params, keeps_async),
        Member::Other(tokens) => tokens.clone(),
    });
    block.with(members.collect())
}

fn member_function(
    ctxt: &Ctxt,
    args: &ObserveArgs,
    block: &Block,
    mut function: Function,
    params: &[Ident],
    keeps_async: bool,
) -> TokenStream {
    let has_body = function.body.is_some();
    let is_pinned = |body: &Body| shape::is_pinned(body.block().stream());
    let may_hold = || block.is_lasting || function.body.as_ref().is_some_and(is_pinned);
    if let Some(resolved) = shape::resolved(&function.sig, &block.types, may_hold) {
        function.sig = resolved;
    }
    let args =
        ctxt.scope(|ctxt| ObserveArgs::of_member(ctxt, &function.attrs, &function.sig, has_body, Some(args)));
    function.strip(keyword::OBSERVE);
    match args {
        Some(args) => function::expand(&args, &function, block.owner.as_deref(), Some(params), keeps_async),
        None => function.plain(ctxt),
    }
}

fn member_block(
    ctxt: &Ctxt,
    args: &ObserveArgs,
    block: &Block,
    params: &[Ident],
    keeps_async: bool,
) -> TokenStream {
    let own = ObserveArgs::of_block(ctxt, &block.attrs, Some(args));
    let mut block = block.clone();
    block.attrs.retain(|attribute| !grammar::observe::is(attribute, keyword::OBSERVE));
    match own {
        Some(args) => members(ctxt, &args, &block, params, keeps_async),
        // Left out; functions in it that have the attribute themselves keep it.
        None => block.with(block.members.iter().map(ToTokens::to_token_stream).collect()),
    }
}

/// The block without the attribute on anything in it.
fn plain(ctxt: &Ctxt, block: &Block) -> TokenStream {
    let members = block.members.iter().map(|member| match member {
        Member::Function(function) => {
            let mut function = (**function).clone();
            function.strip(keyword::OBSERVE);
            function.plain(ctxt)
        }
        Member::Block(block) => {
            let mut block = (**block).clone();
            block.attrs.retain(|attribute| !grammar::observe::is(attribute, keyword::OBSERVE));
            plain(ctxt, &block)
        }
        Member::Other(tokens) => tokens.clone(),
    });
    block.with(members.collect())
}
