//! The whole record verified and signed, in one call.
//!
//! What was verified is kept in memory alone, so that nothing is signed on another's word: a
//! checkpoint that doesn't come to its end in time has signed nothing, and the tool takes one
//! without a limit of time.

use casefold_events::proof::checkpoint::Checkpoint;
use casefold_events::{Digest, DocketNumber};
use serde::Serialize;
use tokio::sync::watch as told;

use super::error::TaskError;
use super::figures::Figures;
use super::{Quiet, Worker};
use crate::verify::take::Taken;
use crate::verify::{Verify, VerifyConfig, VerifyReport};

/// How many segments are verified at once, and in how many there are.
const CONFIG: VerifyConfig = VerifyConfig {
    workers: 4,
    segments: 32,
};

/// How many findings are told in an error.
const NAMED: usize = 10;

/// What a checkpoint came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Done {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buckets_written: Option<usize>,
    verified: VerifyReport,
}

/// A checkpoint as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(flatten)]
    says: Checkpoint,
    hash: Digest,
}

impl Worker {
    pub(super) async fn checkpoint(
        &self,
        stop: &told::Receiver<bool>,
        figures: &mut Figures,
    ) -> Result<Done, TaskError> {
        let Some(open) = &self.signer else {
            return Err(TaskError::NotHere(
                "this function may not sign: CASEFOLD_CHECKPOINT_KMS_KEY names no key".to_owned(),
            ));
        };
        let signer = open().await?;
        let mut keys = self.trusted.clone();
        keys.push(signer.public_key().clone());
        let verify = Verify {
            stores: self.as_stored.clone(),
            checkpoints: self.checkpoints.clone(),
            keys,
            seen: Vec::new(),
            clock: self.clock.clone(),
        };
        let taken = verify.take_checkpoint(&*signer, CONFIG, &Quiet, stop);
        let (taken, verified) = taken.await?;
        let (outcome, signed, buckets_written) = match taken {
            Taken::Written { signed, buckets } => ("written", Some(signed), Some(buckets)),
            Taken::Unchanged(signed) => ("unchanged", Some(signed), None),
            Taken::Empty => ("empty", None, None),
            Taken::Found => {
                figures.checkpoint_refused = 1;
                return Err(TaskError::NotSigned(findings(&verified)));
            }
            Taken::Stopped => return Err(TaskError::NotHere(stopped(&verified))),
        };
        let checkpoint = signed.map(|signed| Shown {
            hash: signed.says.hash(),
            says: signed.says,
        });
        Ok(Done {
            outcome,
            checkpoint,
            buckets_written,
            verified,
        })
    }
}

fn stopped(verified: &VerifyReport) -> String {
    let scanned = verified.status.scanned;
    format!(
        "{} commits of {} cases were verified in the time that there was, which were not all, so \
         nothing was signed; run `casefold checkpoint`, which takes the time that it needs, or \
         give the function more memory",
        scanned.commits, scanned.cases
    )
}

fn findings(verified: &VerifyReport) -> String {
    let found = &verified.status.found;
    let named: Vec<DocketNumber> = found.named.iter().map(|it| it.docket_number).collect();
    let named: Vec<String> = named.iter().take(NAMED).map(ToString::to_string).collect();
    let cases = match found.broken {
        0 => String::new(),
        broken => format!(" of {broken} cases ({} …)", named.join(", ")),
    };
    let checkpoints = match verified.checkpoints.len() {
        0 => String::new(),
        checkpoints => format!(" of {checkpoints} checkpoints"),
    };
    let and = match (cases.is_empty(), checkpoints.is_empty()) {
        (false, false) => " and",
        _ => "",
    };
    format!(
        "the record is not what it was{cases}{and}{checkpoints}, so it was not signed; \
         `casefold verify` tells what is wrong"
    )
}
