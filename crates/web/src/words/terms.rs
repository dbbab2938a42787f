//! Words for what the domains name: every channel, role and reason has one, by an exhaustive
//! match, so that a new one cannot reach a page without its words.

use base::{Channel, Role, TouchReason};
use runtime::access::{Checked, Checks};
use runtime::contact::Kind;
use sharing::Refusal;

use super::Words;

impl Words {
    /// The way by which a request came.
    pub const fn channel_name(self, channel: Channel) -> &'static str {
        match channel {
            Channel::Web => self.channel_web(),
            Channel::Agent => self.channel_agent(),
            Channel::Api => self.channel_api(),
            Channel::Open311 => self.channel_open311(),
        }
    }

    /// How a request came, to the person who made it.
    pub const fn you_told_us(self, channel: Channel) -> &'static str {
        match channel {
            Channel::Web => self.event_received_web(),
            Channel::Agent => self.event_received_agent(),
            Channel::Api => self.event_received_api(),
            Channel::Open311 => self.event_received_open311(),
        }
    }

    /// How a request came, to staff.
    pub const fn they_told_us(self, channel: Channel) -> &'static str {
        match channel {
            Channel::Web => self.staff_received_web(),
            Channel::Agent => self.staff_received_agent(),
            Channel::Api => self.staff_received_api(),
            Channel::Open311 => self.staff_received_open311(),
        }
    }

    /// What a member of staff is there to do.
    pub const fn role_name(self, role: Role) -> &'static str {
        match role {
            Role::Agent => self.role_agent(),
            Role::Caseworker => self.role_caseworker(),
            Role::Assessor => self.role_assessor(),
            Role::Designer => self.role_designer(),
            Role::Head => self.role_head(),
            Role::Finance => self.role_finance(),
            Role::DataProtection => self.role_data_protection(),
            Role::Operator => self.role_operator(),
        }
    }

    /// The same as it begins a line.
    pub fn role_title(self, role: Role) -> String {
        let name = self.role_name(role);
        let mut letters = name.chars();
        let first = letters.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(letters).collect()
    }

    /// A member of staff as colleagues see them: `assessor, NO`.
    pub fn colleague(self, role: Role, initials: &str) -> String {
        format!("{}, {initials}", self.role_name(role))
    }

    /// Why a person was needed: the end of "a person was needed because ...".
    pub const fn touch_reason(self, reason: TouchReason) -> &'static str {
        match reason {
            TouchReason::UnknownOutcome => self.touch_unknown_outcome(),
            TouchReason::BackOfficeFailed => self.touch_back_office_failed(),
            TouchReason::ModelFailed => self.touch_model_failed(),
            TouchReason::JudgementNeeded => self.touch_judgement_needed(),
            TouchReason::PersonAskedFor => self.touch_person_asked_for(),
            TouchReason::Corrected => self.touch_corrected(),
            TouchReason::AnswerMissing => self.touch_answer_missing(),
        }
    }

    /// What an agent can check with a caller.
    pub const fn checked(self, fact: Checked) -> &'static str {
        match fact {
            Checked::Name => self.checked_name(),
            Checked::DateOfBirth => self.checked_date_of_birth(),
            Checked::Address => self.checked_address(),
            Checked::Phone => self.checked_phone(),
            Checked::Email => self.checked_email(),
            Checked::Reference => self.checked_reference(),
        }
    }

    /// What an agent has checked with a caller, as a list in a sentence.
    pub fn checks(self, checks: Checks) -> String {
        let facts: Vec<String> = checks.facts().map(|fact| self.checked(fact).to_owned()).collect();
        self.list(&facts)
    }

    /// What somebody was in touch about.
    pub const fn contact_kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Question => self.contact_question(),
            Kind::Chase => self.contact_chase(),
            Kind::Change => self.contact_change(),
            Kind::Complaint => self.contact_complaint(),
            Kind::Praise => self.contact_praise(),
            Kind::Elsewhere => self.contact_elsewhere(),
            Kind::Other => self.contact_other(),
        }
    }

    /// Why a gate let nothing cross, to the data-protection officer.
    pub const fn refusal(self, refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::NoAgreement => self.refusal_no_agreement(),
            Refusal::NotSigned => self.refusal_not_signed(),
            Refusal::NotYet => self.refusal_not_yet(),
            Refusal::Ended => self.refusal_ended(),
            Refusal::ReviewOverdue => self.refusal_review_overdue(),
            Refusal::OtherParties => self.refusal_other_parties(),
            Refusal::OtherPurpose => self.refusal_other_purpose(),
            Refusal::NotNamed => self.refusal_not_named(),
            Refusal::OtherService => self.refusal_other_service(),
            Refusal::AssuranceTooLow => self.refusal_assurance(),
            Refusal::Restricted => self.refusal_restricted(),
            Refusal::TooMany => self.refusal_too_many(),
            Refusal::Replayed => self.refusal_replayed(),
            Refusal::UnknownPerson => self.refusal_unknown_person(),
            Refusal::Withdrawn => self.refusal_withdrawn(),
        }
    }
}
