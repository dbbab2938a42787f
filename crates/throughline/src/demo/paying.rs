//! Residents who pay a fee: from their request's page to the provider's, and back, as a browser goes.

use anyhow::Context as _;

use super::browser::{Browser, PageRead};
use super::plan::{Chance, Visit};
use super::visits::World;

/// The link of a request's page that leads to the provider.
const PAY: &str = "a.button[rel=noreferrer]";
/// Cards that the emulated provider takes, refuses, and takes more with.
const GOOD: &str = "4444 3333 2222 1111";
const REFUSED: &str = "4000 0000 0000 0002";
const DEARER: &str = "4000 1800 0000 0002";

/// What a resident does at the provider's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
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
    fn of(visit: &Visit, chance: Chance) -> Self {
        let number = u64::try_from(visit.number).unwrap_or(u64::MAX);
        match chance.below("manner of paying", number, 100) {
            0..2 => Self::Never,
            2..4 => Self::Dearer,
            4..10 => Self::RefusedFirst,
            10..14 => Self::GivesUpFirst,
            _ => Self::Pays,
        }
    }

    /// What is typed at the first page and, where that did not pay, at the next.
    const fn steps(self) -> &'static [(&'static str, &'static str)] {
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
        let mut browser = Browser::new(self.client.clone(), &self.origin);
        if visit.signs_in {
            let sign_in = format!("/{}/sign-in", visit.body);
            self.sign_in(&mut browser, &sign_in, &visit.account).await?;
        }
        let request = format!("/{}/requests/{reference}", visit.body);
        let mut page = browser.get(&request).await?;
        let mut paid = false;
        for (act, card) in manner.steps() {
            let Some(href) = page.link(PAY)? else { return Ok(paid) };
            page = at_the_provider(&mut browser, &href, (act, card)).await?;
            paid = true;
        }
        if manner == Manner::Pays {
            browser.get(&format!("{request}/paid")).await?;
        }
        Ok(paid)
    }
}

/// Acts on the provider's page, and gives the page that it leads back to.
async fn at_the_provider(
    browser: &mut Browser,
    href: &str,
    (act, card): (&str, &str),
) -> anyhow::Result<PageRead> {
    let shown = browser.get(href).await?;
    let form = shown.forms(browser)?.into_iter().find(|form| form.fields == ["card"]);
    let mut form = form.with_context(|| format!("no card is asked for: {}", shown.describe()))?;
    form.fill("card", card);
    form.fill("act", act);
    let back = browser.send(&form).await?;
    anyhow::ensure!(back.status == 200, "the provider led to {}", back.describe());
    Ok(back)
}
