//! What Kazoo wants to be agreed to (402), as words: its answer lists what would be charged, by category and item.
//!
//! Pure. No document names a currency, so the amounts stand as they came (KZ-doc, 402).

use serde_json::Value;

use super::audian_wire::text;

/// What the data of a 402 ask for; `None` where they hold no amount.
pub(super) fn charges(data: &Value) -> Option<String> {
    let at_once = amount(data, "activation_charges").map(|amount| format!("{amount} at once"));
    let categories = data.as_object().into_iter().flatten();
    let items = categories.filter_map(|(_, items)| items.as_object()).flatten();
    let parts: Vec<String> = at_once.into_iter().chain(items.filter_map(item)).collect();
    (!parts.is_empty()).then(|| format!("the account would be charged {}", parts.join(", and ")))
}

/// One thing that costs, such as `1 × user at a rate of 2.5`.
fn item((name, item): (&String, &Value)) -> Option<String> {
    let rate = amount(item, "rate")?;
    Some(match amount(item, "quantity") {
        Some(quantity) => format!("{quantity} × {name} at a rate of {rate}"),
        None => format!("{name} at a rate of {rate}"),
    })
}

/// A number without the `.0` that Kazoo gives to whole ones.
fn amount(data: &Value, key: &str) -> Option<String> {
    let amount = text(data, &[key]);
    (!amount.is_empty()).then(|| amount.strip_suffix(".0").unwrap_or(&amount).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_of_a_charge_is_told() {
        for (data, said) in [
            (r#"{"activation_charges":5.0}"#, Some("5 at once")),
            (
                r#"{"ui_apps":{"numbers":{"quantity":1,"rate":2.0},"accounts":{"rate":"4.50"}},"activation_charges":5.25}"#,
                Some("5.25 at once, and accounts at a rate of 4.50, and 1 × numbers at a rate of 2"),
            ),
            (r#"{"users":{"user":{"quantity":3,"rate":0.5}}}"#, Some("3 × user at a rate of 0.5")),
            (r#"{"message":"This costs"}"#, None),
            (r#"{"users":{"user":{"quantity":3}}}"#, None),
            ("null", None),
        ] {
            let said = said.map(|said| format!("the account would be charged {said}"));
            assert_eq!(charges(&serde_json::from_str(data).expect(data)), said, "{data}");
        }
    }
}
