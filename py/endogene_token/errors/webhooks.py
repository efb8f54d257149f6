"""Errors of webhooks: of the endpoints that merchants name, and of what became of a delivery."""

from endogene_token.errors.input import InputError


class WebhookError(InputError):
    what = "The webhook cannot be used: {actual}."
    advice = "Look at the list of your endpoints and at the log of their deliveries."


class WebhookUrlError(WebhookError):
    what = "Nothing is delivered to {actual}: {limit}."
    advice = "Give an https address that everybody can reach, without a name or a password in it."


class UnknownWebhookError(WebhookError):
    what = "There is no endpoint {actual}."
    advice = "Look for it in the list of your endpoints, /v1/webhooks."


class UnknownDeliveryError(WebhookError):
    what = "The endpoint has no delivery {actual}."
    advice = "Look for it in the log of the endpoint; a delivery is kept for {limit} days after its end."


class WebhookCountError(WebhookError):
    what = "{actual} endpoints are in force; the limit is {limit}."
    advice = "Disable the endpoints that nobody uses any more."


class WebhookDisabledError(WebhookError):
    what = "The endpoint {actual} is disabled."
    advice = "Enable it first; what happened meanwhile is told by /v1/events?after=."


class SecretRotatingError(WebhookError):
    what = "The endpoint {actual} already has two secrets, until {limit}."
    advice = "Put the newer one in place; the older one ends by itself. With an overlap of 0, both end now."


class DeliveryError(WebhookError):
    what = "The delivery did not arrive: {actual}."
    advice = "Nothing is to be done: it is sent again, later each time, for three days."


class NameUnresolvedError(DeliveryError):
    what = "The name {actual} leads to no address."
    advice = "Check the name of the endpoint and its records; the delivery is sent again."


class AddressRefusedError(DeliveryError):
    what = "The address {actual} is not one of the public internet: {limit}."
    advice = "Give an endpoint that everybody can reach; nothing was sent there."


class EndpointSilentError(DeliveryError):
    what = "The endpoint took no connection: {actual}."
    advice = "Check that it runs and that its certificate is valid; the delivery is sent again."


class EndpointSlowError(DeliveryError):
    what = "The endpoint took longer than {limit} seconds to answer."
    advice = "Answer at once, and do the work afterwards; the delivery is sent again."


class EndpointRedirectsError(DeliveryError):
    what = "The endpoint answered with the redirection {actual}, which is never followed."
    advice = "Give the address that it leads to."


class EndpointStatusError(DeliveryError):
    what = "The endpoint answered with the status {actual}, not with one from 200 to 299."
    advice = "Look in the log of your service; the delivery is sent again."


class EndpointGoneError(DeliveryError):
    what = "The endpoint answered with the status 410: it is gone."
    advice = "It was disabled; enable it once it answers again."


class DeliveriesEndedError(DeliveryError):
    what = "For three days the endpoint did not take a delivery; the last time: {actual}."
    advice = "It was disabled; enable it once it answers, and read what it missed at /v1/events?after=."
