//! Taking away what was made by hand: deleted where the hub still lets it, else closed, with the
//! notifications that it caused. As a run cleans up behind itself. What somebody else deposited is
//! only forgotten.

use super::{ByHand, Missing, NotDone, What};
use crate::play::cleanup;

impl ByHand<'_> {
    pub(super) async fn clean(&mut self, all: bool) -> Result<(), NotDone> {
        let mut teledossiers = match all {
            true => self.memory.teledossiers.clone(),
            false => vec![self.teledossier()?.clone()],
        };
        teledossiers.reverse();
        for teledossier in teledossiers {
            if !teledossier.is_own {
                self.memory.forget(&teledossier.number);
                continue;
            }
            let folder = teledossier.own_folder(self.session)?;
            let turn = self.turn(&folder.depositor);
            let before = self.session.ledger.summary().2.len();
            cleanup::clean(self.session, vec![folder]).await;
            let left = self.session.ledger.summary().2.split_off(before);
            if !left.is_empty() {
                let missing = Missing::NothingLeft { left };
                return Err(NotDone::missing(missing, &teledossier.number));
            }
            self.memory.forget(&teledossier.number);
            let id = teledossier.id.unwrap_or_default();
            self.tell(turn, What::Cleaned, &teledossier.number, &id);
        }
        Ok(())
    }
}
