use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com", "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA"],
    android_apps = ["https://play.google.com/store/apps/details?id=com.example.app"],
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
