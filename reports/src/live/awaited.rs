//! What a mark of the bench means to who waits for the client, in a line: the terminal and the page
//! say the same.

use serde_json::Value;

use crate::texts::Lang;

/// What the bench did, and what is awaited of the client; none when there is nothing to tell.
pub fn awaited(mark: &Value, lang: Lang) -> Option<String> {
    let text = |name: &str| mark[name].as_str().unwrap_or_default();
    Some(match (mark["what"].as_str()?, lang) {
        ("deposited", lang) => {
            let (number, files) =
                (text("number"), mark["attachments"].as_array().map_or(0, Vec::len));
            match lang {
                Lang::Fr => format!(
                    "+ télédossier {number} déposé, {files} pièces : le client doit le relever"
                ),
                Lang::En => format!(
                    "+ folder {number} deposited, {files} attachments: the client has to fetch it"
                ),
            }
        }
        ("event_sent", Lang::Fr) => {
            format!("+ événement {} envoyé : le client doit le relever", text("action"))
        }
        ("event_sent", Lang::En) => {
            format!("+ event {} sent: the client has to fetch it", text("action"))
        }
        ("armed", Lang::Fr) => format!("! le banc {}", text("fault")),
        ("armed", Lang::En) => format!("! the bench misbehaves: {}", text("fault")),
        ("pass_ended", lang) => match mark["why"].as_str()? {
            "done" => lang.pick("✓ tout est traité", "✓ all is done"),
            "exited" => lang.pick("· le client s'est terminé", "· the client has ended"),
            _ => lang.pick("… le délai est passé", "… the time is over"),
        }
        .to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deposit_says_what_is_awaited() {
        let mark = serde_json::json!({
            "what": "deposited", "number": "DGS-CERTDC-1", "attachments": [{}, {}]
        });
        let told = |lang| awaited(&mark, lang).unwrap();
        assert!(told(Lang::Fr).contains("DGS-CERTDC-1 déposé, 2 pièces"));
        assert!(told(Lang::En).contains("DGS-CERTDC-1 deposited, 2 attachments"));
    }
}
