use passkeys::passkeys;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
#[derive(Clone)]
struct App;

fn main() {}
