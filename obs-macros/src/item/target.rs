//! Functions and statics, which the attributes of one item stand on.

use super::{Function, aside, block, is_function};
use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ItemStatic, Result, Token, Visibility};

/// What an attribute stands on.
pub(crate) enum Target {
    Function(Box<Function>),
    Static(Box<ItemStatic>),
    /// An `impl` or trait block, or a module.
    Block,
    Other,
}

impl Target {
    /// A function is read without what is in its body: to look at every token of it would cost every build.
    pub(crate) fn of(item: &TokenStream) -> Result<Target> {
        if let Some((head, body)) = aside(item)
            && let Ok(Target::Function(mut function)) = read.parse2(head)
        {
            function.body = Some(body);
            return Ok(Target::Function(function));
        }
        read.parse2(item.clone())
    }
}

fn read(input: ParseStream<'_>) -> Result<Target> {
    if is_function(input) {
        return input.parse().map(|function| Target::Function(Box::new(function)));
    }
    let is_block = block::kind(input).is_some();
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    if ahead.peek(Token![static]) {
        return input.parse().map(|item| Target::Static(Box::new(item)));
    }
    input.parse::<TokenStream>().map(|_| if is_block { Target::Block } else { Target::Other })
}
