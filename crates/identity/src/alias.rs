//! Aliases: which of a body's pseudonyms stand for one person.
//!
//! A merge is a link between two pseudonyms and is never destructive: both stay,
//! and [`AliasTable::resolve`] tells the one that stands for them. An unmerge takes
//! one link away, in any order, and leaves the table exactly as if that link had
//! never been made. A re-key says that a pseudonym has a new spelling under the
//! body's next secret; the old one keeps resolving.
//!
//! The person who stands for a group is found by making its links in the order of
//! their ids: each time, the one who stood for the kept side stands for both.
//! The identity office keeps the same table over root handles.

use std::collections::{BTreeMap, BTreeSet};

use base::{SectorPersonId, typed_id};
use serde::{Deserialize, Serialize};

typed_id! {
    /// One merge; ids sort by the time when they were made.
    LinkId, 16
}

/// The most pseudonyms that may stand for one person.
pub const MAX_ALIASES: usize = 256;

/// Something to do to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasCommand<I = SectorPersonId> {
    /// These two are one person; who stands for `kept` stands for both.
    Merge {
        /// The new link's id.
        link: LinkId,
        /// The one that stays.
        kept: I,
        /// The one that resolves to it from now on.
        absorbed: I,
    },
    /// This merge was wrong.
    Unmerge {
        /// The link.
        link: LinkId,
    },
    /// The same person under the next secret.
    ReKey {
        /// The pseudonym so far.
        from: I,
        /// The one from now on.
        to: I,
    },
}

/// Something that happened to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AliasEvent<I = SectorPersonId> {
    /// Two were found to be one person.
    Merged {
        /// The link's id.
        link: LinkId,
        /// The one that stays.
        kept: I,
        /// The one that resolves to it.
        absorbed: I,
    },
    /// A merge was taken back.
    Unmerged {
        /// The link.
        link: LinkId,
    },
    /// A pseudonym got its next spelling.
    ReKeyed {
        /// The pseudonym before.
        from: I,
        /// The pseudonym after.
        to: I,
    },
}

impl<I> AliasEvent<I> {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Merged { .. } => "alias.merged",
            Self::Unmerged { .. } => "alias.unmerged",
            Self::ReKeyed { .. } => "alias.rekeyed",
        }
    }

    /// The version of its form.
    pub const fn version(&self) -> u16 {
        1
    }
}

/// Why the table is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AliasRejection {
    /// They are one person already.
    #[error("these already stand for one person")]
    AlreadyOne,
    /// The id of the link is in use.
    #[error("link {link} exists already")]
    LinkExists {
        /// The link.
        link: LinkId,
    },
    /// There is no such link.
    #[error("there is no link {link}")]
    NoSuchLink {
        /// The link.
        link: LinkId,
    },
    /// More than [`MAX_ALIASES`] pseudonyms would stand for one person.
    #[error("more than {MAX_ALIASES} pseudonyms for one person")]
    TooMany,
    /// The pseudonym has been re-keyed already, or its new spelling is in use.
    #[error("cannot re-key to a pseudonym that is known, or twice from one")]
    SpellingInUse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link<I> {
    kept: I,
    absorbed: I,
}

/// A body's table of aliases; it knows only those pseudonyms that have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasTable<I = SectorPersonId> {
    links: BTreeMap<LinkId, Link<I>>,
    links_of: BTreeMap<I, BTreeSet<LinkId>>,
    spelling: BTreeMap<I, I>,
    spelt_before: BTreeMap<I, BTreeSet<I>>,
    standing: BTreeMap<I, I>,
    group: BTreeMap<I, BTreeSet<I>>,
}

impl<I> Default for AliasTable<I> {
    fn default() -> Self {
        Self {
            links: BTreeMap::new(),
            links_of: BTreeMap::new(),
            spelling: BTreeMap::new(),
            spelt_before: BTreeMap::new(),
            standing: BTreeMap::new(),
            group: BTreeMap::new(),
        }
    }
}

impl<I: Copy + Ord> AliasTable<I> {
    /// The pseudonym that stands for this person.
    pub fn resolve(&self, id: I) -> I {
        let current = self.current(id);
        self.standing.get(&current).copied().unwrap_or(current)
    }

    /// Every pseudonym under which this person may be found, in order, older spellings too.
    pub fn aliases(&self, id: I) -> Vec<I> {
        let standing = self.resolve(id);
        let alone = BTreeSet::from([standing]);
        let members = self.group.get(&standing).unwrap_or(&alone);
        let mut all = members.clone();
        for member in members {
            all.extend(self.spelt_before.get(member).into_iter().flatten());
        }
        all.into_iter().collect()
    }

    /// The merges that hold this person together, oldest first, as (link, kept, absorbed).
    pub fn links(&self, id: I) -> Vec<(LinkId, I, I)> {
        let members = self.members(self.current(id));
        let links: BTreeSet<LinkId> = members
            .iter()
            .filter_map(|member| self.links_of.get(member))
            .flatten()
            .copied()
            .collect();
        let known = links.into_iter().filter_map(|link| self.links.get_key_value(&link));
        known.map(|(link, ends)| (*link, ends.kept, ends.absorbed)).collect()
    }

    /// Changes the table; the events are those that [`decide_alias`] gave, in their order.
    pub fn apply(&mut self, event: &AliasEvent<I>) {
        match event {
            AliasEvent::Merged { link, kept, absorbed } => self.merge(*link, *kept, *absorbed),
            AliasEvent::Unmerged { link } => self.unmerge(*link),
            AliasEvent::ReKeyed { from, to } => self.rekey(*from, *to),
        }
    }

