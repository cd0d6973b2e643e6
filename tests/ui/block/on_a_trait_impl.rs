use passkeys::passkeys;

trait Hooks {
    fn name(&self) -> &str;
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Hooks for App {
    fn name(&self) -> &str {
        "app"
    }
}

fn main() {}
