//! Pages for when something is in the way: what happened, whether anything was lost, what to do.

use askama::Template;

use super::page::{Account, Frame, Link, Page};

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// 400: the request made no sense to us.
    NotUnderstood,
    /// 403: the form was open too long, or did not come from our page.
    ExpiredForm,
    /// 403: this is for others.
    NotAllowed,
    /// 404: there is no such page.
    NotFound,
    /// 405: the page takes no such act.
    WrongMethod,
    /// 409: it was possible before, or will be later, but is not now.
    NotNow,
    /// 413: more was sent than we take.
    TooLarge,
    /// 429: too often in too short a time.
    TooOften {
        /// After how many minutes one more try is taken; the answer's `Retry-After` says the same.
        again_minutes: u32,
    },
    /// 500: we made a mistake.
    OurFault,
    /// 503: we cannot take anything now; nothing was stored.
    Unavailable,
}

impl ProblemKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::NotUnderstood,
        Self::ExpiredForm,
        Self::NotAllowed,
        Self::NotFound,
        Self::WrongMethod,
        Self::NotNow,
        Self::TooLarge,
        Self::TooOften { again_minutes: 3 },
        Self::OurFault,
        Self::Unavailable,
    ];

    /// Too often, until that long has passed: whole minutes, and at least one.
    pub fn too_often(again_ms: i64) -> Self {
        let minutes = again_ms.max(1).saturating_add(59_999).div_euclid(60_000);
        Self::TooOften { again_minutes: u32::try_from(minutes).unwrap_or(u32::MAX) }
    }

    /// The status of the answer.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotUnderstood => 400,
            Self::ExpiredForm | Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::WrongMethod => 405,
            Self::NotNow => 409,
            Self::TooLarge => 413,
            Self::TooOften { .. } => 429,
            Self::OurFault => 500,
            Self::Unavailable => 503,
        }
    }
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "problem.html")]
pub struct Problem {
    /// The page; its title is the heading.
    pub page: Page,
    /// What it means and what to do.
    pub paragraphs: Vec<String>,
    /// A number that staff can find in the log; it says nothing of anybody.
    pub trace: Option<String>,
    /// Where to go.
    pub links: Vec<Link>,
}

impl Problem {
    /// The page of a kind.
    pub fn of(frame: Frame, kind: ProblemKind, trace: Option<String>) -> Self {
        let words = frame.words;
        let (title, first, then) = match kind {
            ProblemKind::NotUnderstood => {
                (words.problem_400(), words.problem_400_text(), words.problem_400_do().to_owned())
            }
            ProblemKind::ExpiredForm => (
                words.problem_expired(),
                words.problem_expired_text(),
                words.problem_expired_do().to_owned(),
            ),
            ProblemKind::NotAllowed => {
                (words.problem_403(), words.problem_403_text(), words.problem_403_do().to_owned())
            }
            ProblemKind::NotFound => {
                (words.problem_404(), words.problem_404_text(), words.problem_404_do().to_owned())
            }
            ProblemKind::WrongMethod => {
                (words.problem_405(), words.problem_405_text(), words.problem_405_do().to_owned())
            }
            ProblemKind::NotNow => {
                (words.problem_409(), words.problem_409_text(), words.problem_409_do().to_owned())
            }
            ProblemKind::TooLarge => {
                (words.problem_413(), words.problem_413_text(), words.problem_413_do().to_owned())
            }
            ProblemKind::TooOften { again_minutes } => {
                let time = words.duration(u64::from(again_minutes));
                (words.problem_429(), words.problem_429_text(), words.problem_429_do(time.as_str()))
            }
            ProblemKind::OurFault => {
                (words.problem_500(), words.problem_500_text(), words.problem_500_do().to_owned())
            }
            ProblemKind::Unavailable => {
                (words.problem_503(), words.problem_503_text(), words.problem_503_do().to_owned())
            }
        };
        let home = Link::new(words.go_to_front(frame.band.name.as_str()), frame.band.home.clone());
        Self {
            page: frame.page(title),
            paragraphs: vec![first.to_owned(), then],
            trace,
            links: vec![home],
        }
    }
}
