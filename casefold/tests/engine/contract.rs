//! What Casefold's gateway relies on when it speaks to the engine. These hold an upgrade of the
//! engine to what was found in 3.2.0.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_sdk_dynamodb::types::{
    Get, KeysAndAttributes, Put, PutRequest, ReturnConsumedCapacity as Capacity,
    ReturnValuesOnConditionCheckFailure as OnFailure, TransactGetItem, TransactWriteItem,
    WriteRequest,
};
use casefold::engine::Engine;

use crate::support::{self, World, n, put, s};

async fn start(world: &World) -> (Engine, Client) {
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    support::create_table(&db, "Events").await;
    (engine, db)
}

fn append(pk: &str, sk: u64, body: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("Events")
        .item("pk", s(pk))
        .item("sk", n(sk))
        .item("body", s(body))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(OnFailure::AllOld)
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

#[tokio::test]
async fn a_refused_put_shows_the_item_that_is_there() {
    let world = World::new();
    let (_engine, db) = start(&world).await;
    put(&db, "Events", "CASE#1", 1, "the first").await;

    let refused = db
        .put_item()
        .table_name("Events")
        .item("pk", s("CASE#1"))
        .item("sk", n(1))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(OnFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(e) =
        refused
    else {
        panic!("{refused:?}")
    };
    assert_eq!(e.item().unwrap()["body"], s("the first"));
}

#[tokio::test]
async fn a_refused_transaction_writes_nothing_and_shows_the_items_that_are_there() {
    let world = World::new();
    let (_engine, db) = start(&world).await;
    put(&db, "Events", "CASE#2", 1, "the first").await;

    let refused = db
        .transact_write_items()
        .transact_items(append("CASE#1", 1, "new"))
        .transact_items(append("CASE#2", 1, "late"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as Error;
    let Error::TransactionCanceledException(e) = refused else {
        panic!("{refused:?}")
    };
    let [first, second] = e.cancellation_reasons() else {
        panic!("{e:?}")
    };
    assert_eq!(
        (first.code(), second.code()),
        (Some("None"), Some("ConditionalCheckFailed"))
    );
    assert_eq!(second.item().unwrap()["body"], s("the first"));
    assert_eq!(support::get(&db, "Events", "CASE#1", 1).await, None);
}

/// Takes the token out again that the SDK puts in by itself.
#[derive(Debug)]
struct WithoutToken;

impl Intercept for WithoutToken {
    fn name(&self) -> &'static str {
        "WithoutToken"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(input) = context
            .input_mut()
            .downcast_mut::<TransactWriteItemsInput>()
        {
            input.client_request_token = None;
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_transaction_needs_no_client_request_token() {
    let world = World::new();
    let (_engine, db) = start(&world).await;
    // A fixed token: a second, different transaction under it is refused, if it is sent.
    let config = db
        .config()
        .to_builder()
        .idempotency_token_provider("one-token-for-all");
    let db = Client::from_conf(config.build());

    for sk in 1..=3 {
        let sent = db
            .transact_write_items()
            .transact_items(append("CASE#1", sk, "x"));
        sent.customize()
            .interceptor(WithoutToken)
            .send()
            .await
            .unwrap();
    }

    let first = db
        .transact_write_items()
        .transact_items(append("CASE#2", 1, "x"));
    first.send().await.unwrap();
    let second = db
        .transact_write_items()
        .transact_items(append("CASE#2", 2, "x"));
    let refused = second.send().await.unwrap_err().into_service_error();
    assert!(
        refused.is_idempotent_parameter_mismatch_exception(),
        "{refused:?}"
    );
}

#[tokio::test]
async fn every_operation_that_the_gateway_uses_tells_what_it_consumed() {
    let world = World::new();
    let (_engine, db) = start(&world).await;
    let t = "Events";
    let (pk, sk) = (s("CASE#1"), n(1));
    let mut one = Vec::new();
    let mut many = Vec::new();

    let r = db
        .put_item()
        .table_name(t)
        .item("pk", pk.clone())
        .item("sk", sk.clone());
    one.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );
    let r = db
        .get_item()
        .table_name(t)
        .key("pk", pk.clone())
        .key("sk", sk.clone());
    one.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );
    let r = db
        .update_item()
        .table_name(t)
        .key("pk", pk.clone())
        .key("sk", sk.clone());
    let r = r
        .update_expression("SET a = :a")
        .expression_attribute_values(":a", n(1));
    one.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );
    let r = db.query().table_name(t).key_condition_expression("pk = :p");
    let r = r.expression_attribute_values(":p", pk.clone());
    one.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );
    let r = db
        .scan()
        .table_name(t)
        .return_consumed_capacity(Capacity::Total);
    one.push(r.send().await.unwrap().consumed_capacity);
    let r = db
        .delete_item()
        .table_name(t)
        .key("pk", pk.clone())
        .key("sk", sk.clone());
    one.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );

    let write = PutRequest::builder()
        .item("pk", s("CASE#2"))
        .item("sk", n(1))
        .build()
        .unwrap();
    let r = db
        .batch_write_item()
        .request_items(t, vec![WriteRequest::builder().put_request(write).build()]);
    many.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );
    let keys = [("pk".to_owned(), s("CASE#2")), ("sk".to_owned(), n(1))]
        .into_iter()
        .collect();
    let r = db
        .batch_get_item()
        .request_items(t, KeysAndAttributes::builder().keys(keys).build().unwrap());
    many.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );
    let r = db
        .transact_write_items()
        .transact_items(append("CASE#3", 1, "x"));
    many.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );
    let get = Get::builder()
        .table_name(t)
        .key("pk", s("CASE#3"))
        .key("sk", n(1))
        .build()
        .unwrap();
    let r = db
        .transact_get_items()
        .transact_items(TransactGetItem::builder().get(get).build());
    many.push(
        r.return_consumed_capacity(Capacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity,
    );

    one.extend(
        many.into_iter()
            .map(|tables| tables.and_then(|mut tables| tables.pop())),
    );
    for (i, consumed) in one.iter().enumerate() {
        let units = consumed.as_ref().and_then(|c| c.capacity_units());
        assert!(
            units.is_some_and(|units| units > 0.0),
            "operation {i}: {consumed:?}"
        );
    }
}

