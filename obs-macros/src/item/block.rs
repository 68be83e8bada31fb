//! `impl` and trait blocks and inline modules: a head, and members.

use super::{Function, is_function, unexpected};
use obs_model::grammar::{describe, shape};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, ImplItem, Item, Result, Token, TraitItem, Visibility};

/// A block whose functions an attribute can observe.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) attrs: Vec<Attribute>,
    /// What stands before the braces, without the attributes.
    head: TokenStream,
    braces: Group,
    /// `#![…]` at the start of the braces.
    inner: TokenStream,
    pub(crate) members: Vec<Member>,
    /// The type or trait that gives its functions their first name; none in a module.
    pub(crate) owner: Option<String>,
    /// The parameters of the block that are types or constants.
    pub(crate) params: Vec<Ident>,
    /// What its associated types are.
    pub(crate) types: Vec<shape::Associated>,
    /// Whether what its parameters stand for lasts.
    pub(crate) is_lasting: bool,
}

/// Something in a block.
#[derive(Clone)]
pub(crate) enum Member {
    Function(Box<Function>),
    Block(Box<Block>),
    /// Anything else.
    Other(TokenStream),
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Member::Function(function) => function.to_tokens(tokens),
            Member::Block(block) => {
                let members = block.members.iter().map(ToTokens::to_token_stream).collect();
                tokens.extend(block.with(members));
            }
            Member::Other(other) => other.to_tokens(tokens),
        }
    }
}

/// What a block is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Impl,
    Trait,
    Mod,
}

impl Block {
    /// The block that `input` is at, or `None` where it is something else.
    pub(crate) fn parse(input: ParseStream<'_>) -> Option<Result<Block>> {
        let kind = kind(input)?;
        Some(Block::read(kind, input))
    }

    fn read(kind: Kind, input: ParseStream<'_>) -> Result<Block> {
        let attrs = input.call(Attribute::parse_outer)?;
        let mut head = TokenStream::new();
        let braces = loop {
            match input.parse::<TokenTree>()? {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !in_generics(input) => {
                    break group;
                }
                token => head.extend([token]),
            }
        };
        // The head by itself is a block without members.
        let (owner, generics) = match kind {
            Kind::Impl => {
                let block: syn::ItemImpl = syn::parse2(quote!(#head {}))?;
                (Some(describe::owner(&block.self_ty)), block.generics)
            }
            Kind::Trait => {
                let block: syn::ItemTrait = syn::parse2(quote!(#head {}))?;
                (Some(block.ident.unraw().to_string()), block.generics)
            }
            Kind::Mod => (None, syn::Generics::default()),
        };
        let (params, is_lasting) = (params(&generics), shape::is_lasting(&generics));
        let members = |input: ParseStream<'_>| {
            let inner = input.call(Attribute::parse_inner)?;
            let (mut members, mut types) = (Vec::new(), Vec::new());
            while !input.is_empty() {
                members.push(member(kind, input, &mut types)?);
            }
            Ok((inner.into_iter().map(ToTokens::into_token_stream).collect(), members, types))
        };
        let (inner, members, types) = members.parse2(braces.stream())?;
        Ok(Block { attrs, head, braces, inner, members, owner, params, types, is_lasting })
    }

    /// The block around other members.
    pub(crate) fn with(&self, members: TokenStream) -> TokenStream {
        let mut all = self.inner.clone();
        all.extend(members);
        let mut braces = Group::new(Delimiter::Brace, all);
        braces.set_span(self.braces.span());
        let (attrs, head) = (self.attrs.iter().map(unexpected), &self.head);
        quote!(#(#attrs)* #head #braces)
    }
}

fn params(generics: &syn::Generics) -> Vec<Ident> {
    let types = generics.type_params().map(|param| param.ident.clone());
    types.chain(generics.const_params().map(|param| param.ident.clone())).collect()
}

fn member(kind: Kind, input: ParseStream<'_>, types: &mut Vec<shape::Associated>) -> Result<Member> {
    if is_function(input) {
        return Ok(Member::Function(input.parse()?));
    }
    if let (Kind::Mod, Some(at), None) = (kind, self::kind(input), module_elsewhere(input)) {
        return Ok(Member::Block(Box::new(Block::read(at, input)?)));
    }
    Ok(Member::Other(match kind {
        Kind::Impl => {
            let item = input.parse::<ImplItem>()?;
            types.extend(shape::associated(&item));
            item.into_token_stream()
        }
        Kind::Trait => input.parse::<TraitItem>()?.into_token_stream(),
        Kind::Mod => input.parse::<Item>()?.into_token_stream(),
    }))
}

/// Whether the braces just read were a constant among generic arguments: `impl Shard<{ N }> { … }`.
fn in_generics(input: ParseStream<'_>) -> bool {
    input.peek(Token![>]) || input.peek(Token![,])
}

/// The name of the module that comes next, if its body is in a file of its own.
pub(crate) fn module_elsewhere(input: ParseStream<'_>) -> Option<Ident> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer).ok()?;
    ahead.parse::<Visibility>().ok()?;
    ahead.parse::<Token![mod]>().ok()?;
    ahead.parse::<Ident>().ok().filter(|_| ahead.peek(Token![;]))
}

/// What kind of block comes next, behind attributes and visibility.
pub(super) fn kind(input: ParseStream<'_>) -> Option<Kind> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer).ok()?;
    ahead.parse::<Visibility>().ok()?;
    ahead.parse::<Option<Token![default]>>().ok()?;
    ahead.parse::<Option<Token![unsafe]>>().ok()?;
    ahead.parse::<Option<Token![auto]>>().ok()?;
    match () {
        () if ahead.peek(Token![impl]) => Some(Kind::Impl),
        () if ahead.peek(Token![trait]) => Some(Kind::Trait),
        () if ahead.peek(Token![mod]) => Some(Kind::Mod),
        () => None,
    }
}
