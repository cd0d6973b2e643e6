//! Screenshots of every state of the pages, in `target/tmp/pictures`, which must not overflow.

use super::{ADD, CREATE, SIGN_IN, sign_in, sign_out, sign_up};
use crate::support::{Authenticator, Kind, Site, Visit, in_browser, this_device};

const DESKTOP: (u32, u32) = (1120, 800);
const PHONE: (u32, u32) = (390, 844);
const SMALL_PHONE: (u32, u32) = (360, 640);

/// The narrowest screen without horizontal scrolling (WCAG 2.2, 1.4.10).
const NARROWEST: (u32, u32) = (320, 640);

/// Takes screenshots for desktop and phone, in light and dark.
pub(crate) async fn pictures(visit: &Visit<impl Site>, name: &str) {
    fits(visit, name, NARROWEST, false).await;
    fits(visit, name, SMALL_PHONE, false).await;
    for (device, screen) in [("desktop", DESKTOP), ("phone", PHONE)] {
        for (scheme, dark) in [("light", false), ("dark", true)] {
            fits(visit, name, screen, dark).await;
            visit.picture(&format!("{name}-{device}-{scheme}")).await;
        }
    }
}

async fn fits(visit: &Visit<impl Site>, name: &str, (width, height): (u32, u32), dark: bool) {
    visit.screen(width, height, dark).await;
    let overflows = "return document.documentElement.scrollWidth > innerWidth";
    let overflows = visit.script(overflows).await;
    assert_eq!(overflows, false, "{name} fits into {width} pixels");
}

#[test]
fn quickstart_pictures_fit_every_screen() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.plug_in_unattended(&visit.browser).await;
        visit.open().await;
        pictures(visit, "1-welcome").await;

        visit.press(SIGN_IN).await;
        visit.sees("Waiting for your device…").await;
        pictures(visit, "2-waiting").await;

        laptop.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        laptop.recognise(&visit.browser, false).await;
        visit.fill("Your name", "Ada Lovelace").await;
        visit.press(CREATE).await;
        visit.is_warned("No account was created").await;
        pictures(visit, "3-cancelled").await;

        laptop.recognise(&visit.browser, true).await;
        sign_up(visit, "Ada Lovelace").await;
        pictures(visit, "4-only-one").await;
        sign_out(visit).await;
        sign_in(visit, "Ada Lovelace").await;
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.press(ADD).await;
        visit.hears("Passkey added.").await;
        visit.server.made_by_known_providers().await;
        visit.open().await;
        pictures(visit, "4-passkeys").await;
        visit.press(ADD).await;
        visit.is_warned("This device already has a passkey").await;
        pictures(visit, "5-already-registered").await;

        visit.press("Rename Security key").await;
        pictures(visit, "6-rename").await;
        visit
            .fill("Name", "Yellow key with a long name, in the drawer at home")
            .await;
        visit.press("Save").await;
        visit.hears("Renamed").await;
        pictures(visit, "7-renamed").await;
        visit.press(&format!("Delete {}", this_device())).await;
        pictures(visit, "8-delete").await;
        visit.press("Keep it").await;

        sign_out(visit).await;
        visit.fill("Your name", "Ada Lovelace").await;
        visit.press(CREATE).await;
        visit.sees("This name is taken.").await;
        pictures(visit, "9-name-taken").await;
    });
}
