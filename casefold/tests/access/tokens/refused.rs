//! Tokens that must not be accepted. All but those whose point is the signature are signed by a
//! key that counts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::issuer::{Answers, Issuer, SigningKey, in_seconds};
use super::{ACCEPTED, ASKED, ISSUER, NAME, USER, assert_refused, claims, with_token};
use crate::court::{Ask, Court};

/// A public RSA key whose private half nobody has any more.
const RSA_MODULUS: &str = "oK5AbBBktfCr5Fomd7CXT84CmyWItTteIDy0OXiYm3HAdfEWakwpC3XM-QjJsxNyLjiCwSoNwg14F1iSnQaawxN0WVGTloLxG66-vjji6qNbLifMIp_LJvldhIGItrRX1DnVZmGbLpdvhO6sQozfjv2_Qf8M2je1aElZw-60_8VXsvj9GMOGgVM-_7OGGb1LKmNboxJS0jwCPYH0QTC2r7HtDcjpzax9FUJWqk3LgHGL6k0NFtLm12F8vrOosyhaA0vUAv2nFe79balinMPCDsP2xpzfBRintRETvtJ7Muq5v4lnnghZZjys9SEohiz68NUz_rrZuv_XH1x4LhnEnw";

const MALFORMED: &str = "TOKEN_MALFORMED";
const UNKNOWN_KEY: &str = "TOKEN_KEY_UNKNOWN";
const WRONG_ALGORITHM: &str = "TOKEN_ALGORITHM_REFUSED";
const BAD_SIGNATURE: &str = "TOKEN_SIGNATURE_INVALID";
const BAD_CLAIM: &str = "TOKEN_CLAIM_INVALID";

struct Keys {
    ed: SigningKey,
    ec: SigningKey,
    /// Not the issuer's, though it bears the name of one of its keys.
    foreign: SigningKey,
    unknown: SigningKey,
}

fn keys() -> Keys {
    Keys {
        ed: SigningKey::ed25519("ed", 7),
        ec: SigningKey::p256("ec", 7),
        foreign: SigningKey::ed25519("ed", 8),
        unknown: SigningKey::ed25519("unknown", 9),
    }
}

