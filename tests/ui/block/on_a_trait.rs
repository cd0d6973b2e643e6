use passkeys::passkeys;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
trait Hooks {}

fn main() {}
