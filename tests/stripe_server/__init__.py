"""A stand-in for Stripe's API, for tests and for trying things out without an account.

Start it with `python -m tests.stripe_server`, or from a test with `client.StripeServer`. It listens on 127.0.0.1 only,
takes test keys only, and never talks to Stripe. What it does:

- checks every request against the parameters of the installed stripe package (schema.py, shapes.py, limits.py);
- keeps customers, payment methods, intents, sessions, charges and refunds (world.py and one module per resource);
- honours idempotency keys for 24 hours of its own clock (idempotency.py);
- sends signed webhooks, on request twice, late, in another order, or badly signed (events.py);
- serves the hosted Checkout and bank pages (pages.py);
- breaks when told to (faults.py);
- is steered and inspected under /_ctl/ (control.py; GET /_ctl/help lists what there is).
"""
