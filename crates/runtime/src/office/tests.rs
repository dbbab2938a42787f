//! The written form of the office's records, from a seed.

use base::DataKey;
use expect_test::expect;
use store::{SimKeyStore, SimStore, WrapEpoch};

use super::*;
use crate::entropy::SeededEntropy;

fn office() -> Office {
    let body: BodyId = "identity-office".parse().unwrap();
    let keys = Box::new(SimKeyStore::new(&body).unwrap());
    let wrap = DataKey::from_bytes([7; 32]);
    let setup = OfficeSetup {
        body: body.clone(),
        blind: BlindKey::from_bytes([8; 32]),
        master: MasterKey::from_bytes([5; 32]),
        keyring: Keyring::new(body.clone(), wrap, WrapEpoch(1), keys),
        log_key: crate::log_key(&body, &[4; 32]).unwrap(),
        sharing: Arc::default(),
        store: Box::new(SimStore::new(&body).unwrap()),
    };
    Office::open(setup, Arc::new(SeededEntropy(1)), Timestamp::from_millis(0)).unwrap()
}

/// The journal, a record a line; each reads back and is written the same again.
fn journal(office: &Office) -> String {
    let reader = office.lock().setup.store.readers().shard(Shard(0));
    let events = store::journal::events_from(&reader, EventSeq::START, REPLAY_PAGE).unwrap();
    let own = events.into_iter().filter(|event| event.name != HEAD_LOGGED);
    let lines = own.map(|event| {
        let text = String::from_utf8(event.bytes).unwrap();
        let record: OfficeRecord = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), text, "it is written the same again");
        format!("{} v{} {text}", event.name, event.version)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_record_of_the_office_has_its_line() {
    let office = office();
    let body: BodyId = "millbrook".parse().unwrap();
    let at = |second: i64| Timestamp::from_millis(second * 1_000);
    let seed = StaffSeed {
        email: "rhian@example.org".to_owned(),
        name: "Rhian Example".to_owned(),
        roles: [Role::Agent].into(),
    };
    office.set_staff(&body, &[seed], at(1)).unwrap();
    let sign_in = SignInId::from_bytes([1; 16]);
    let asked =
        office.ask_code(sign_in, Door::Resident, "gwen@example.org", Language::Cy, at(2)).unwrap();
    let code = asked.unwrap().code;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let missed = office.check_code(sign_in, wrong, at(3));
    assert_eq!(missed, Err(SignInRejection::Wrong { tries_left: 4 }));
    office.check_code(sign_in, &code, at(4)).unwrap();
    office.set_staff(&body, &[], at(5)).unwrap();
    expect![[r#"
        account.staff_set v1 {"at":1000,"measure":{"actor":"system"},"key":"f276ecfd-f678-b91c-1881-6f5a2b6ad09d","event":{"staff_set":{"body":"millbrook","index":"002785526e4b4bbae7e9a76d5278a4f77ec893be9214094f43730d9086003eec","email":"s1.AAAAAAABAAAAt78rXQeSaKFf23HXZb2zVPvOYjN8rx9CvUawqK59vtIYmWT2tjyWmT3hJ9SbTajsb3-fqKB_QwR4","name":"s1.AAAAAAABAAEAj8erwADw89Mojrx2t6AnBaKSmtGIvNFxkyGf9IawcM-KLrsJSvKdBQgaATxiCqClBnlDPH8","roles":["agent"],"at":1000}}}
        account.code_asked v1 {"at":2000,"measure":{"actor":"requester"},"key":"b22b3d13-4836-7394-bfa7-fca836a160b6","event":{"code_asked":{"sign_in":"01010101-0101-0101-0101-010101010101","door":"resident","index":"3c7c875e39c4d4945cc8c67f54cb81970a38f2c083d6346b4c959181ac00f2dc","email":"s1.AAAAAAACAAAAFAYTEaVo90OXYNmafvDDXGPBQrRHrRI-T1gb54NRRxpC3ogVuUOzS-WbHQY9vYVBver0jUJ3R2k","language":"cy","code":"8b9140bac7dcf92d1a671586f93131f6129ae69beb86f31c1953a19ca85e7f5b","send":true,"at":2000}}}
        account.code_missed v1 {"at":3000,"measure":{"actor":"requester"},"event":{"code_missed":{"sign_in":"01010101-0101-0101-0101-010101010101","tries_left":4,"at":3000}}}
        account.code_accepted v1 {"at":4000,"measure":{"actor":"requester"},"event":{"code_accepted":{"sign_in":"01010101-0101-0101-0101-010101010101","at":4000}}}
        account.opened v1 {"at":4000,"measure":{"actor":"requester"},"key":"b22b3d13-4836-7394-bfa7-fca836a160b6","event":{"account_opened":{"account":"c3d2d8fe-6d6b-5498-0b6d-db8fd100cd17","index":"3c7c875e39c4d4945cc8c67f54cb81970a38f2c083d6346b4c959181ac00f2dc","email":"s1.AAAAAAACAAAAFAYTEaVo90OXYNmafvDDXGPBQrRHrRI-T1gb54NRRxpC3ogVuUOzS-WbHQY9vYVBver0jUJ3R2k","person":"70bc0bd73f48c27f924c03cfa965a43d5804c42e29ee04f3aab9f44276a5d105","language":"cy","at":4000}}}
        account.session_opened v1 {"at":4000,"measure":{"actor":"requester"},"event":{"session_opened":{"session":"31412464-506e-79ec-1e27-3580309ab801","token":"be6149ac431a86856d02efceff58f1fb94d07adffdecc53382754c68475cbe7a","holder":{"citizen":{"account":"c3d2d8fe-6d6b-5498-0b6d-db8fd100cd17"}},"assurance":{"identity":"P0","authentication":"Low"},"at":4000,"expires_at":43204000}}}
        account.staff_withdrawn v1 {"at":5000,"measure":{"actor":"system"},"key":"f276ecfd-f678-b91c-1881-6f5a2b6ad09d","event":{"staff_withdrawn":{"body":"millbrook","index":"002785526e4b4bbae7e9a76d5278a4f77ec893be9214094f43730d9086003eec","at":5000}}}"#]].assert_eq(&journal(&office));
}
