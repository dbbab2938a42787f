use super::write;
use crate::Model;

#[test]
fn every_kind_of_element_is_written_as_it_was_read() {
    let text = include_str!("../../tests/models/every-element.bpmn");
    let model = Model::parse(text.as_bytes()).unwrap();
    let again = Model::parse(write(&model).as_bytes()).unwrap();
    assert_eq!(again, model);
    assert_eq!(write(&again), write(&model));
}
