//! Contacts that are no request: logged by an agent once, handed over, taken, closed, erased.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base::TouchReason;
use base::{Actor, CaseId, Channel, ContactId, Date, Digest, KeyId, Measure, Personal, Role};
use store::callers::{ContactKey, ContactRow, PersonIndexRow};

use super::access::Logged as Entry;
use super::apart::Apart;
use super::{REASON_CHARACTERS, Refused, Shard, ShardError, Turn};
use crate::access::{Event as Look, LookRecord, ViewReason, Viewed};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{CallerCommand, ContactAct, NewContact, Rejection, Reply};
use crate::contact::{self, Contact, Event, HandedOver, Logged, MOST_DAYS, NOTE_CHARACTERS, TEAMS};
use crate::record::{Fact, Record};
use crate::related::{From, journal_id, related};
use crate::task::Holder;

/// Stated staff time of writing a contact down, in hundredths of a minute.
const LOG_CENTIMINUTES: u32 = 250;
/// Stated staff time of dealing with one, in hundredths of a minute.
const CLOSE_CENTIMINUTES: u32 = 500;
/// The kind of a look in the access log.
const LOOK: &str = "viewed";

impl Shard {
    /// Follows what is asked about a caller and their contacts.
    pub(super) fn for_caller(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        command: CallerCommand,
    ) -> Result<Reply, Refused> {
        match command {
            CallerCommand::BeginFor { case, service, checked } => {
                self.begin_for(turn, authority, (case, service), checked)
            }
            CallerCommand::LogContact(contact) => self.log_contact(turn, authority, *contact),
            CallerCommand::ActOnContact { contact, act, by } => {
                self.act_on_contact(turn, authority, (contact, act), by)
            }
            CallerCommand::ViewContact { contact, what, reason } => {
                self.view_contact(turn, authority, (contact, what, reason))
            }
            CallerCommand::EraseContact { contact } => self.erase_contact(turn, authority, contact),
            CallerCommand::Search { by, found } => self.search(turn, authority, (by, found)),
        }
    }

    /// Writes a contact down, once however often its form is sent.
    pub(super) fn log_contact(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        new: NewContact,
    ) -> Result<Reply, Refused> {
        let role = authority.role_among(self.body(), &[Role::Agent]).ok_or(Rejection::Forbidden)?;
        if Self::contact(turn, new.id)?.is_some() {
            return Ok(Reply::Done);
        }
        let handed = self.fit(turn, &new)?;
        let about = match new.about {
            Some(case) => Some(self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?),
            None => None,
        };
        let keys = self.person_keys(turn, &new, about.as_ref())?;
        let repeat = Self::repeats(turn, &new, (about.as_ref(), &keys))?;
        let mut apart = self.apart(turn, journal_id(new.id), None)?;
        let caller = serde_json::to_string(&new.caller)
            .map_err(|error| ShardError::Write(error.to_string()))?;
        let logged = Logged {
            kind: new.kind,
            channel: Channel::Agent,
            role,
            service: new.service,
            about: new.about,
            key: apart.key,
            caller: Personal::new(caller),
            note: Personal::new(new.note),
            handed,
            repeat,
        };
        let measure = Measure {
            channel: Some(Channel::Agent),
            staff_centiminutes: LOG_CENTIMINUTES,
            ..Measure::by(Actor::Staff(role))
        };
        let fact = Fact::Contact(Event::Logged(Box::new(logged)));
        let record = self.record_apart(turn, &mut apart, (measure, fact))?;
        let contact = Contact::replay(new.id, [record]).ok_or(Rejection::NotFound)?;
        write_contact(turn, &contact)?;
        for (person_key, found_by) in keys {
            let case_id = apart.id;
            turn.step.batch.put(PersonIndexRow { person_key, case_id, found_by });
        }
        self.finish_apart(turn, apart);
        self.chased(turn, authority, (new.kind, about))?;
        Ok(Reply::Done)
    }

