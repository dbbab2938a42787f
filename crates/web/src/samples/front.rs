//! Samples of the front pages.

use super::{Gallery, band, frame};
use crate::views::front::{
    BodyFront, BodyLine, Category, OtherWay, RegionFront, Search, ServiceLine, ServiceStart, Start,
};
use crate::views::information::Information;
use crate::views::page::{Account, Frame, Help, LanguageSwitch, Link};
use crate::words::Words;

fn service(words: Words, body: Option<&str>) -> ServiceLine {
    ServiceLine {
        title: super::service_title(words),
        summary: words
            .pick(
                "Tell us when your bin was not emptied on its day, and we send someone for it.",
                "Rhowch wybod i ni os na chafodd eich bin ei wagio ar ei ddiwrnod, a byddwn yn anfon rhywun ato.",
            )
            .to_owned(),
        href: format!("{}services/missed-bin-collection", band(words).home),
        body: body.map(str::to_owned),
    }
}

fn bulky(words: Words) -> ServiceLine {
    ServiceLine {
        title: words.pick("Have large things taken away", "Trefnu casglu eitemau mawr").to_owned(),
        summary: words
            .pick(
                "Book a day for us to take away furniture, beds or a cooker.",
                "Trefnwch ddiwrnod i ni fynd â dodrefn, gwelyau neu gwcer.",
            )
            .to_owned(),
        href: format!("{}services/bulky-waste", band(words).home),
        body: None,
    }
}

fn parking(words: Words) -> ServiceLine {
    ServiceLine {
        title: words
            .pick(
                "Apply for a resident's parking permit",
                "Gwneud cais am drwydded barcio i breswylwyr",
            )
            .to_owned(),
        summary: words
            .pick(
                "Park near your home in streets where a permit is needed.",
                "Parciwch ger eich cartref mewn strydoedd lle mae angen trwydded.",
            )
            .to_owned(),
        href: format!("{}services/resident-parking", band(words).home),
        body: None,
    }
}

fn search(words: Words, query: &str, found: Option<Vec<ServiceLine>>) -> Search {
    Search { action: band(words).home, query: query.to_owned(), found }
}

impl RegionFront {
    /// The region with three bodies.
    pub fn sample(words: Words) -> Self {
        let mut frame = frame(words);
        words.region_name().clone_into(&mut frame.band.name);
        "/".clone_into(&mut frame.band.home);
        frame.band.stylesheet = None;
        let other_help = Some(words.help_in_region().to_owned());
        frame.band.help = Help { phone: None, hours: String::new(), other: other_help };
        frame.band.foot = Vec::new();
        frame.account = Account::None;
        frame.switch = Some(other(words));
        let body = |name: &str, href: &str, about: &str| BodyLine {
            name: name.to_owned(),
            href: href.to_owned(),
            about: about.to_owned(),
        };
        let bodies = vec![
            body(
                words.pick("Millbrook District Council", "Cyngor Dosbarth Millbrook"),
                "/millbrook/",
                words.pick(
                    "Bins, streets, parking and council tax.",
                    "Biniau, strydoedd, parcio a threth gyngor.",
                ),
            ),
            body(
                words.pick("Brynarian Council", "Cyngor Brynarian"),
                "/brynarian/",
                words.pick(
                    "Every council service, in English and Welsh.",
                    "Pob gwasanaeth cyngor, yn Gymraeg ac yn Saesneg.",
                ),
            ),
            body(
                words.pick("Oakshire County Council", "Cyngor Sir Oakshire"),
                "/oakshire/",
                words.pick(
                    "Schools, care, roads and travel.",
                    "Ysgolion, gofal, ffyrdd a theithio.",
                ),
            ),
        ];
        Self {
            page: frame.page(words.region_title()),
            lead: words.region_lead().to_owned(),
            search: Search { action: "/".to_owned(), query: String::new(), found: None },
            bodies,
        }
    }
}

fn other(words: Words) -> LanguageSwitch {
    let other = match words.language() {
        base::Language::En => base::Language::Cy,
        base::Language::Cy => base::Language::En,
    };
    LanguageSwitch { words: Words::of(other), href: format!("?lang={}", other.tag()) }
}

impl BodyFront {
    /// A catalogue of two categories.
    pub fn sample(words: Words) -> Self {
        let band = band(words);
        let title = words.front_title(band.name.as_str());
        Self {
            lead: words.front_lead().to_owned(),
            search: search(words, "", None),
            categories: vec![
                Category {
                    name: words.pick("Bins and recycling", "Biniau ac ailgylchu").to_owned(),
                    services: vec![bulky(words), service(words, None)],
                },
                Category {
                    name: words.pick("Parking and travel", "Parcio a theithio").to_owned(),
                    services: vec![parking(words)],
                },
            ],
            track: format!("{}track", band.home),
            mine: format!("{}requests", band.home),
            page: frame(words).page(title),
        }
    }
}

