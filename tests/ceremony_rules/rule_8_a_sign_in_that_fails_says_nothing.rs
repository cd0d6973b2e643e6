use super::*;

fn allowed(begun: &passkeys::ceremony::Begun<passkeys::ceremony::RequestOptions>) -> Value {
    serde_json::to_value(begun).unwrap()["publicKey"]["allowCredentials"].clone()
}

#[tokio::test]
async fn an_unknown_user_is_answered_with_credentials_that_stay_the_same() {
    let (world, _) = ada_registered().await;
    let authentication = world.passkeys.authentication();
    let known = allowed(&authentication.begin(Some("ada")).await.unwrap());
    let unknown = allowed(&authentication.begin(Some("eve")).await.unwrap());
    let again = allowed(&authentication.begin(Some("eve")).await.unwrap());
    let other = allowed(&authentication.begin(Some("mallory")).await.unwrap());
    assert_eq!(unknown, again);
    assert_ne!(unknown, other);
    let members =
        |list: &Value| -> Vec<String> { list[0].as_object().unwrap().keys().cloned().collect() };
    assert_eq!(members(&known), members(&unknown));
}

#[tokio::test]
async fn the_audit_trail_knows_the_difference() {
    let (world, device) = ada_registered().await;
    let mut strangers = world.device();
    let elsewhere = World::default();
    elsewhere.register(&bob(), &mut strangers).await.unwrap();
    world.sign_in(&mut strangers).await.unwrap_err();
    world
        .sign_in(&mut device.with_fault(Fault::BrokenSignature))
        .await
        .unwrap_err();
    let reasons: Vec<_> = world
        .audit
        .kinds()
        .iter()
        .filter_map(|kind| kind.reason())
        .collect();
    assert_eq!(reasons, [Reason::UnknownCredential, Reason::Signature]);
}