    /// A contact that asks what has become of a case says so to the case too, while it is open.
    fn chased(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (kind, about): (contact::Kind, Option<Case>),
    ) -> Result<(), Refused> {
        let open = about.filter(|case| case.request.closed_at.is_none());
        match (kind, open) {
            (contact::Kind::Chase, Some(case)) => {
                self.chase(turn, authority, case.request.case, Channel::Agent).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// Whether a contact can be written down as it stands, and the day that hands it over.
    fn fit(&self, turn: &Turn<'_>, new: &NewContact) -> Result<Option<HandedOver>, Rejection> {
        let service = new.service.as_ref().and_then(|id| self.services.present(id));
        if new.service.is_some() && service.is_none() {
            return Err(Rejection::NotFound);
        }
        let note = new.note.trim();
        if note.is_empty() || new.note.chars().count() > NOTE_CHARACTERS {
            return Err(Rejection::NoReason);
        }
        let Some((to, days)) = new.handed else { return Ok(None) };
        if !TEAMS.contains(&to) || days > MOST_DAYS {
            return Err(Rejection::Forbidden);
        }
        let service = service.or_else(|| self.services.offered().next());
        let nation = service.map_or("england", |it| it.package.definition.nation.as_str());
        let days = u16::try_from(days).unwrap_or(u16::MAX);
        let today = turn.now.uk_date();
        let closures = &self.settings.closures;
        let due: Date = requests::working_days::after(today, days, nation, closures);
        Ok(Some(HandedOver { to, due }))
    }

    /// What its person is found by: what they said of themselves, and what the case knows them by.
    fn person_keys(
        &self,
        turn: &Turn<'_>,
        new: &NewContact,
        about: Option<&Case>,
    ) -> Result<BTreeMap<Digest, Cow<'static, str>>, Refused> {
        let mut keys = BTreeMap::new();
        for term in new.caller.terms() {
            let index = term.index(&self.settings.blind);
            keys.extend(index.map(|index| (index, Cow::Borrowed(term.by().key()))));
        }
        if let Some(case) = about {
            let known = store::callers::keys_of(turn.reader, case.request.case)?;
            keys.extend(known.into_iter().map(|row| (row.person_key, row.found_by)));
        }
        Ok(keys)
    }

    /// Whether the same person was in touch shortly before.
    fn repeats(
        turn: &Turn<'_>,
        new: &NewContact,
        (about, keys): (Option<&Case>, &BTreeMap<Digest, Cow<'static, str>>),
    ) -> Result<bool, Refused> {
        let keys: Vec<Digest> = keys.keys().copied().collect();
        let case = about.map(|case| case.request.case);
        let person = about.and_then(|case| case.request.person);
        let theirs = related(turn.reader, &From { case, person, keys: &keys })?;
        let (asked, in_touch) = (theirs.asked(case), theirs.in_touch());
        Ok(crate::asker::is_repeat(turn.now, new.service.as_ref(), &asked, &in_touch))
    }

    /// What staff do to a contact that was handed over to them.
    pub(super) fn act_on_contact(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (id, act): (ContactId, ContactAct),
        by: Holder,
    ) -> Result<Reply, Refused> {
        let mut contact = Self::contact(turn, id)?.ok_or(Rejection::NotFound)?;
        let to = contact.logged.handed.ok_or(Rejection::Over)?.to;
        let role = authority.role_among(self.body(), &[to]).ok_or(Rejection::Forbidden)?;
        let act = match act {
            ContactAct::Take => contact::Act::Take { role, by },
            ContactAct::HandBack => contact::Act::HandBack { role, by },
            ContactAct::Close { reason } => {
                let empty = reason.trim().is_empty();
                if empty || reason.chars().count() > REASON_CHARACTERS {
                    return Err(Rejection::NoReason.into());
                }
                contact::Act::Close { role, by, reason }
            }
        };
        let mut apart = self.apart(turn, journal_id(id), Some(contact.logged.key))?;
        for event in contact::decide(&contact, act)? {
            let measure = measure_of(&event, role);
            let record = self.record_apart(turn, &mut apart, (measure, Fact::Contact(event)))?;
            apply(&mut contact, record);
        }
        let over = !contact.is_open();
        write_contact(turn, &contact)?;
        self.finish_apart(turn, apart);
        if let Some(case) = contact.logged.about.filter(|_| over) {
            self.touch_by_contact(turn, case, role)?;
        }
        Ok(Reply::Done)
    }

    /// Staff who deal with a contact about a case have acted on the case.
    fn touch_by_contact(
        &mut self,
        turn: &mut Turn<'_>,
        case: CaseId,
        role: Role,
    ) -> Result<(), Refused> {
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let measure = Measure::by(Actor::Staff(role));
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        let reason = TouchReason::PersonAskedFor;
        let touch = requests::Command::Touch { reason, role, rekeyed_fields: 0 };
        edit.touch(touch, (reason, 0))?;
        self.finish(turn, edit)
    }

    /// Somebody is about to read what was said in a contact, or to see that there was one.
    pub(super) fn view_contact(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (id, what, reason): (ContactId, Viewed, ViewReason),
    ) -> Result<Reply, Refused> {
        let contact = Self::contact(turn, id)?.ok_or(Rejection::NotFound)?;
        let team = contact.logged.handed.map(|handed| handed.to);
        let readers: Vec<Role> = match reason {
            ViewReason::Call | ViewReason::CallerVerified { .. } => vec![Role::Agent],
            ViewReason::CaseWork | ViewReason::Review | ViewReason::Incident => {
                team.into_iter().collect()
            }
        };
        if (reason, what) == (ViewReason::Call, Viewed::Answers) {
            return Err(Rejection::Forbidden.into());
        }
        let role = authority.role_among(self.body(), &readers).ok_or(Rejection::Forbidden)?;
        let (at, case) = (turn.now, journal_id(id));
        let mut apart = self.apart(turn, case, Some(contact.logged.key))?;
        let fact = Fact::Access(Look::Viewed { what, role, reason });
        self.record_apart(turn, &mut apart, (Measure::by(Actor::Staff(role)), fact))?;
        let person = match contact.logged.about {
            Some(about) => self.case(about, turn.reader)?.and_then(|case| case.request.person),
            None => None,
        };
        let entry = Entry { kind: LOOK, crossing: None, agreement: None, person };
        self.log_apart(turn, &mut apart, entry, |sequence, previous| LookRecord {
            kind: LOOK,
            at,
            case,
            what,
            role,
            reason,
            person,
            sequence,
            previous,
        })?;
        self.finish_apart(turn, apart);
        Ok(Reply::Done)
    }

    /// Erases what was said in a contact. Its key is forgotten once that is durable; asking again
    /// forgets it again.
    pub(super) fn erase_contact(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        id: ContactId,
    ) -> Result<Reply, Refused> {
        let staff = authority.role_among(self.body(), &[Role::DataProtection]).is_some();
        if !staff && *authority != Authority::System {
            return Err(Rejection::Forbidden.into());
        }
        let mut contact = Self::contact(turn, id)?.ok_or(Rejection::NotFound)?;
        let key: KeyId = contact.logged.key;
        if !contact.is_erased() {
            let mut apart: Apart = self.apart(turn, journal_id(id), Some(key))?;
            let event = (Measure::by(authority.actor()), Fact::Contact(Event::Erased));
            let record = self.record_apart(turn, &mut apart, event)?;
            apply(&mut contact, record);
            write_contact(turn, &contact)?;
            Self::erase_log(turn, apart.id)?;
            Self::forget_asker(turn, apart.id)?;
            self.finish_apart(turn, apart);
        }
        turn.step.forgotten.push(key);
        Ok(Reply::Done)
    }

    /// A contact as this step leaves it.
    pub(super) fn contact(turn: &Turn<'_>, id: ContactId) -> Result<Option<Contact>, ShardError> {
        let key = ContactKey { contact_id: id };
        let row = match turn.step.batch.rows.get::<ContactRow>(&key) {
            Some(written) => written.cloned(),
            None => store::row::<ContactRow>(turn.reader, &key)?,
        };
        row.map(|row| read_contact(&row)).transpose()
    }
}

/// A contact from its row.
pub(crate) fn read_contact(row: &ContactRow) -> Result<Contact, ShardError> {
    serde_json::from_slice(&row.bytes).map_err(|source| ShardError::Row { what: "contact", source })
}

fn apply(contact: &mut Contact, record: &Record) {
    if let Fact::Contact(event) = &record.fact {
        contact.apply(event, record.at);
    }
}

/// Taking and giving back moves it; closing is the act that counts.
fn measure_of(event: &Event, role: Role) -> Measure {
    let measure = Measure::by(Actor::Staff(role));
    match event {
        Event::Closed { .. } => Measure {
            touch: Some(TouchReason::PersonAskedFor),
            staff_centiminutes: CLOSE_CENTIMINUTES,
            ..measure
        },
        Event::Logged(_) | Event::Taken { .. } | Event::HandedBack { .. } | Event::Erased => {
            measure
        }
    }
}

fn write_contact(turn: &mut Turn<'_>, contact: &Contact) -> Result<(), ShardError> {
    let bytes =
        serde_json::to_vec(contact).map_err(|error| ShardError::Write(error.to_string()))?;
    let logged = &contact.logged;
    let closed = contact.closed.as_ref().map(|closed| closed.at);
    turn.step.batch.put(ContactRow {
        contact_id: contact.id,
        kind: Cow::Borrowed(logged.kind.key()),
        service: logged.service.clone(),
        about: logged.about,
        role: logged.handed.map(|handed| handed.to),
        due_on: logged.handed.map(|handed| handed.due),
        holder: contact.taken.as_ref().map(|taken| taken.by.key),
        repeated: logged.repeat,
        received_at: contact.at,
        // What an agent dealt with was over at once.
        closed_at: if logged.handed.is_some() { closed } else { Some(contact.at) },
        bytes,
    });
    Ok(())
}
