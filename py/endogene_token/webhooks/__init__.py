"""Telling what happened: the list of events, and webhooks after Standard Webhooks.

read model ── telling ──┬── GET /v1/events
                        └── feed ── webhook_delivery ── Sender ── a merchant's endpoint
                           (once an event and endpoint)   (until it is taken, or three days)
"""
