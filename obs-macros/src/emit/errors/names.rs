//! Which names in a type are those of types, by how they look.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// Names that are those of types by convention only: parameters can have them as well.
#[derive(Default)]
pub(super) struct Guessed {
    pub(super) names: Vec<Ident>,
    /// Whether one of them is an argument of a type of the user's, which may want something of it.
    pub(super) within: bool,
}

/// The names in a type that are those of types by how they look; `None` where one of them does not look it.
pub(super) fn guessed(ty: TokenStream, params: &[Ident]) -> Option<Guessed> {
    let mut guessed = Guessed::default();
    Reader { params, guessed: &mut guessed }.read(ty, true, false)?;
    Some(guessed)
}

struct Reader<'a> {
    params: &'a [Ident],
    guessed: &'a mut Guessed,
}

impl Reader<'_> {
    /// `outermost` is whether the first arguments are those of the `Result` itself, or of an alias of one; `within`
    /// whether the tokens are arguments of a type of the user's.
    fn read(&mut self, ty: TokenStream, outermost: bool, within: bool) -> Option<()> {
        let mut tokens = ty.into_iter().peekable();
        // For each list of arguments that is open, whether it is that of a type of the user's.
        let mut lists = vec![within];
        let (mut before, mut is_bounded) = (Before::Other, false);
        while let Some(token) = tokens.next() {
            let last = std::mem::replace(&mut before, Before::Other);
            match token {
                TokenTree::Ident(ident) => {
                    let name = ident.unraw().to_string();
                    let next = match tokens.peek() {
                        Some(TokenTree::Punct(punct)) => punct.as_char(),
                        _ => ' ',
                    };
                    let is_path = last == Before::Colon;
                    let is_first = !is_path && next == ':';
                    // What fails is a type whatever it is called; elsewhere a name like that is a constant's.
                    let fails = outermost && !is_bounded && !lists.contains(&true) && !is_known_word(&name);
                    let is_lower = fails && !is_path && !is_first && is_lower(&name) && next != '!';
                    if self.params.contains(&ident) || !is_lower && !is_type(&name, is_first, is_path, next) {
                        return None;
                    }
                    // Parameters have no arguments, and are no traits.
                    let is_free = !is_path && !is_first && next != '<' && last != Before::Trait;
                    if is_free && (is_lower || may_be_a_parameter(&name)) {
                        self.guessed.within |= lists.contains(&true);
                        self.guessed.names.retain(|known| *known != ident);
                        self.guessed.names.push(ident);
                    }
                    is_bounded = !is_transparent(&name);
                    before = match name.as_str() {
                        "dyn" => Before::Trait,
                        word if WORDS.contains(&word) => Before::Other,
                        _ => Before::Name,
                    };
                }
                TokenTree::Group(group) => self.read(group.stream(), false, lists.contains(&true))?,
                TokenTree::Punct(punct) => match punct.as_char() {
                    // The name of a lifetime is one token on.
                    '\'' => drop(tokens.next()),
                    ':' => before = Before::Colon,
                    '+' => before = Before::Trait,
                    '-' => before = Before::Dash,
                    // That a type is asked what another is to it, as in `<Store as Service>::Error`.
                    '<' if ![Before::Name, Before::Colon].contains(&last) => lists.push(true),
                    '<' => lists.push(is_bounded && !(outermost && lists.len() == 1)),
                    '>' if last != Before::Dash => drop(lists.pop()),
                    _ => {}
                },
                TokenTree::Literal(_) => {}
            }
        }
        Some(())
    }
}

/// Keywords that types have in them.
const WORDS: [&str; 8] = ["as", "const", "crate", "dyn", "extern", "fn", "mut", "unsafe"];

/// What stands before a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Colon,
    Dash,
    /// The name of a type or a trait.
    Name,
    /// What a name of a trait follows.
    Trait,
    Other,
}

/// Whether a name is visibly that of a type, or of a module that it is in, and not of a parameter. `is_first` is
/// whether a path goes on behind it, `is_path` whether one leads to it; `next` is the punctuation behind it.
fn is_type(name: &str, is_first: bool, is_path: bool, next: char) -> bool {
    match name {
        // A macro can name anything, and the lifetimes behind `for` are its own.
        _ if next == '!' => false,
        "Self" | "impl" | "for" => false,
        _ if is_path => true,
        _ if is_lower(name) => is_first || is_known_word(name),
        _ => !is_first && looks_concrete(name),
    }
}

fn is_lower(name: &str) -> bool {
    name.starts_with(char::is_lowercase)
}

/// Whether it is the language's and not the user's.
fn is_known_word(name: &str) -> bool {
    WORDS.contains(&name) || ["for", "impl"].contains(&name) || is_primitive(name)
}

fn is_primitive(name: &str) -> bool {
    const LETTERS: [&str; 5] = ["bool", "char", "str", "usize", "isize"];
    let number = name.strip_prefix(['u', 'i', 'f']).is_some_and(|bits| bits.parse::<u8>().is_ok());
    number || LETTERS.contains(&name)
}

/// By convention a parameter is `E`, `Err` or `TError`; `StoreError` is a type.
fn looks_concrete(name: &str) -> bool {
    const KNOWN: [&str; 4] = ["Result", "Error", "String", "Box"];
    let humps = name.chars().filter(|c| c.is_uppercase()).count();
    let prefixed = name.starts_with('T') && name.chars().nth(1).is_some_and(char::is_uppercase);
    KNOWN.contains(&name) || humps > 1 && name.chars().any(char::is_lowercase) && !prefixed
}

/// Whether a name that looks like a type's could be a parameter's all the same.
fn may_be_a_parameter(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && !["Result", "String"].contains(&name)
}

/// Whether a type takes any type as its argument.
fn is_transparent(name: &str) -> bool {
    const TRANSPARENT: [&str; 6] = ["BTreeMap", "BTreeSet", "Box", "HashMap", "HashSet", "Result"];
    TRANSPARENT.contains(&name)
}
