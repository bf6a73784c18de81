//! The whole record verified and signed, in one call.
//!
//! What was verified is kept in memory alone, so that nothing is signed on another's word: a
//! checkpoint that doesn't come to its end in time has signed nothing, and the tool takes one
//! without a limit of time.

use casefold_events::DocketNumber;
use serde::Serialize;
use tokio::sync::watch as told;

use super::error::TaskError;
use super::figures::Figures;
use super::{Quiet, Worker};
use crate::verify::take::{Taken, Told};
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
    #[serde(flatten)]
    told: Told,
    verified: VerifyReport,
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
        match taken {
            Taken::Written { .. } | Taken::Unchanged(_) | Taken::Empty => Ok(Done {
                told: taken.told(),
                verified,
            }),
            Taken::Found => {
                figures.checkpoint_refused = 1;
                Err(TaskError::NotSigned(findings(&verified)))
            }
            Taken::Stopped => Err(TaskError::NotHere(stopped(&verified))),
        }
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
