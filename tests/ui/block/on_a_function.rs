use passkeys::passkeys;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
async fn get_user() {}

fn main() {}
