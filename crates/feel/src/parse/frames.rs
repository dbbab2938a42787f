//! What names mean while a text is read: blocks of names within frames of functions.
//!
//! A frame is the storage of one function's locals; blocks within it come and go as the text is
//! read. A variable of an outer frame becomes a capture of each function between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::scan::{continues_name, starts_name};
use crate::ast::{MemberNode, Node, Place};
use crate::names::Names;
use crate::value::Value;

/// Names by their first word, so that a lookup only walks those that can match.
#[derive(Debug, Default)]
struct ByFirstWord(BTreeMap<Arc<str>, BTreeMap<Arc<str>, u32>>);

impl ByFirstWord {
    fn insert(&mut self, name: &Arc<str>, place: u32) {
        let first = first_word(name);
        self.0.entry(first.into()).or_default().insert(Arc::clone(name), place);
    }

    fn get(&self, name: &str) -> Option<u32> {
        self.0.get(first_word(name))?.get(name).copied()
    }

    /// The longest name that stands at the start of a text, with how many bytes it takes there.
    fn longest(&self, text: &str, first: &str) -> Option<(Arc<str>, usize)> {
        let mut best: Option<(Arc<str>, usize)> = None;
        for name in self.0.get(first).into_iter().flat_map(BTreeMap::keys) {
            let length = length_of(name, text);
            if length > best.as_ref().map(|(_, length)| *length) {
                best = length.map(|length| (Arc::clone(name), length));
            }
        }
        best
    }
}

fn first_word(name: &str) -> &str {
    let end = name.find(|character| !continues_name(character)).unwrap_or(name.len());
    match name.get(..end) {
        Some(word) if !word.is_empty() => word,
        // A name that begins with a symbol, such as `?`, goes by that symbol.
        Some(_) | None => name,
    }
}

/// How many bytes of a text the name takes, if the text begins with it. Between the words and
/// symbols of a name the text may have any space.
pub(super) fn length_of(name: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    let mut left = name;
    while let Some(character) = left.chars().next() {
        if character == ' ' {
            left = left.trim_start();
            rest = rest.trim_start();
            continue;
        }
        let end = if continues_name(character) {
            left.find(|next| !continues_name(next)).unwrap_or(left.len())
        } else {
            rest = rest.trim_start();
            character.len_utf8()
        };
        let (part, after) = left.split_at_checked(end)?;
        rest = rest.strip_prefix(part)?;
        if continues_name(character) && rest.starts_with(continues_name) {
            return None;
        }
        left = after;
        if !after.starts_with(' ') && after.starts_with(starts_name) {
            rest = rest.trim_start();
        }
    }
    Some(text.len() - rest.len())
}

#[derive(Debug)]
enum Block {
    Names(ByFirstWord),
    /// Within a filter: the item, whose members are names too. The flag tells whether it was used.
    Filter {
        item: u32,
        used: bool,
    },
}

#[derive(Debug, Default)]
struct Frame {
    blocks: Vec<Block>,
    locals: u32,
    captures: BTreeMap<Place, u32>,
}

/// What a function's frame came to be.
pub(super) struct Closed {
    pub locals: u32,
    pub captures: Vec<(Place, u32)>,
}

#[derive(Debug)]
pub(crate) struct Frames {
    globals: ByFirstWord,
    members: ByFirstWord,
    stack: Vec<Frame>,
    /// The slots of the scope that the text reads.
    used: BTreeSet<u32>,
}

impl Frames {
    pub(super) fn new(names: &Names) -> Self {
        let mut globals = ByFirstWord::default();
        for (name, slot) in names.iter() {
            globals.insert(&name.into(), slot.0);
        }
        let mut members = ByFirstWord::default();
        for name in names.members() {
            members.insert(&name.into(), 0);
        }
        Self { globals, members, stack: vec![Frame::default()], used: BTreeSet::new() }
    }

    /// The slots of the scope that were read, in ascending order.
    pub(crate) fn used(&self) -> &BTreeSet<u32> {
        &self.used
    }

    /// How many locals the outermost frame has.
    pub(crate) fn locals(&self) -> u32 {
        self.stack.first().map_or(0, |frame| frame.locals)
    }

    pub(super) fn open_function(&mut self) {
        self.stack.push(Frame::default());
    }

    pub(super) fn close_function(&mut self) -> Closed {
        let frame = self.stack.pop().unwrap_or_default();
        Closed { locals: frame.locals, captures: frame.captures.into_iter().collect() }
    }