impl ServiceStart {
    /// The missed bin.
    pub fn sample(words: Words) -> Self {
        let frame = frame(words);
        let home = frame.band.home.clone();
        let phone = frame.band.help.phone.clone().unwrap_or_default();
        let line = |english: &str, welsh: &str| words.pick(english, welsh).to_owned();
        Self {
            category: line("Bins and recycling", "Biniau ac ailgylchu"),
            summary: line(
                "Tell us when your bin was not emptied on its day, and we send someone for it.",
                "Rhowch wybod i ni os na chafodd eich bin ei wagio ar ei ddiwrnod, a byddwn yn anfon rhywun ato.",
            ),
            need: vec![
                line("your postcode", "eich cod post"),
                line(
                    "the day on which your bin was due",
                    "y diwrnod yr oedd eich bin i fod i gael ei wagio",
                ),
            ],
            how_long: words.takes_about_minutes(3),
            next: vec![
                line(
                    "We check the collection day of your address at once.",
                    "Byddwn yn gwirio diwrnod casglu eich cyfeiriad ar unwaith.",
                ),
                line(
                    "We pass it to the crew and tell you the day by which they come.",
                    "Byddwn yn ei drosglwyddo i'r criw ac yn dweud wrthych erbyn pryd y byddant yn dod.",
                ),
                line(
                    "When they tell us that it is done, we tell you.",
                    "Pan fyddant yn dweud wrthym ei fod wedi'i wneud, byddwn yn dweud wrthych chi.",
                ),
            ],
            promise: words.promise(words.working_days(2).as_str()),
            start: Start::Open {
                label: line("Report a missed bin", "Rhoi gwybod am fin"),
                action: format!("{home}services/missed-bin-collection/start"),
                go_on: None,
            },
            other_ways: vec![
                OtherWay {
                    name: words.by_phone().to_owned(),
                    text: words.by_phone_text(phone.as_str()),
                },
                OtherWay {
                    name: words.in_person().to_owned(),
                    text: line(
                        "The town hall, Market Square, Millbrook.",
                        "Y swyddfeydd, Heol yr Orsaf, Brynarian.",
                    ),
                },
            ],
            power: line(
                "Environmental Protection Act 1990, section 45.",
                "Deddf Diogelu'r Amgylchedd 1990, adran 45.",
            ),
            lawful_basis: line(
                "A task that the law gives to the council.",
                "Tasg y mae'r gyfraith yn ei rhoi i'r cyngor.",
            ),
            page: frame.page(super::service_title(words)).back_to(home),
        }
    }
}

impl Information {
    /// The help page.
    pub fn sample(words: Words) -> Self {
        Self::help(frame(words))
    }
}

fn bilingual(words: Words) -> Frame {
    Frame { switch: Some(other(words)), ..frame(words) }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let region = RegionFront::sample(words);
    gallery.add("region_front", &region)?;
    let found = Search {
        query: words.pick("bin", "bin").to_owned(),
        found: Some(vec![service(words, Some(&band(words).name))]),
        action: "/".to_owned(),
    };
    gallery.add_state("region_front", "found", &RegionFront { search: found, ..region })?;

    let front = BodyFront::sample(words);
    gallery.add("body_front", &front)?;
    let title = front.page.title.clone();
    let both = BodyFront { page: bilingual(words).page(title), ..front.clone() };
    gallery.add_state("body_front", "bilingual", &both)?;
    let query = words.pick("bin", "bin");
    let found = search(words, query, Some(vec![service(words, None), bulky(words)]));
    gallery.add_state("body_front", "found", &BodyFront { search: found, ..front.clone() })?;
    let nothing = search(words, "qwerty", Some(Vec::new()));
    gallery.add_state("body_front", "nothing", &BodyFront { search: nothing, ..front.clone() })?;
    let empty = BodyFront { categories: Vec::new(), ..front };
    gallery.add_state("body_front", "empty", &empty)?;

    let start = ServiceStart::sample(words);
    gallery.add("service_start", &start)?;
    let begun = Start::Open {
        label: words.start_again().to_owned(),
        action: "/start".to_owned(),
        go_on: Some(Link::new(words.go_on(), "/pages/day")),
    };
    let begun = ServiceStart { start: begun, ..start.clone() };
    gallery.add_state("service_start", "begun", &begun)?;
    let link = Link::new(words.sign_in(), "/sign-in");
    let signed = ServiceStart { start: Start::SignIn(link), ..start.clone() };
    gallery.add_state("service_start", "sign_in", &signed)?;
    let why = words.closed_text().to_owned();
    let closed = ServiceStart { start: Start::Closed(why), ..start };
    gallery.add_state("service_start", "closed", &closed)?;

    gallery.add("information", &Information::sample(words))?;
    gallery.add_state("information", "accessibility", &Information::accessibility(frame(words)))?;
    gallery.add_state("information", "privacy", &Information::privacy(frame(words)))
}
