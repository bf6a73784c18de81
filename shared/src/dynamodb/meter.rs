//! What the requests cost: capacity units as DynamoDB reports them, and tries.

use std::sync::Arc;

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

use crate::gateway::{Account, Consumed};

/// Sums what all requests of a client cost, and charges each to the account of the work that
/// sent it. It asks every request for its cost by itself, so none can be forgotten.
///
/// A request whose condition fails is billed too, and DynamoDB doesn't say how much: it is
/// counted as a request, without its units.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    sums: Arc<Account>,
    /// A second meter of a client leaves the account to the first.
    charges: bool,
}

impl Meter {
    /// The meter of a client.
    pub(super) fn of_client() -> Self {
        Self {
            sums: Arc::default(),
            charges: true,
        }
    }

    /// A meter of a client that has one.
    pub(super) fn beside_another() -> Self {
        Self {
            sums: Arc::default(),
            charges: false,
        }
    }

    pub(super) fn consumed(&self) -> Consumed {
        self.sums.consumed()
    }

    fn charge(&self, charge: impl Fn(&Account)) {
        charge(&self.sums);
        if self.charges {
            Account::charge(charge);
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

/// For each operation: ask for its cost, and add it to its sum.
macro_rules! metered {
    ($($operation:ident: $input:ident -> $output:ident => $kind:ident),+ $(,)?) => {
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
                self.charge(Account::request);
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
                    let units = output.consumed_capacity.units();
                    self.charge(|account| account.$kind(units));
                    return Ok(());
                })+
                Ok(())
            }
        }
    };
}

metered! {
    put_item: PutItemInput -> PutItemOutput => write,
    update_item: UpdateItemInput -> UpdateItemOutput => write,
    delete_item: DeleteItemInput -> DeleteItemOutput => write,
    batch_write_item: BatchWriteItemInput -> BatchWriteItemOutput => write,
    transact_write_items: TransactWriteItemsInput -> TransactWriteItemsOutput => write,
    get_item: GetItemInput -> GetItemOutput => read,
    batch_get_item: BatchGetItemInput -> BatchGetItemOutput => read,
    query: QueryInput -> QueryOutput => read,
    scan: ScanInput -> ScanOutput => read,
}
