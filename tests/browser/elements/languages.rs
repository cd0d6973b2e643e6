//! Languages and directions of the elements.

use serde_json::{Value, json};

use super::site::{ALL, ORIGIN, at_pages, on_a_page, page, sign_up};
use crate::{pictures::pictures, support::this_device};

const LANGUAGES: [(&str, &str); 6] = [
    ("ar", "تسجيل الدخول بمفتاح المرور"),
    ("de", "Mit Passkey anmelden"),
    ("en", "Sign in with a passkey"),
    ("es", "Iniciar sesión con una llave de acceso"),
    ("fr", "Se connecter avec une clé d’accès"),
    ("ja", "パスキーでログイン"),
];

#[test]
fn elements_speak_the_language_of_the_page_and_follow_its_changes() {
    on_a_page("<passkey-sign-in></passkey-sign-in>", async |visit, _| {
        for (language, words) in LANGUAGES {
            visit
                .script(&format!("document.documentElement.lang = '{language}'"))
                .await;
            visit.sees(words).await;
        }
        // Of a region, of a script, unknown.
        for (tag, words) in [
            ("de-AT", LANGUAGES[1].1),
            ("fr-Latn-CA", LANGUAGES[4].1),
            ("xx", LANGUAGES[2].1),
            ("ES", LANGUAGES[3].1),
            ("", LANGUAGES[2].1),
        ] {
            visit
                .script(&format!("document.documentElement.lang = '{tag}'"))
                .await;
            visit.sees(words).await;
        }
        // The attribute of the element itself, and of a part of the page around a shadow tree.
        visit
            .script("document.querySelector('passkey-sign-in').lang = 'fr'")
            .await;
        visit.sees(LANGUAGES[4].1).await;
        visit
            .script(
                "const section = document.createElement('section');
                 section.lang = 'ja';
                 const host = document.createElement('div');
                 host.attachShadow({ mode: 'open' }).append(document.createElement('passkey-sign-in'));
                 section.append(host);
                 document.body.append(section);",
            )
            .await;
        visit.sees(LANGUAGES[5].1).await;
    });
}

#[test]
fn every_language_has_every_text_with_its_gaps() {
    on_a_page("", async |visit, _| {
        let modules = visit
            .script_async(
                "const { languages } = await import('/auth/passkeys/elements.js');
                 const own = document.createElement('passkey-list');
                 document.body.append(own);
                 const flat = ({ errors, ...texts }) => ({ ...texts, ...errors });
                 const all = { en: flat(own.t) };
                 for (const language of languages()) {
                   if (language === 'en') continue;
                   all[language] = flat((await import(`/auth/passkeys/texts/${language}.js`)).default);
                 }
                 return all;",
            )
            .await;
        let modules = modules.as_object().unwrap();
        let mut languages: Vec<_> = modules.keys().map(String::as_str).collect();
        languages.sort_unstable();
        assert_eq!(languages, LANGUAGES.map(|(language, _)| language));
        let english = modules["en"].as_object().unwrap();
        assert!(english.len() > 70, "{}", english.len());
        for (language, texts) in modules {
            let texts = texts.as_object().unwrap();
            assert_eq!(texts.len(), english.len(), "{language}");
            for (name, words) in english {
                let [ours, theirs] = [words, &texts[name]].map(|it| it.as_str().unwrap());
                assert!(!theirs.trim().is_empty(), "{language}: {name}");
                assert_eq!(gaps(ours), gaps(theirs), "{language}: {name}");
                let same = ["direction", "deviceName"].contains(&name.as_str());
                assert!(
                    language == "en" || same || ours != theirs || ours.starts_with('{'),
                    "{language}: {name}"
                );
            }
        }
    });
}

/// Returns the names in braces.
fn gaps(text: &str) -> Vec<&str> {
    let mut gaps: Vec<_> = text
        .split('{')
        .skip(1)
        .map(|it| it.split('}').next().unwrap())
        .collect();
    gaps.sort_unstable();
    gaps
}

