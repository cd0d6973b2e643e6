use passkeys::profile;

fn main() {
    let _ = profile!(App, "security_key");
}
