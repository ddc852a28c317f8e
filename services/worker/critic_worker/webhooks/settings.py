"""What the sender of webhooks can be told."""

from pydantic import Field

from critic_core.runtime.settings import QueueSettings
from critic_core.runtime.webhooks.settings import WebhookSettings


class SenderSettings(QueueSettings, WebhookSettings):
    """How long a receiver may take, and how often it is tried."""

    webhook_timeout_seconds: float = Field(
        default=15.0, gt=0, le=120, description="A try takes no longer than this in all, whatever the receiver does."
    )
    webhook_tries: int = Field(
        default=9, ge=1, le=50, description="A webhook is given up after this many tries, or when its photo expires."
    )
    webhook_first_delay_seconds: float = Field(
        default=5.0, gt=0, description="Between the first try and the second; each delay is six times the one before."
    )
    webhook_longest_delay_seconds: float = Field(
        default=6 * 3600, gt=0, description="The longest delay between two tries, also when a receiver asks for more."
    )
    webhook_concurrency: int = Field(
        default=16, ge=1, description="Webhooks sent at a time; to one receiver at most three quarters of them."
    )

    webhook_metrics_host: str = Field(default="127.0.0.1", description="Address of the sender's Prometheus metrics.")
    webhook_metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the sender's Prometheus metrics; 0 turns them off."
    )

    @property
    def webhook_lease_seconds(self) -> float:
        """A try that nothing was heard of for this long is with nobody any more."""
        return self.webhook_timeout_seconds + 30.0