#[test]
fn language_whose_texts_do_not_load_falls_back_on_english() {
    on_a_page("", async |visit, _| {
        visit
            .script(
                "document.documentElement.lang = 'it';
                 document.body.append(document.createElement('passkey-sign-in'));",
            )
            .await;
        visit.sees("Sign in with a passkey").await;
        let lang = "return deep('[part=root]')[0].lang";
        // A screen reader pronounces it as English.
        assert_eq!(visit.script(lang).await, "en");
    });
}

#[test]
fn language_with_the_name_of_a_member_of_objects_falls_back_on_english() {
    let element = "<div lang=constructor><passkey-sign-in></passkey-sign-in></div>";
    on_a_page(element, async |visit, _| {
        visit.sees("Sign in with a passkey").await;
        let lang = "return deep('[part=root]')[0].lang";
        assert_eq!(visit.script(lang).await, "en");
    });
}

#[test]
fn application_changes_texts_and_adds_languages() {
    on_a_page("<passkey-sign-in></passkey-sign-in>", async |visit, _| {
        let told = visit
            .script_async(
                "const { addTexts, languages } = await import('/auth/passkeys/elements.js');
                 addTexts('en', { signIn: 'Enter', errors: { cancelled: 'Never mind', our_code: 'Ours' } });
                 addTexts('it', { signIn: 'Accedi' });
                 addTexts('de-CH', { signIn: 'Mit Passkey einloggen' });
                 return languages();",
            )
            .await;
        assert_eq!(
            told,
            json!(["ar", "de", "de-ch", "en", "es", "fr", "it", "ja"])
        );
        visit.sees("Enter").await;
        for (language, words, other) in [
            ("it", "Accedi", "Your device knows your account"),
            (
                "de-CH",
                "Mit Passkey einloggen",
                "Ihr Gerät kennt Ihr Konto",
            ),
            ("de", "Mit Passkey anmelden", "Ihr Gerät kennt Ihr Konto"),
        ] {
            visit
                .script(&format!("document.documentElement.lang = '{language}'"))
                .await;
            visit.sees(words).await;
            visit.sees(other).await;
        }
        // Of one element only.
        visit
            .script("document.querySelector('passkey-sign-in').texts = { signIn: 'Hinein' }")
            .await;
        visit.sees("Hinein").await;
    });
}

/// Where the text of the page begins on the right, so do the rows, and the buttons are on the left.
#[test]
fn list_is_mirrored_from_right_to_left() {
    let pages = [("/", page("en", ALL)), ("/ar", page("ar", ALL))];
    at_pages(&pages, async |visit, _| {
        sign_up(visit, "Ada").await;
        let order = "const [icon, buttons] = ['.badge', '.actions'].map((it) => deep(it)[0].getBoundingClientRect().x);
                     return icon < buttons";
        assert_eq!(visit.script(order).await, true);
        visit.go_to(&format!("{ORIGIN}/ar")).await;
        visit.sees("تاريخ الإنشاء").await;
        assert_eq!(visit.script(order).await, false);
        pictures(visit, "elements-ar").await;

        // A name in the other direction does not change the order of the words around it.
        visit
            .press(&format!("إعادة تسمية \u{2068}{}\u{2069}", this_device()))
            .await;
        visit.fill("الاسم", "Laptop").await;
        visit.press("حفظ").await;
        visit.hears("الاسم الجديد: «\u{2068}Laptop\u{2069}».").await;
    });
}

/// A part of the page in another language than the rest, without a direction of its own.
#[test]
fn direction_is_that_of_the_texts_where_the_page_gives_none() {
    on_a_page(
        "<passkey-sign-in lang=ar></passkey-sign-in>",
        async |visit, _| {
            let direction = async |expected: Value| {
                let direction = "return [deep('[part=root]')[0].dir, getComputedStyle(deep('#sign-in')[0]).direction]";
                visit
                    .until(&format!("{expected}"), async || {
                        visit.script(direction).await == expected
                    })
                    .await;
            };
            direction(json!(["rtl", "rtl"])).await;
            visit
                .script("document.querySelector('passkey-sign-in').dir = 'ltr'")
                .await;
            direction(json!(["", "ltr"])).await;
        },
    );
}
