"""Errors of sales that come without a till's signature: hosted tills, uploads, connectors."""

from endogene_token.errors.input import InputError


class HostedSaleError(InputError):
    what = "What was sent for a hosted till cannot be used: {actual}."
    advice = "Correct it and send it again: what was taken already is not taken twice."


class NotHostedError(HostedSaleError):
    what = "Merchant {merchant} has no hosted till {actual}."
    advice = "Have the cooperative host a till (endogene till host), or correct the number."


class TillUnnamedError(HostedSaleError):
    what = "Merchant {merchant} has several hosted tills: {actual}."
    advice = "Say which till the sale belongs to."


class TillBusyError(HostedSaleError):
    what = "The till {actual} has {limit} sales that are not recorded yet."
    advice = "Wait until they are recorded; if its key is in other hands, rotate it instead."


class OtherCurrencyError(HostedSaleError):
    what = "The sale {receipt} is in {actual}; this community counts in {limit}."
    advice = "Sell in the community's currency, or leave this sale out."


class FractionError(HostedSaleError):
    what = "The amount {field} is {actual}: it is no whole number of cents."
    advice = "Check the number of decimals of the currency in the shop's software."


class SaleOpenError(HostedSaleError):
    what = "The sale {actual} is {limit}; only what has ended can be erased."
    advice = "Wait until the ledger has recorded or refused it, then erase it."


class ConnectorError(HostedSaleError):
    what = "The connector cannot take this: {actual}."
    advice = "Look at the connector's settings, here and in the shop's software."


class ConnectorMissingError(ConnectorError):
    what = "Merchant {merchant} has no connector {actual}."
    advice = "Connect the shop first (endogene sales connect), or correct the address of the deliveries."


class WebhookSignatureError(ConnectorError):
    what = "The delivery is not signed with the connector's secret: {actual}."
    advice = "Copy the secret into the shop's webhook again; a new one replaces the one before."


class PayloadError(ConnectorError):
    what = "In the payload, {field} is {actual}; expected: {limit}."
    advice = "Send what the shop's software exports, unchanged."


class RefundMixedError(ConnectorError):
    what = "The order {actual} sells and refunds at once, and comes without its lines."
    advice = "Send the order's lines with it, so that both amounts are known."


class UploadError(HostedSaleError):
    what = "The file cannot be taken: {actual}."
    advice = "Correct the file and send it again: what was taken already is not taken twice."


class UploadEmptyError(UploadError):
    what = "The file holds no line of sales."
    advice = "Send the file with its line of column names and at least one sale."


class TooManyRowsError(UploadError):
    what = "The file has {actual} lines of sales or more; the limit is {limit}."
    advice = "Cut the file into several and send them one after the other."


class FilesWaitingError(UploadError):
    what = "{actual} files of this business are still being recorded; the limit is {limit}."
    advice = "Wait until one of them is done, then send this one. They stand under “Files”."


class ColumnUnmappedError(UploadError):
    what = "No column of the file gives {actual}; it has: {limit}."
    advice = "Say in the mapping which column gives it; the mapping is kept for the next file."


class AmountTextError(UploadError):
    what = "On line {line}, {actual} is not an amount such as {limit}."
    advice = "Write amounts with two decimals, or give the column of amounts in cents."


class MemberTextError(UploadError):
    # What stands there is not repeated: it may be a name or a card.
    what = "On line {line}, what stands for the member is no number."
    advice = "Write the member's number in digits alone; leave the cell empty for a sale without a member."


class DateOrderError(UploadError):
    what = "The days of this file can be read in two ways, such as {actual}."
    advice = "Say in the mapping which comes first, the day (dmy) or the month (mdy)."


class UnknownUploadError(UploadError):
    what = "No file or delivery has the number {actual}."
    advice = "Look the number up in the list (endogene sales uploads)."
