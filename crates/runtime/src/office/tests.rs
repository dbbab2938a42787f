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
    let asked = office
        .ask_code(sign_in.into(), Door::Resident, "gwen@example.org", Language::Cy, at(2))
        .unwrap();
    let code = asked.unwrap().code;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let missed = office.check_code(sign_in, wrong, at(3));
    assert_eq!(missed, Err(SignInRejection::Wrong { tries_left: 4 }));
    office.check_code(sign_in, &code, at(4)).unwrap();
    office.set_staff(&body, &[], at(5)).unwrap();
    expect![[r#"
        account.staff_set v1 {"at":1000,"measure":{"actor":"system"},"key":"00000000-0001-0000-ae31-3803038d6fe8","event":{"staff_set":{"body":"millbrook","index":"002785526e4b4bbae7e9a76d5278a4f77ec893be9214094f43730d9086003eec","email":"s1.AAAAAAABAAAA1mB_7aRlVf2smKPtrXKTqdlVvfe3LYWz4kMR343_n9OrmSw6fwB6mXWMlLmFcp1H_bbHK8-v5tNg","name":"s1.AAAAAAABAAEAookTFTJ5nkGKl_Eh2bFGy95YSB6GNfZXWQdRgSlEVyVEeiAjenChSB9xUZjihjjQcSLSEnA","roles":["agent"],"at":1000}}}
        account.code_asked v1 {"at":2000,"measure":{"actor":"requester"},"key":"00000000-0001-0001-66b4-a9254260fb70","event":{"code_asked":{"sign_in":"01010101-0101-0101-0101-010101010101","door":"resident","index":"3c7c875e39c4d4945cc8c67f54cb81970a38f2c083d6346b4c959181ac00f2dc","email":"s1.AAAAAAACAAAAT4j5bqhCpZkHXLaHe6QUFtNypqWb7lKOvHNjOEGyqgiQdrclqSkHL3WaTVUFmZBm6OOk6_aBXMY","language":"cy","code":"f11471b788995f04dda68e1d9949917335e9be62919cc2a1e7c42820325c6b13","send":true,"at":2000}}}
        account.code_missed v1 {"at":3000,"measure":{"actor":"requester"},"event":{"code_missed":{"sign_in":"01010101-0101-0101-0101-010101010101","tries_left":4,"at":3000}}}
        account.code_accepted v1 {"at":4000,"measure":{"actor":"requester"},"event":{"code_accepted":{"sign_in":"01010101-0101-0101-0101-010101010101","at":4000}}}
        account.opened v1 {"at":4000,"measure":{"actor":"requester"},"key":"00000000-0001-0001-66b4-a9254260fb70","event":{"account_opened":{"account":"5734645c-487d-a981-1708-1c561a379338","index":"3c7c875e39c4d4945cc8c67f54cb81970a38f2c083d6346b4c959181ac00f2dc","email":"s1.AAAAAAACAAAAT4j5bqhCpZkHXLaHe6QUFtNypqWb7lKOvHNjOEGyqgiQdrclqSkHL3WaTVUFmZBm6OOk6_aBXMY","person":"9a6ac90337df0b025f599711aa6c90dcb7208b39559b1cede69c12dfa931d604","language":"cy","at":4000}}}
        account.session_opened v1 {"at":4000,"measure":{"actor":"requester"},"event":{"session_opened":{"session":"607db85b-063e-b4c6-7269-e58905eb04b9","token":"f53a5d69e0683314e527a708192106c56c27ced0465381f241f1d0e811708755","holder":{"citizen":{"account":"5734645c-487d-a981-1708-1c561a379338"}},"assurance":{"identity":"P0","authentication":"Low"},"at":4000,"expires_at":43204000}}}
        account.staff_withdrawn v1 {"at":5000,"measure":{"actor":"system"},"key":"00000000-0001-0000-ae31-3803038d6fe8","event":{"staff_withdrawn":{"body":"millbrook","index":"002785526e4b4bbae7e9a76d5278a4f77ec893be9214094f43730d9086003eec","at":5000}}}"#]].assert_eq(&journal(&office));
}
