//! Who may finish what, and when: every way in which a `state`, a session, a passkey or its counter
//! can be other than it was when the ceremony began. Each runs with every store there is.

mod parts;
mod slow;

mod between_begin_and_finish;
mod counters;
mod cut_off;
mod expiry;
mod race_of_registrations;
mod race_of_sign_ins;
mod replay;
mod swap;
mod tampering;