#[tokio::test]
async fn dynamodbs_limits_are_kept() {
    let world = World::new();
    let (_engine, db) = start(&world).await;
    let code = |e: aws_sdk_dynamodb::Error| format!("{e:?}");

    let large = "x".repeat(400 * 1024);
    let item = db
        .put_item()
        .table_name("Events")
        .item("pk", s("L"))
        .item("sk", n(1));
    let refused = item.item("body", s(&large)).send().await.unwrap_err();
    assert!(code(refused.into()).contains("Item size has exceeded the maximum allowed size"));

    let items = (0..101)
        .map(|i| append(&format!("T#{i}"), 1, "x"))
        .collect();
    let refused = db
        .transact_write_items()
        .set_transact_items(Some(items))
        .send()
        .await
        .unwrap_err();
    assert!(code(refused.into()).contains("length less than or equal to 100"));

    let body = "x".repeat(390 * 1024);
    let items = (0..11)
        .map(|i| append(&format!("T#{i}"), 1, &body))
        .collect();
    let refused = db
        .transact_write_items()
        .set_transact_items(Some(items))
        .send()
        .await
        .unwrap_err();
    assert!(code(refused.into()).contains("4MB limit"));
    let items = (0..10).map(|i| append("Q", i, &body)).collect();
    db.transact_write_items()
        .set_transact_items(Some(items))
        .send()
        .await
        .unwrap();

    // A page of 1 MB: the item that would go past it is left for the next.
    let query = db
        .query()
        .table_name("Events")
        .key_condition_expression("pk = :p");
    let page = query
        .expression_attribute_values(":p", s("Q"))
        .send()
        .await
        .unwrap();
    assert_eq!(page.count(), 2);
    assert!(page.last_evaluated_key().is_some());
    let page = db.scan().table_name("Events").send().await.unwrap();
    assert_eq!(page.count(), 2);
}
