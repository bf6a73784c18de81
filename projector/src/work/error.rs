//! Why a task is not done. Each reason has a stable code, for whatever called the worker.

use casefold_shared::gateway::{BoxError, StoreError};
use casefold_shared::generations::NotSafe;
use casefold_shared::generations::change::StepError;
use casefold_shared::signing::SignError;

use crate::projections::KnownError;
use crate::rebuild::reconcile::ReconcileError;
use crate::rebuild::{RebuildError, RebuildStatus, WorkError};
use crate::verify::take::TakeError;

/// Why a task is not done. What was done of it stays, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// It can't be done as it was asked for; another try won't mend that. Code
    /// `Casefold.BadTask`.
    #[error("{0}")]
    BadTask(String),
    /// It is not safe, or makes no sense as things stand. Nothing was changed. Code
    /// `Casefold.NotSafe`.
    #[error(transparent)]
    NotSafe(#[from] NotSafe),
    /// A rebuild can't be completed before its segments are at their end. Code
    /// `Casefold.NotEnded`.
    #[error("{} of {} segments are at their end; work on the others first", .0.segments_ended, .0.segments)]
    NotEnded(Box<RebuildStatus>),
    /// The record is not what it was, so it was not signed. Code `Casefold.NotSigned`.
    #[error("{0}")]
    NotSigned(String),
    /// Something is wrong that may pass: the same task goes on a moment later. Code
    /// `Casefold.MayPass`.
    #[error("{0}")]
    MayPass(String, #[source] BoxError),
    /// Something is wrong that another try won't mend. Code `Casefold.Failed`.
    #[error("{0}")]
    Failed(String, #[source] BoxError),
    /// It can't be done here. Code `Casefold.Failed`.
    #[error("{0}")]
    NotHere(String),
}

impl TaskError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadTask(_) => "Casefold.BadTask",
            Self::NotSafe(_) => "Casefold.NotSafe",
            Self::NotEnded(_) => "Casefold.NotEnded",
            Self::NotSigned(_) => "Casefold.NotSigned",
            Self::MayPass(..) => "Casefold.MayPass",
            Self::Failed(..) | Self::NotHere(_) => "Casefold.Failed",
        }
    }

    fn by_whether_it_may_pass(may_pass: bool, error: impl Into<BoxError>) -> Self {
        let error = error.into();
        let told = error.to_string();
        match may_pass {
            true => Self::MayPass(told, error),
            false => Self::Failed(told, error),
        }
    }
}

impl From<StoreError> for TaskError {
    fn from(error: StoreError) -> Self {
        Self::by_whether_it_may_pass(error.may_pass(), error)
    }
}

impl From<KnownError> for TaskError {
    fn from(error: KnownError) -> Self {
        match error {
            KnownError::Store(error) => error.into(),
            KnownError::NoProjection(..)
            | KnownError::NotEstablished(_)
            | KnownError::NoGeneration { .. } => Self::BadTask(error.to_string()),
        }
    }
}

impl From<StepError> for TaskError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::NotSafe(refused) => refused.into(),
            StepError::Unknown(_) => Self::BadTask(error.to_string()),
            StepError::Store(error) => error.into(),
        }
    }
}

impl From<WorkError> for TaskError {
    fn from(error: WorkError) -> Self {
        use crate::rebuild::segments::Failure as _;

        match error {
            WorkError::Store(error) => error.into(),
            WorkError::NotOfThisBuild(_) => Self::BadTask(error.to_string()),
            WorkError::Advance(_) => Self::by_whether_it_may_pass(error.may_pass(), error),
        }
    }
}

impl From<RebuildError> for TaskError {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Step(error) => error.into(),
            RebuildError::Work(error) => error.into(),
            RebuildError::NoSegment(..) => Self::BadTask(error.to_string()),
            RebuildError::NotEnded(status) => Self::NotEnded(Box::new(status)),
        }
    }
}

impl From<ReconcileError> for TaskError {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::Step(error) => error.into(),
            ReconcileError::Work(error) => error.into(),
        }
    }
}

impl From<TakeError> for TaskError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Store(error) => error.into(),
            TakeError::Sign(error) => error.into(),
            TakeError::NumberTaken(_) => Self::by_whether_it_may_pass(true, error),
        }
    }
}

impl From<SignError> for TaskError {
    fn from(error: SignError) -> Self {
        let may_pass = matches!(error, SignError::Service(_));
        Self::by_whether_it_may_pass(may_pass, error)
    }
}
