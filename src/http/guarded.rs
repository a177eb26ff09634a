//! A request's work, guarded: a panic or a stall in it becomes an answer and never a dropped connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

/// What became of a request whose work gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The code is wrong; the panic is in the log.
    Panicked,
    /// It took longer than an answer may.
    TooSlow,
}

/// Runs the work, up to a limit of time.
pub async fn run<F: Future>(work: F, limit: Duration) -> Result<F::Output, Fault> {
    match tokio::time::timeout(limit, Caught(pin!(work))).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Fault::TooSlow),
    }
}

struct Caught<'a, F>(Pin<&'a mut F>);

impl<F: Future> Future for Caught<'_, F> {
    type Output = Result<F::Output, Fault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // What panicked is not polled again.
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(Fault::Panicked)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_panic_and_a_stall_are_faults_and_work_passes() {
        let limit = Duration::from_millis(20);

        assert_eq!(run(async { 7 }, limit).await, Ok(7));
        assert_eq!(run(std::future::pending::<()>(), limit).await, Err(Fault::TooSlow));
        assert_eq!(run(async { panic!("on purpose") }, limit).await, Err::<(), _>(Fault::Panicked));
    }
}
