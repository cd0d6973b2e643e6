//! Calls of the test kit, whose failures panic in the test and not in the library.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

/// Mistake of a test that a call of the test kit cannot return as a response.
pub(super) type Problem = String;

pin_project! {
    /// Future of a call of the test kit. A problem panics at the `.await` of the test.
    #[must_use = "futures do nothing unless they are awaited"]
    pub(super) struct Call<F> {
        #[pin]
        call: F,
    }
}

/// Makes a call whose problem panics where it is awaited.
pub(super) fn call<F>(call: F) -> Call<F> {
    Call { call }
}

impl<T, F: Future<Output = Result<T, Problem>>> Future for Call<F> {
    type Output = T;

    /// `.await` calls this directly, so that the caller is the line of the test.
    #[track_caller]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match ready!(self.project().call.poll(context)) {
            Ok(output) => Poll::Ready(output),
            Err(problem) => panic!("{problem}"),
        }
    }
}
