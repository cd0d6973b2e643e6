//! The tests beside this file need a package whose features choose a cryptography provider.