fn rsa() -> Value {
    json!({"kty": "RSA", "kid": "rsa", "n": RSA_MODULUS, "e": "AQAB"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

/// The claims as text, with one that is said twice, first otherwise.
fn twice(name: &str, first: Value) -> String {
    claims()
        .to_string()
        .replacen('{', &format!("{{\"{name}\":{first},"), 1)
}

/// Claims that don't make anybody known.
fn by_claims(keys: &Keys) -> Vec<(String, String, &'static str)> {
    let mut tokens: Vec<(String, Value, &'static str)> = vec![
        (
            "expired".into(),
            with("exp", json!(in_seconds(-40))),
            "TOKEN_EXPIRED",
        ),
        (
            "not yet".into(),
            with("nbf", json!(in_seconds(60))),
            "TOKEN_NOT_YET_VALID",
        ),
        (
            "elsewhere".into(),
            with("aud", json!("payroll")),
            "TOKEN_AUDIENCE_REFUSED",
        ),
        (
            "for nobody".into(),
            with("aud", json!([])),
            "TOKEN_AUDIENCE_REFUSED",
        ),
        (
            "no audience".into(),
            without("aud"),
            "TOKEN_AUDIENCE_REFUSED",
        ),
        (
            "other issuer".into(),
            with("iss", json!("https://id.example")),
            "TOKEN_ISSUER_REFUSED",
        ),
        (
            "an issuer that begins alike".into(),
            with("iss", json!(format!("{ISSUER}.example"))),
            "TOKEN_ISSUER_REFUSED",
        ),
        ("no issuer".into(), without("iss"), "TOKEN_ISSUER_REFUSED"),
    ];
    for name in ["exp", "sub", "role"] {
        tokens.push((format!("no {name}"), without(name), BAD_CLAIM));
        for value in [json!(null), json!(""), json!([]), json!({}), json!(true)] {
            // The library reads the subject as a text or a number.
            let is_unreadable = name == "sub" && (value.is_array() || value.is_object());
            let code = if is_unreadable { MALFORMED } else { BAD_CLAIM };
            tokens.push((format!("{name} is {value}"), with(name, value), code));
        }
    }
    for (name, value) in [
        ("role", json!("emperor")),
        ("role", json!("JUDGE")),
        ("role", json!("judge ")),
        ("role", json!(["judge"])),
        ("role", json!("docketclerk,judge")),
        ("sub", json!("two words")),
        ("sub", json!("a\nline")),
        ("sub", json!("x".repeat(129))),
        ("sub", json!(7)),
        ("exp", json!("4102444800")),
        ("nbf", json!("now")),
        ("name", json!(["Onna Thisname"])),
    ] {
        tokens.push((format!("{name} is {value}"), with(name, value), BAD_CLAIM));
    }
    let mut renamed = without("role");
    renamed["roles"] = json!(["judge"]);
    tokens.push(("roles in place of role".into(), renamed, BAD_CLAIM));
    let by_ed = |(what, claims, code): (String, Value, _)| (what, keys.ed.token(&claims), code);
    let mut all: Vec<_> = tokens.into_iter().map(by_ed).collect();
    for (name, first) in [
        ("role", json!("judge")),
        ("role", json!("docketclerk")),
        ("sub", json!("somebody")),
        ("exp", json!(in_seconds(3_600))),
        ("aud", json!("payroll")),
        ("iss", json!("https://id.example")),
    ] {
        let header = keys.ed.header().to_string();
        let token = keys.ed.signed(&header, &twice(name, first));
        all.push((format!("{name} twice"), token, MALFORMED));
    }
    all
}

/// Signatures that are none, or not those of the key that is named.
fn by_signature(keys: &Keys) -> Vec<(String, String, &'static str)> {
    let mut all = Vec::new();
    let mut add = |what: &str, token: String, code| all.push((what.to_owned(), token, code));
    let unsigned = |header: Value, signature: &str| {
        let parts = [header.to_string(), claims().to_string()];
        let [header, claims] = parts.map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{claims}.{signature}")
    };
    for name in ["none", "None", "NONE", "nOnE", "", "null"] {
        for signature in ["", "AAAA"] {
            let header = json!({"alg": name, "typ": "JWT", "kid": "ed"});
            add("unsigned", unsigned(header, signature), MALFORMED);
        }
    }
    add(
        "no alg",
        unsigned(json!({"typ": "JWT", "kid": "ed"}), "AAAA"),
        MALFORMED,
    );
    add(
        "no signature",
        unsigned(keys.ed.header(), ""),
        BAD_SIGNATURE,
    );
    add(
        "a foreign key",
        keys.foreign.token(&claims()),
        BAD_SIGNATURE,
    );
    add("an unknown key", keys.unknown.token(&claims()), UNKNOWN_KEY);
    // The old trick: what is public, as if it were a secret.
    let modulus = URL_SAFE_NO_PAD.decode(RSA_MODULUS).unwrap();
    let ed = URL_SAFE_NO_PAD
        .decode(keys.ed.public()["x"].as_str().unwrap())
        .unwrap();
    for (id, secret) in [
        ("rsa", modulus.as_slice()),
        ("rsa", RSA_MODULUS.as_bytes()),
        ("rsa", rsa().to_string().as_bytes()),
        ("ed", ed.as_slice()),
        ("ec", keys.ec.public().to_string().as_bytes()),
    ] {
        let token = SigningKey::secret(id, secret).token(&claims());
        add("a public key as a secret", token, WRONG_ALGORITHM);
    }
    // One key's algorithm with another's id, whatever the signature is.
    for (algorithm, id) in [
        ("RS256", "ec"),
        ("RS256", "ed"),
        ("PS256", "rsa"),
        ("ES384", "ec"),
    ] {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": id});
        add(
            "another algorithm",
            unsigned(header, "AAAA"),
            WRONG_ALGORITHM,
        );
    }
    let swapped = json!({"alg": "ES256", "typ": "JWT", "kid": "ed"}).to_string();
    add(
        "another key",
        keys.ec.signed(&swapped, &claims().to_string()),
        WRONG_ALGORITHM,
    );
    // A signature of zeros, which a careless check of ES256 accepts (CVE-2022-21449).
    let zeros = URL_SAFE_NO_PAD.encode([0; 64]);
    add("zeros", unsigned(keys.ec.header(), &zeros), BAD_SIGNATURE);
    let good = keys.ed.token(&claims());
    let (front, signature) = good.rsplit_once('.').unwrap();
    let [header, _] = front.split_once('.').map(|(a, b)| [a, b]).unwrap();
    let judge = URL_SAFE_NO_PAD.encode(with("role", json!("judge")).to_string());
    add(
        "altered claims",
        format!("{header}.{judge}.{signature}"),
        BAD_SIGNATURE,
    );
    add(
        "half a signature",
        format!("{front}.{}", &signature[..40]),
        BAD_SIGNATURE,
    );
    add("more parts", format!("{good}.{signature}"), MALFORMED);
    add("padding", format!("{good}=="), MALFORMED);
    add(
        "five parts, as if encrypted",
        format!("{front}.a.b.{signature}"),
        MALFORMED,
    );
    all
}

/// Headers by which somebody would have another key, or other rules.
fn by_header(keys: &Keys, elsewhere: &str) -> Vec<(String, String, &'static str)> {
    let mut all = Vec::new();
    let mut add = |what: &str, signer: &SigningKey, extra: Value, code| {
        let mut header = signer.header();
        header
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let token = signer.signed(&header.to_string(), &claims().to_string());
        all.push((format!("{what} {extra}"), token, code));
    };
    // A key that comes with the token, or from where the token says.
    for (signer, code) in [(&keys.foreign, BAD_SIGNATURE), (&keys.unknown, UNKNOWN_KEY)] {
        add("a key", signer, json!({"jwk": signer.public()}), code);
        add("an address", signer, json!({"jku": elsewhere}), code);
        add("an address", signer, json!({"x5u": elsewhere}), code);
        add("a chain", signer, json!({"x5c": ["MIIB", "MIIC"]}), code);
    }
    // RFC 7515, section 4.1.11: what is critical and not understood is refused.
    for critical in [
        json!(["exp"]),
        json!(["b64"]),
        json!(["x-of-the-court"]),
        json!([]),
    ] {
        let extra = json!({"crit": critical, "b64": true, "x-of-the-court": 1});
        add("critical", &keys.ed, extra, "TOKEN_HEADER_REFUSED");
    }
    for id in [
        "../../../dev/null",
        "' OR 1=1 --",
        "ed\u{0}",
        "ED",
        "",
        "rsa ed",
    ] {
        add("an id", &keys.ed, json!({"kid": id}), UNKNOWN_KEY);
    }
    add(
        "an id",
        &keys.ed,
        json!({"kid": "k".repeat(4_000)}),
        UNKNOWN_KEY,
    );
    add("an id", &keys.ed, json!({"kid": 7}), MALFORMED);
    add("an id", &keys.ed, json!({"kid": null}), UNKNOWN_KEY);
    let twice = r#"{"alg":"none","alg":"EdDSA","typ":"JWT","kid":"ed"}"#;
    let token = keys.ed.signed(twice, &claims().to_string());
    all.push(("alg twice".to_owned(), token, MALFORMED));
    let twice = r#"{"alg":"EdDSA","kid":"unknown","typ":"JWT","kid":"ed"}"#;
    let token = keys.ed.signed(twice, &claims().to_string());
    all.push(("kid twice".to_owned(), token, MALFORMED));
    all
}

/// Texts that are no tokens, or too much.
fn by_form(keys: &Keys) -> Vec<(String, String, &'static str)> {
    let mut huge = claims();
    huge["more"] = json!("x".repeat(20_000));
    let header = keys.ed.header().to_string();
    let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
    vec![
        ("huge".into(), keys.ed.token(&huge), MALFORMED),
        ("deep".into(), keys.ed.signed(&header, &deep), MALFORMED),
        ("a list".into(), keys.ed.signed(&header, "[]"), MALFORMED),
        (
            "a text".into(),
            keys.ed.signed(&header, "\"judge\""),
            MALFORMED,
        ),
        (
            "no JSON".into(),
            keys.ed.signed(&header, "judge"),
            MALFORMED,
        ),
        ("nothing".into(), keys.ed.signed(&header, ""), MALFORMED),
        (
            "a header that is a list".into(),
            keys.ed.signed("[]", "{}"),
            MALFORMED,
        ),
        ("dots".into(), "..".into(), MALFORMED),
        ("a word".into(), "token".into(), MALFORMED),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_that_is_not_good_in_everything_is_accepted() {
    let keys = keys();
    let elsewhere = Issuer::publishing(Answers::keys(&[&keys.foreign, &keys.unknown])).await;
    let set = vec![rsa(), keys.ed.public(), keys.ec.public()];
    let issuer = Issuer::publishing(Answers::set(set)).await;
    let url = issuer.url();
    let court = Court::open_with(&["--jwks-url", &url, "--jwt-issuer", ISSUER]).await;
    // Else each refusal would say nothing.
    for key in [&keys.ed, &keys.ec] {
        assert_eq!(
            with_token(&court, &key.token(&claims())).await.status,
            ACCEPTED
        );
    }

    let mut tokens = by_claims(&keys);
    tokens.extend(by_signature(&keys));
    tokens.extend(by_header(&keys, &elsewhere.url()));
    tokens.extend(by_form(&keys));
    let mut differing = Vec::new();
    for (what, token, code) in &tokens {
        let answer = with_token(&court, token).await;
        if answer.status != 401 || answer.code() != *code {
            differing.push(format!(
                "{what}: {} {} in place of {code}",
                answer.status,
                answer.code()
            ));
        } else {
            assert_refused(&answer, code, what);
        }
        // What comes second doesn't make it good.
        let again = with_token(&court, token).await;
        assert_eq!(again.status, answer.status, "{what}");
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    println!("{} tokens refused", tokens.len());
    assert_eq!(elsewhere.asked(), 0, "nobody asks where a token says");

    let good = keys.ed.token(&claims());
    for name in ["access_token", "token"] {
        let answer = court.ask(&Ask::get(format!("{ASKED}?{name}={good}"))).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "TOKEN_MISSING")
        );
    }
    let two = Ask::get(ASKED)
        .by(&good)
        .header("authorization", format!("Bearer {good}"));
    assert_refused(&court.ask(&two).await, MALFORMED, "two headers");
    // Who is known by their own court's secret is not known by the issuer's keys.
    let local = court.token("clerk", casefold_events::vocabulary::Role::Judge, None);
    assert_eq!(with_token(&court, &local).await.status, 401);

    let log = court.log();
    assert!(
        log.contains("TOKEN_EXPIRED"),
        "the log has each refusal's code"
    );
    for personal in [USER, NAME, "emperor", good.rsplit_once('.').unwrap().1] {
        assert!(!log.contains(personal), "the log has {personal}");
    }
    court.close().await;
}
