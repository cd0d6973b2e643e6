use passkeys::{passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    unsafe fn get_user(&mut self) {}

    const fn on_authenticated(self) {}
}

fn main() {}
