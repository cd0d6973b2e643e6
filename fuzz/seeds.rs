//! Writes the seeds of the corpora: `cargo run --example seeds` in this folder.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash as _, Hasher as _},
};

fn main() -> std::io::Result<()> {
    for (target, input) in passkeys_fuzz::seeds() {
        let mut hasher = DefaultHasher::new();
        input.hash(&mut hasher);
        fs::create_dir_all(format!("corpus/{target}"))?;
        fs::write(format!("corpus/{target}/{:016x}", hasher.finish()), input)?;
    }
    Ok(())
}
