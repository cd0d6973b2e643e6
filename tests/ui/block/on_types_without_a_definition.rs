use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

trait Named {
    type App;
}

impl Named for App {
    type App = Self;
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl &App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl &'static App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl (App,) {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl [App; 1] {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl dyn std::fmt::Debug {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl fn() -> App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl <App as Named>::App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
