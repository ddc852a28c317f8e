"""Settings of the webhook sender."""

from pydantic import Field

from critic_core.runtime.settings import QueueSettings
from critic_core.runtime.webhooks.settings import WebhookSettings


class SenderSettings(QueueSettings, WebhookSettings):
    """Timeout, retries and concurrency of webhooks."""

    webhook_timeout_seconds: float = Field(
        default=15.0, gt=0, le=120, description="Time limit of one attempt over all its steps."
    )
    webhook_max_attempts: int = Field(
        default=9, ge=1, le=50, description="A webhook fails after this many attempts, or when its photo expires."
    )
    webhook_first_delay_seconds: float = Field(
        default=5.0, gt=0, description="Delay before the second attempt; each later delay is six times the one before."
    )
    webhook_max_delay_seconds: float = Field(
        default=6 * 3600, gt=0, description="Longest delay between two attempts, also for a receiver's Retry-After."
    )
    webhook_concurrency: int = Field(
        default=16, ge=1, description="Concurrent attempts; to one receiver at most half of them."
    )

    webhook_metrics_host: str = Field(default="127.0.0.1", description="Address of the sender's Prometheus metrics.")
    webhook_metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the sender's Prometheus metrics; 0 turns them off."
    )

    @property
    def webhook_lease_seconds(self) -> float:
        """Longest attempt. After that its sender is dead."""
        return self.webhook_timeout_seconds + 30.0
