"""What the server is started with."""

from dataclasses import dataclass

TEST_SIGNING = "whsec_test"


@dataclass
class Config:
    """`base` is the server's own address, known once its port is; delays are seconds."""

    base: str = ""
    webhook_url: str = ""
    webhook_secret: str = TEST_SIGNING
    webhook_attempts: int = 3
    webhook_retry_delay: float = 0.3
    webhook_timeout: float = 10
    any_version: bool = False
