//! The signature counter (clone detection). Zero on both sides means that there is none.

use passkeys::{SignCount, audit::Reason};

use crate::step_by_step::row::Row;

#[tokio::test]
async fn every_signature_counter_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let counter = |change, apply| Row::sign_in(22, change, apply, Reason::SignCount);
    vec![
        counter("from 0 to 0", |answer| answer.data.sign_count = 0).accepted(),
        counter("from 0 to 2³² − 1", |answer| {
            answer.data.sign_count = u32::MAX;
        })
        .accepted(),
        counter("from 5 to 5", |answer| answer.data.sign_count = 5)
            .where_registered(|answer| answer.data.sign_count = 5),
        counter("from 5 to 4", |answer| answer.data.sign_count = 4)
            .where_registered(|answer| answer.data.sign_count = 5),
        counter("from 5 to 0", |answer| answer.data.sign_count = 0)
            .where_registered(|answer| answer.data.sign_count = 5),
        counter("from 5 to 500", |answer| answer.data.sign_count = 500)
            .where_registered(|answer| answer.data.sign_count = 5)
            .accepted(),
        counter("from 2³¹ − 1 to 2³¹", |answer| {
            answer.data.sign_count = 1 << 31;
        })
        .where_registered(|answer| answer.data.sign_count = (1 << 31) - 1)
        .accepted(),
        counter("from 2³² − 2 to 0", |answer| answer.data.sign_count = 0)
            .where_registered(|answer| answer.data.sign_count = u32::MAX - 1),
        counter("from 2³² − 2 to 2³² − 2", |answer| {
            answer.data.sign_count = u32::MAX - 1;
        })
        .where_registered(|answer| answer.data.sign_count = u32::MAX - 1),
        counter("from 5 to 5, where the policy only reports it", |answer| {
            answer.data.sign_count = 5;
        })
        .where_registered(|answer| answer.data.sign_count = 5)
        .where_config(|config| config.sign_count(SignCount::Report))
        .accepted(),
        counter("from 5 to 0, where the policy only reports it", |answer| {
            answer.data.sign_count = 0;
        })
        .where_registered(|answer| answer.data.sign_count = 5)
        .where_config(|config| config.sign_count(SignCount::Report))
        .accepted(),
    ]
}
