//! Residents who pay a fee: from their request's page to the provider's, and back, as a browser goes.

use anyhow::Context as _;
use base::BodyId;

use super::browser::{Browser, PageRead};
use super::plan::{Chance, Visit};
use super::visits::World;

/// The link of a request's page that leads to the provider.
const PAY: &str = "a.button[rel=noreferrer]";
/// Cards that the emulated provider takes, refuses, and takes more with.
const GOOD: &str = "4444 3333 2222 1111";
const REFUSED: &str = "4000 0000 0000 0002";
const DEARER: &str = "4000 1800 0000 0002";

/// What is done at one page of the provider's: the button and the card.
pub type Step = (&'static str, &'static str);

/// What a resident does at the provider's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Pays, and comes back twice.
    Pays,
    /// Has a card that the bank refuses, then pays with another.
    RefusedFirst,
    /// Gives it up, and pays when asked again.
    GivesUpFirst,
    /// Pays with a company's card, which costs more than the fee.
    Dearer,
    /// Never looks.
    Never,
}

impl Manner {
    /// A resident's own, of a hundred.
    pub fn of(visit: &Visit, chance: Chance) -> Self {
        let number = u64::try_from(visit.number).unwrap_or(u64::MAX);
        match chance.below("manner of paying", number, 100) {
            0..2 => Self::Never,
            2..4 => Self::Dearer,
            4..10 => Self::RefusedFirst,
            10..14 => Self::GivesUpFirst,
            _ => Self::Pays,
        }
    }

    /// The same of somebody who pays in the end.
    #[must_use]
    pub const fn or_pays(self) -> Self {
        match self {
            Self::Never => Self::Pays,
            Self::Pays | Self::RefusedFirst | Self::GivesUpFirst | Self::Dearer => self,
        }
    }

    /// What is typed at the first page and, where that did not pay, at the next.
    pub const fn steps(self) -> &'static [Step] {
        match self {
            Self::Pays => &[("pay", GOOD)],
            Self::RefusedFirst => &[("pay", REFUSED), ("pay", GOOD)],
            Self::GivesUpFirst => &[("cancel", ""), ("pay", GOOD)],
            Self::Dearer => &[("pay", DEARER)],
            Self::Never => &[],
        }
    }
}

impl World {
    /// The resident looks at their request and pays what is due. Answers whether something was.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn pay(
        &self,
        visit: &Visit,
        reference: &str,
        chance: Chance,
    ) -> anyhow::Result<bool> {
        let manner = Manner::of(visit, chance);
        if manner == Manner::Never {
            return Ok(false);
        }
        let mut browser = self.browser();
        if visit.signs_in {
            self.sign_in_resident(&mut browser, visit).await?;
        }
        let request = format!("/{}/requests/{reference}", visit.body);
        let mut page = browser.get(&request).await?;
        let mut paid = false;
        for step in manner.steps() {
            let Some(href) = page.link(PAY)? else { return Ok(paid) };
            let back = at_the_provider(&mut browser, &href, *step).await?;
            page = back.with_context(|| format!("no card is asked for at {href}"))?;
            paid = true;
        }
        if manner == Manner::Pays {
            browser.get(&format!("{request}/paid")).await?;
        }
        Ok(paid)
    }

    /// A resident with patience looks at their request once, and takes one step where a payment is
    /// due. Answers whether they did.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn pay_step(
        &self,
        browser: &mut Browser,
        (body, reference): (&BodyId, &str),
        step: Step,
    ) -> anyhow::Result<bool> {
        let page = browser.get(&format!("/{body}/requests/{reference}")).await?;
        let Some(href) = page.link(PAY)? else { return Ok(false) };
        // No card is asked for while our side has not yet heard that this payment is over.
        Ok(at_the_provider(browser, &href, step).await?.is_some())
    }
}

/// Acts on the provider's page, and gives the page that it leads back to; `None` when the page asks
/// for no card.
async fn at_the_provider(
    browser: &mut Browser,
    href: &str,
    (act, card): Step,
) -> anyhow::Result<Option<PageRead>> {
    let shown = browser.get(href).await?;
    let form = shown.forms(browser)?.into_iter().find(|form| form.fields == ["card"]);
    let Some(mut form) = form else { return Ok(None) };
    form.fill("card", card);
    form.fill("act", act);
    let back = browser.send(&form).await?;
    anyhow::ensure!(back.status == 200, "the provider led to {}", back.describe());
    Ok(Some(back))
}
