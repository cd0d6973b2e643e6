use passkeys::passkeys;

#[passkeys(rp_id = "Example.com", origins = ["https://example.com"])]
#[derive(Clone)]
struct App;

fn main() {}