    fn current(&self, id: I) -> I {
        self.spelling.get(&id).copied().unwrap_or(id)
    }

    fn merge(&mut self, link: LinkId, kept: I, absorbed: I) {
        let (kept, absorbed) = (self.current(kept), self.current(absorbed));
        self.dissolve(kept);
        self.dissolve(absorbed);
        self.links.insert(link, Link { kept, absorbed });
        self.links_of.entry(kept).or_default().insert(link);
        self.links_of.entry(absorbed).or_default().insert(link);
        self.gather(kept);
    }

    fn unmerge(&mut self, link: LinkId) {
        let Some(ends) = self.links.remove(&link) else { return };
        self.dissolve(ends.kept);
        for end in [ends.kept, ends.absorbed] {
            if let Some(links) = self.links_of.get_mut(&end) {
                links.remove(&link);
                if links.is_empty() {
                    self.links_of.remove(&end);
                }
            }
        }
        self.gather(ends.kept);
        self.gather(ends.absorbed);
    }

    fn rekey(&mut self, from: I, to: I) {
        let mut before = self.spelt_before.remove(&from).unwrap_or_default();
        before.insert(from);
        for old in &before {
            self.spelling.insert(*old, to);
        }
        self.spelt_before.entry(to).or_default().extend(before);
        let Some(links) = self.links_of.remove(&from) else { return };
        self.dissolve(from);
        for link in &links {
            if let Some(ends) = self.links.get_mut(link) {
                let renamed = |id: I| if id == from { to } else { id };
                *ends = Link { kept: renamed(ends.kept), absorbed: renamed(ends.absorbed) };
            }
        }
        self.links_of.insert(to, links);
        self.gather(to);
    }

    /// Everybody whom links connect with `start`.
    fn members(&self, start: I) -> BTreeSet<I> {
        let mut members = BTreeSet::from([start]);
        let mut waiting = vec![start];
        while let Some(member) = waiting.pop() {
            for link in self.links_of.get(&member).into_iter().flatten() {
                let Some(ends) = self.links.get(link) else { continue };
                for end in [ends.kept, ends.absorbed] {
                    if members.insert(end) {
                        waiting.push(end);
                    }
                }
            }
        }
        members
    }

    /// Forgets who stands for the group of `member`.
    fn dissolve(&mut self, member: I) {
        let Some(standing) = self.standing.get(&member) else { return };
        for member in self.group.remove(standing).unwrap_or_default() {
            self.standing.remove(&member);
        }
    }

    /// Finds who stands for those whom links connect with `start`.
    fn gather(&mut self, start: I) {
        let members = self.members(start);
        if members.len() < 2 {
            return;
        }
        let standing = self.who_stands(&members).unwrap_or(start);
        for member in &members {
            self.standing.insert(*member, standing);
        }
        self.group.insert(standing, members);
    }

    /// Makes the group's links in the order of their ids.
    fn who_stands(&self, members: &BTreeSet<I>) -> Option<I> {
        let links: BTreeSet<LinkId> = members
            .iter()
            .filter_map(|member| self.links_of.get(member))
            .flatten()
            .copied()
            .collect();
        let mut standing: BTreeMap<I, I> =
            members.iter().map(|member| (*member, *member)).collect();
        for link in links {
            let ends = self.links.get(&link)?;
            let kept = *standing.get(&ends.kept)?;
            let absorbed = *standing.get(&ends.absorbed)?;
            for stands in standing.values_mut().filter(|stands| **stands == absorbed) {
                *stands = kept;
            }
        }
        standing.values().next().copied()
    }

    fn knows(&self, id: I) -> bool {
        self.spelling.contains_key(&id)
            || self.spelt_before.contains_key(&id)
            || self.links_of.contains_key(&id)
    }
}

/// Turns a command into events.
///
/// # Errors
/// [`AliasRejection`] when the table does not allow it.
pub fn decide_alias<I: Copy + Ord>(
    table: &AliasTable<I>,
    command: AliasCommand<I>,
) -> Result<Vec<AliasEvent<I>>, AliasRejection> {
    match command {
        AliasCommand::Merge { link, kept, absorbed } => {
            if table.links.contains_key(&link) {
                return Err(AliasRejection::LinkExists { link });
            }
            if table.resolve(kept) == table.resolve(absorbed) {
                return Err(AliasRejection::AlreadyOne);
            }
            if table.aliases(kept).len() + table.aliases(absorbed).len() > MAX_ALIASES {
                return Err(AliasRejection::TooMany);
            }
            Ok(vec![AliasEvent::Merged { link, kept, absorbed }])
        }
        AliasCommand::Unmerge { link } => {
            let known = table.links.contains_key(&link);
            known
                .then(|| vec![AliasEvent::Unmerged { link }])
                .ok_or(AliasRejection::NoSuchLink { link })
        }
        AliasCommand::ReKey { from, to } => {
            if from == to || table.spelling.contains_key(&from) || table.knows(to) {
                return Err(AliasRejection::SpellingInUse);
            }
            if table.aliases(from).len() >= MAX_ALIASES {
                return Err(AliasRejection::TooMany);
            }
            Ok(vec![AliasEvent::ReKeyed { from, to }])
        }
    }
}

#[cfg(test)]
mod tests;
