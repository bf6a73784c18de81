use super::*;

const ROLE: &str = "arn:aws:iam::123456789012:role/court-worker";
const TABLE: &str = "arn:aws:dynamodb:eu-central-1:123456789012:table/court-events";

fn says(policy: &str, action: &str, context: &Context) -> Says {
    let request = Request {
        action,
        resource: TABLE,
        principal: ROLE,
        context,
    };
    Policy::parse(policy).unwrap().says(&request)
}

#[test]
fn a_star_takes_any_text_and_a_question_mark_one_character() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("a*c", "abbc", true),
        ("a*c", "abb", false),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("*/stream/*", "table/x/stream/2026", true),
        ("a*b*c", "a1b2b3c", true),
        ("abc", "abcd", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn what_nothing_allows_is_not_allowed_and_a_denial_is_stronger() {
    let policy = r#"{"Statement":[
        {"Sid":"All","Effect":"Allow","Action":"dynamodb:*","Resource":"*"},
        {"Sid":"Not","Effect":"Deny","Action":["dynamodb:UpdateItem","dynamodb:PartiQL*"],
         "Resource":"arn:aws:dynamodb:*:*:table/court-events"}]}"#;
    let none = Context::new();
    assert_eq!(
        says(policy, "dynamodb:PutItem", &none),
        Says::Allowed("All".to_owned())
    );
    assert_eq!(
        says(policy, "dynamodb:updateitem", &none),
        Says::Denied("Not".to_owned())
    );
    assert_eq!(
        says(policy, "dynamodb:PartiQLUpdate", &none),
        Says::Denied("Not".to_owned())
    );
    assert_eq!(says(policy, "kms:Sign", &none), Says::Nothing);
}

#[test]
fn conditions_are_about_the_request_or_about_who_asks() {
    let policy = format!(
        r#"{{"Statement":[
        {{"Sid":"Via","Effect":"Allow","Action":"kms:Decrypt","Resource":"*",
          "Condition":{{"StringEquals":{{"kms:ViaService":["a","b"]}}}}}},
        {{"Sid":"Others","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",
          "Condition":{{"ArnNotEquals":{{"aws:PrincipalArn":["{ROLE}"]}}}}}},
        {{"Sid":"Clear","Effect":"Deny","Action":"sqs:*","Resource":"*",
          "Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}]}}"#
    );
    let through = context([("kms:ViaService", "b"), ("aws:SecureTransport", "false")]);
    let none = Context::new();
    assert_eq!(
        says(&policy, "kms:Decrypt", &through),
        Says::Allowed("Via".to_owned())
    );
    assert_eq!(says(&policy, "kms:Decrypt", &none), Says::Nothing);
    assert_eq!(says(&policy, "s3:GetObject", &none), Says::Nothing);
    assert_eq!(
        says(&policy, "sqs:SendMessage", &through),
        Says::Denied("Clear".to_owned())
    );
}

#[test]
fn an_accounts_root_stands_for_its_roles_and_a_service_for_none() {
    let of = |principal: &str| {
        let policy = format!(
            r#"{{"Statement":{{"Sid":"It","Effect":"Allow","Principal":{principal},"Action":"kms:Sign","Resource":"*"}}}}"#
        );
        says(&policy, "kms:Sign", &Context::new())
    };
    let allowed = Says::Allowed("It".to_owned());
    assert_eq!(of(r#"{"AWS":"arn:aws:iam::123456789012:root"}"#), allowed);
    assert_eq!(of(r#""*""#), allowed);
    assert_eq!(
        of(r#"{"AWS":"arn:aws:iam::999999999999:root"}"#),
        Says::Nothing
    );
    assert_eq!(of(r#"{"Service":"logs.amazonaws.com"}"#), Says::Nothing);
}

#[test]
fn what_this_reader_does_not_know_is_not_judged() {
    for policy in [
        r#"{"Statement":[{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*",
            "Condition":{"NumericLessThan":{"a":"1"}}}]}"#,
        r#"{"Statement":[{"Effect":"Perhaps","Action":"s3:*","Resource":"*"}]}"#,
        "{}",
        "",
    ] {
        assert!(Policy::parse(policy).is_err(), "{policy}");
    }
}
