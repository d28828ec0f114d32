//! The page of a command (`--live`): shows what a view of `reports::live` shows on a board of
//! `live`, and hands the link over. What follows a run is told; nothing of it is waited for.

use std::net::SocketAddr;

use live::{Action, Board, Served, Site};
use reports::Lang;
use reports::live::Screen;

use crate::commands::fail;
use crate::exit::Exit;
use crate::output::hand_over;

/// What a view shows on. Cloning shares it.
#[derive(Clone, Default)]
pub(crate) struct OnBoard(Board);

impl Screen for OnBoard {
    fn show(&self, part: &str, content: String) {
        self.0.show(part, content);
    }

    fn add(&self, list: &str, item: String) {
        self.0.add(list, item);
    }
}

impl OnBoard {
    /// Serves its page, until what is given back is dropped.
    pub(crate) fn serve(
        &self,
        address: SocketAddr,
        site: Site,
        lang: Lang,
    ) -> Result<Served, Exit> {
        let site = Site { style: reports::live::style(), ..site };
        let served = live::serve(address, site, &self.0);
        let served = served.map_err(|error| fail(Exit::Usage, &format!("--live: {error}")))?;
        let link = served.link();
        // Whoever has the link sees the page: it is for the person who asked, and nobody else.
        hand_over(&match lang {
            Lang::Fr => format!("page en direct : {link} (ce lien ne s'ouvre qu'une fois)\n"),
            Lang::En => format!("live page: {link} (this link opens once only)\n"),
        });
        if !address.ip().is_loopback() {
            hand_over(lang.pick(
                "! --live : d'autres machines atteignent cette adresse, et ce qu'elles échangent avec la page passe en clair ; qui lit le lien ou le réseau voit tout ce que la page montre, et peut appuyer sur ses boutons\n",
                "! --live: other machines reach this address, and what they exchange with the page is not encrypted; who reads the link or the network sees all that the page shows, and can press its buttons\n",
            ));
        }
        Ok(served)
    }
}

/// Something that the page may ask for.
pub(crate) fn action(
    name: &'static str,
    run: impl Fn(&live::Fields) -> Result<String, String> + Send + Sync + 'static,
) -> Action {
    Action { name, run: Box::new(run) }
}
