//! The inbox and its answers.

use crate::{
    delivery,
    error::EngineError,
    model::{Alert, AlertId, Answer, Event},
};

use super::{Engine, Result};

impl Engine {
    /// The newest alerts, newest first.
    pub async fn inbox(&self, limit: u32) -> Result<Vec<Alert>> {
        Ok(self.store.alerts(limit).await?)
    }

    /// One alert.
    pub async fn alert(&self, id: AlertId) -> Result<Alert> {
        self.store
            .alert(id)
            .await?
            .ok_or(EngineError::NotFound("alert"))
    }

    /// Answers an alert; it is taken back on every channel.
    pub async fn answer(&self, id: AlertId, answer: Answer) -> Result<Alert> {
        let alert = self
            .store
            .answer(id, answer, self.channels.names(), self.now())
            .await?
            .ok_or(EngineError::NotFound("alert"))?;
        self.poller.outbox.notify_waiters();
        self.tell(Event::AlertChanged { alert_id: id });
        self.tell(Event::WatchesChanged);
        for channel in self.channels.all() {
            delivery::withdraw(&*channel, &alert).await;
        }
        Ok(alert)
    }
}
