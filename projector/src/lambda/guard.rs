//! A panic is the failure of one invocation, and tells nothing of what it was about.

use casefold_shared::telemetry::panics::caught;
use lambda_runtime::Diagnostic;

/// Does the work of an invocation.
///
/// The runtime catches panics as well, and makes their message the function's answer. It may
/// hold anything, so it goes nowhere.
pub(super) async fn guarded<T>(
    work: impl Future<Output = Result<T, Diagnostic>>,
) -> Result<T, Diagnostic> {
    // In a box, for an optimizing compiler follows futures within futures only so deep.
    caught(Box::pin(work)).await.unwrap_or_else(|panicked| {
        Err(Diagnostic {
            error_type: "Casefold.Failed".to_owned(),
            error_message: panicked.to_string(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(work: impl Future<Output = Result<T, Diagnostic>>) -> Result<T, Diagnostic> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(guarded(work))
    }

    #[test]
    fn a_panic_is_an_error_that_says_nothing_of_its_message() {
        let name = "Vera Lindholm";
        let failed = run(async move {
            assert!(name.is_empty(), "{name} is no docket number");
            Ok(())
        });
        let Err(Diagnostic {
            error_type,
            error_message,
        }) = failed
        else {
            panic!("it fails")
        };
        assert_eq!(error_type, "Casefold.Failed");
        assert!(!error_message.contains("Vera"), "{error_message}");
        assert_eq!(run(async { Ok(7) }).unwrap(), 7);
    }
}