    pub(super) fn open_block(&mut self) {
        self.push(Block::Names(ByFirstWord::default()));
    }

    /// A block in which the members of a local are names.
    pub(super) fn open_filter(&mut self, item: u32) {
        self.push(Block::Filter { item, used: false });
    }

    fn push(&mut self, block: Block) {
        if let Some(frame) = self.stack.last_mut() {
            frame.blocks.push(block);
        }
    }

    /// Closes the innermost block; for a filter, whether a member of its item was looked up.
    pub(super) fn close_block(&mut self) -> bool {
        let block = self.stack.last_mut().and_then(|frame| frame.blocks.pop());
        matches!(block, Some(Block::Filter { used: true, .. }))
    }

    /// A new local without a name.
    pub(super) fn local(&mut self) -> u32 {
        let Some(frame) = self.stack.last_mut() else { return 0 };
        frame.locals += 1;
        frame.locals - 1
    }

    /// A new local with a name, in the innermost block.
    pub(super) fn declare(&mut self, name: &Arc<str>) -> u32 {
        let local = self.local();
        self.name(name, local);
        local
    }

    /// Names a local in the innermost block.
    pub(super) fn name(&mut self, name: &Arc<str>, local: u32) {
        let block = self.stack.last_mut().and_then(|frame| frame.blocks.last_mut());
        if let Some(Block::Names(names)) = block {
            names.insert(name, local);
        }
    }

    pub(super) fn add_member(&mut self, name: &Arc<str>) {
        self.members.insert(name, 0);
    }

    fn in_filter(&self) -> bool {
        self.blocks().any(|block| matches!(block, Block::Filter { .. }))
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.stack.iter().flat_map(|frame| frame.blocks.iter())
    }

    /// The longest known member name at the start of a text.
    pub(super) fn longest_member(&self, text: &str, first: &str) -> Option<(Arc<str>, usize)> {
        self.members.longest(text, first)
    }

    /// The longest name in scope at the start of a text.
    pub(super) fn longest(&self, text: &str, first: &str) -> Option<(Arc<str>, usize)> {
        let mut best = self.globals.longest(text, first);
        let mut consider = |found: Option<(Arc<str>, usize)>| {
            if found.as_ref().map(|(_, length)| *length) > best.as_ref().map(|(_, length)| *length)
            {
                best = found;
            }
        };
        for block in self.blocks() {
            if let Block::Names(names) = block {
                consider(names.longest(text, first));
            }
        }
        if self.in_filter() {
            consider(self.members.longest(text, first));
        }
        best
    }

    /// What a name means here; `None` where it means nothing.
    pub(super) fn resolve(&mut self, name: &Arc<str>) -> Option<Node> {
        let mut filters = Vec::new();
        let mut found = None;
        'search: for (depth, frame) in self.stack.iter_mut().enumerate().rev() {
            for block in frame.blocks.iter_mut().rev() {
                match block {
                    Block::Names(names) => {
                        if let Some(local) = names.get(name) {
                            found = Some((depth, Place::Local(local)));
                            break 'search;
                        }
                    }
                    Block::Filter { item, used } => {
                        *used = true;
                        filters.push((depth, Place::Local(*item)));
                    }
                }
            }
        }
        let found = found.or_else(|| self.globals.get(name).map(|slot| (0, Place::Global(slot))));
        if found.is_none() && filters.is_empty() {
            return None;
        }
        let outside = found.map(|(depth, place)| Node::Variable(self.reach(depth, place)));
        let mut node = outside.unwrap_or(Node::Constant(Value::Null));
        for (depth, place) in filters.into_iter().rev() {
            let item = self.reach(depth, place);
            let member = MemberNode { item, name: Arc::clone(name), otherwise: node };
            node = Node::Member(Box::new(member));
        }
        Some(node)
    }

    /// The place in the innermost frame of a variable of an outer one: a capture of every function
    /// between.
    fn reach(&mut self, depth: usize, place: Place) -> Place {
        if let Place::Global(slot) = place {
            self.used.insert(slot);
        }
        let mut place = place;
        for frame in self.stack.iter_mut().skip(depth.saturating_add(1)) {
            let next = frame.locals;
            let local = *frame.captures.entry(place).or_insert(next);
            if local == next {
                frame.locals += 1;
            }
            place = Place::Local(local);
        }
        place
    }
}
