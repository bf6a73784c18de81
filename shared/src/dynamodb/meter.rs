//! What the requests cost: capacity units as DynamoDB reports them, and tries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::{
    batch_get_item, batch_write_item, delete_item, get_item, put_item, query, scan,
    transact_write_items, update_item,
};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

use crate::gateway::Consumed;

/// Sums what all requests of a client cost. It asks every request for its cost by itself,
/// so none can be forgotten.
///
/// A request whose condition fails is billed too, and DynamoDB doesn't say how much: it is
/// counted as a request, without its units.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter(Arc<Sums>);

/// Units are kept in halves, the smallest that DynamoDB bills, so that they are exact.
#[derive(Debug, Default)]
struct Sums {
    half_read_units: AtomicU64,
    half_write_units: AtomicU64,
    requests: AtomicU64,
}

impl Meter {
    pub(super) fn consumed(&self) -> Consumed {
        let load = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
        Consumed {
            read_units: load(&self.0.half_read_units) as f64 / 2.0,
            write_units: load(&self.0.half_write_units) as f64 / 2.0,
            requests: load(&self.0.requests),
        }
    }
}

/// Units are reported by table where a request is about several, else once.
trait Units {
    fn units(&self) -> f64;
}

impl Units for Option<ConsumedCapacity> {
    fn units(&self) -> f64 {
        self.as_ref()
            .and_then(|one| one.capacity_units)
            .unwrap_or_default()
    }
}

impl Units for Option<Vec<ConsumedCapacity>> {
    fn units(&self) -> f64 {
        self.iter()
            .flatten()
            .filter_map(|one| one.capacity_units)
            .sum()
    }
}

fn add(sum: &AtomicU64, capacity: &impl Units) {
    // Positive and far below 2^53: the cast keeps every half.
    sum.fetch_add((capacity.units() * 2.0).round() as u64, Ordering::Relaxed);
}

/// For each operation: ask for its cost, and add it to its sum.
macro_rules! metered {
    ($($operation:ident: $input:ident -> $output:ident => $sum:ident),+ $(,)?) => {
        impl Intercept for Meter {
            fn name(&self) -> &'static str {
                "Meter"
            }

            fn modify_before_serialization(
                &self,
                context: &mut BeforeSerializationInterceptorContextMut<'_>,
                _: &RuntimeComponents,
                _: &mut ConfigBag,
            ) -> Result<(), BoxError> {
                let input = context.input_mut();
                $(if let Some(input) = input.downcast_mut::<$operation::$input>() {
                    input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
                    return Ok(());
                })+
                Ok(())
            }

            fn read_before_transmit(
                &self,
                _: &BeforeTransmitInterceptorContextRef<'_>,
                _: &RuntimeComponents,
                _: &mut ConfigBag,
            ) -> Result<(), BoxError> {
                self.0.requests.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }

            fn read_after_deserialization(
                &self,
                context: &AfterDeserializationInterceptorContextRef<'_>,
                _: &RuntimeComponents,
                _: &mut ConfigBag,
            ) -> Result<(), BoxError> {
                let Ok(output) = context.output_or_error() else { return Ok(()) };
                $(if let Some(output) = output.downcast_ref::<$operation::$output>() {
                    add(&self.0.$sum, &output.consumed_capacity);
                    return Ok(());
                })+
                Ok(())
            }
        }
    };
}

metered! {
    put_item: PutItemInput -> PutItemOutput => half_write_units,
    update_item: UpdateItemInput -> UpdateItemOutput => half_write_units,
    delete_item: DeleteItemInput -> DeleteItemOutput => half_write_units,
    batch_write_item: BatchWriteItemInput -> BatchWriteItemOutput => half_write_units,
    transact_write_items: TransactWriteItemsInput -> TransactWriteItemsOutput => half_write_units,
    get_item: GetItemInput -> GetItemOutput => half_read_units,
    batch_get_item: BatchGetItemInput -> BatchGetItemOutput => half_read_units,
    query: QueryInput -> QueryOutput => half_read_units,
    scan: ScanInput -> ScanOutput => half_read_units,
}
