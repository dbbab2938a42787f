use expect_test::{Expect, expect};

use super::*;
use crate::testing::{changed, files, shown};

fn refused(file: &str, from: &str, to: &str, expected: &Expect) {
    let problems = Region::read(&changed(&files("region"), file, from, to)).unwrap_err();
    expected.assert_eq(&shown(&problems));
}

#[test]
fn the_sample_region_is_whole() {
    let region = Region::read(&files("region")).unwrap();
    assert_eq!(region.bodies.len(), 5);
    for body in ["wealdmere", "bro-eirlys"] {
        let body = region.body(&body.parse().unwrap()).unwrap();
        let held: BTreeSet<Role> =
            body.staff.iter().flat_map(|staff| staff.roles.clone()).collect();
        assert_eq!(held, BTreeSet::from(Role::ALL), "{}", body.id);
        assert!(body.systems.contains("waste-contractor") && !body.rates.is_empty());
    }
    let mut addresses = BTreeSet::new();
    for staff in region.bodies.iter().flat_map(|body| &body.staff) {
        assert!(staff.email.split_once('@').unwrap().1.starts_with("example."), "{}", staff.email);
        assert!(addresses.insert(&staff.email), "{}", staff.email);
    }
    for Adoption { body, service } in &region.adopts {
        assert!(region.overlay(body, service).contains_key(crate::OVERLAY));
    }
    let demo = region.demo.as_ref().unwrap();
    let half = demo.morning_minutes / 2;
    let faults = demo.faults.as_ref().unwrap();
    for office in 0..20 {
        let windows: Vec<FaultWindow> = faults.windows(office).collect();
        assert!(windows.iter().all(|window| window.from_minute < window.to_minute));
        assert!(windows.iter().all(|window| window.to_minute <= half));
        assert!(windows.is_sorted_by(|one, next| one.to_minute <= next.from_minute));
        let kinds: BTreeSet<FaultKind> = windows.iter().map(|window| window.kind).collect();
        assert_eq!(kinds.len(), 6);
    }
}

#[test]
fn a_fault_of_the_region_has_its_line() {
    refused(
        "region.toml",
        "body = \"bro-eirlys\"",
        "body = \"bro-eira\"",
        &expect![[r"
        region.toml:17:8: The region has no body `bro-eira`. Name a body that region.toml lists.
    "]],
    );
    refused(
        "region.toml",
        "\"aldershire\", ",
        "\"aldermere\", ",
        &expect![[r"
            bodies/aldermere.toml:1:1: The file is missing. Write it, or take its name out of region.toml.
            demo.toml:38:9: The region has no body `aldershire`. Name a body that region.toml lists.
        "]],
    );
    refused(
        "bodies/wealdmere.toml",
        "#1d4f3a",
        "#7fd4b0",
        &expect![[r"
        bodies/wealdmere.toml:5:1: White text on #7fd4b0 cannot be read. Choose a darker colour, like #1d4f3a: the contrast is to be at least 4.5.
    "]],
    );
    refused(
        "bodies/wealdmere.toml",
        "[\"assessor\"]",
        "[\"assesor\"]",
        &expect![[r"
            bodies/wealdmere.toml:35:10: unknown variant `assesor`, expected one of `agent`, `caseworker`, `assessor`, `designer`, `head`, `finance`, `data_protection`, `operator`. Compare the line with the sample region.
        "]],
    );
    refused(
        "bodies/wealdmere.toml",
        "felix.underbarrow@",
        "grace.pellington@",
        &expect![[r"
            bodies/wealdmere.toml:39:10: The account `grace.pellington@example.org` cannot sign in. Give each person one e-mail address of their own and at least one role.
        "]],
    );
    refused(
        "bodies/bro-eirlys.toml",
        "cy = \"Cyngor Bro Eirlys\"\n",
        "",
        &expect![[r"
            bodies/bro-eirlys.toml:11:1: A text is missing in `cy`. Write it in each language that the body serves.
        "]],
    );
    refused(
        "demo.toml",
        "percent = 28",
        "percent = 70",
        &expect![[r"
        demo.toml:1:1: The shares do not add up to 100 percent. Mend the shares so that each group adds up to 100.
    "]],
    );
}
