use passkeys::passkeys;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
mod app {}

fn main() {}
