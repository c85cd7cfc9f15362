"""python -m tests.stripe_server --port 0 --webhook-url URL --webhook-secret whsec_test"""

import argparse
import os

from .config import Config
from .server import run


def main() -> None:
    env = os.environ.get
    default = Config()
    parser = argparse.ArgumentParser(prog="python -m tests.stripe_server", description="A stand-in for Stripe's API.")
    parser.add_argument("--port", type=int, default=int(env("STRIPE_SERVER_PORT", "12111")), help="0: any free one")
    parser.add_argument("--webhook-url", default=env("STRIPE_SERVER_WEBHOOK_URL", default.webhook_url))
    parser.add_argument("--webhook-secret", default=env("STRIPE_SERVER_WEBHOOK_SECRET", default.webhook_secret))
    parser.add_argument("--webhook-attempts", type=int, default=default.webhook_attempts)
    parser.add_argument("--webhook-retry-delay", type=float, default=default.webhook_retry_delay, help="seconds")
    parser.add_argument("--webhook-timeout", type=float, default=default.webhook_timeout, help="seconds")
    parser.add_argument("--any-version", action="store_true", help="accept other Stripe-Versions than the package's")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when the starting process ends")
    given = vars(parser.parse_args())
    port, until_stdin_closes = given.pop("port"), given.pop("until_stdin_closes")
    run(Config(**given), port=port, until_stdin_closes=until_stdin_closes)


if __name__ == "__main__":
    main()
