"""Errors of the chain, the databases, the machine and the services that the program stands on."""

from endogene_token.errors.base import EndogeneError


class ChainError(EndogeneError):
    what = "The chain cannot be used: {actual}."
    advice = "Check that the node runs; nothing queued is lost meanwhile."


class NodeUnavailableError(ChainError):
    what = "No node answers at {actual}."
    advice = "Start the node or correct its address; what is queued leaves by itself when it is back."


class NodeAnswerError(ChainError):
    what = "The node answered with an error: {actual}."
    advice = "Look in the log of the node; what is queued is kept."


class WrongChainError(ChainError):
    what = "The node serves chain {actual}; this community lives on chain {limit}."
    advice = "Correct the address of the node: nothing was sent to the other chain."


class NotDeployedError(ChainError):
    what = "There is no contract of this community at {actual}."
    advice = "Deploy the community first, or correct the address and the node."


class BrokenParentHashError(ChainError):
    what = "The block {block} of the node is {actual}; the read model was built on {limit}."
    advice = (
        "The chain was rewritten: the indexer stopped and kept its rows. Check the node, then rebuild them."
    )


class UnknownEventError(ChainError):
    what = "Block {block} holds an event that this program does not know: {actual}."
    advice = "The contracts were upgraded: install the version of this program that belongs to them."


class LedgerMismatchError(ChainError):
    what = "{place}: the chain says {actual}, its own rules as this program knows them give {limit}."
    advice = (
        "The indexer stopped and kept its rows: check the program's version, then rebuild the read model."
    )


class AuditError(ChainError):
    what = "The chain and the read model tell {actual} values otherwise; there may be {limit}."
    advice = "Trust the chain: run the rebuild of the read model, then the audit again."


class RebuildDiffersError(ChainError):
    what = "Rebuilt from the chain, the read model has the digest {actual}; it has {limit}."
    advice = "Trust the chain: run the rebuild of the read model without its option --check."


class BooksDifferError(ChainError):
    what = "{place}: the books hold {actual}, the chain's own word is {limit}."
    advice = "Trust the chain: audit the read model, rebuild it, and draw up the books again."


class ReplayMismatchError(ChainError):
    what = "Replayed from its journal, block {block} has the hash {actual}; the journal holds {limit}."
    advice = "Do not delete the journal: check that anvil has the pinned version, then start again."


class ChainLockedError(ChainError):
    what = "The embedded chain in {actual} is already in use, by process {limit}."
    advice = "Stop the other process, or use another data folder."


class MethodRefusedError(ChainError):
    what = "The embedded chain does not serve the method {actual}."
    advice = "Read with the standard eth methods; to write, sign the transaction and send it with {limit}."


class ForeignTransactionError(ChainError):
    what = "The transaction is signed for chain {actual}; this is chain {limit}."
    advice = "Sign it again for this chain: nothing was recorded."


class UnconfirmedError(ChainError):
    what = "The transaction {actual} is in no block after {limit} seconds."
    advice = "Check that the chain makes blocks; sending the same again is safe, since it counts once."


class StoreError(EndogeneError):
    what = "The database cannot be used: {actual}."
    advice = "Check the address of the database and the rights on it; nothing was written."


class DatabaseUnavailableError(StoreError):
    what = "The database {actual} does not answer."
    advice = "Start the database server or correct its address, then start again."


class DatabaseTooNewError(StoreError):
    what = "The database is of version {actual}; this program knows versions up to {limit}."
    advice = "Install the newer version of this program: the database was left as it is."


class DatabaseDamagedError(StoreError):
    what = "The file {actual} is not a sound database."
    advice = "Set it aside, restore the last copy, or rebuild the read model from the chain."


class DiskFullError(StoreError):
    what = "The disk that holds {actual} is full."
    advice = "Free some space and start again: nothing that was accepted is lost."


class WrongLedgerError(StoreError):
    what = "The database was built from the ledger {limit}; the node serves {actual}."
    advice = "Use the database of this ledger, or rebuild a new one; neither was changed."


class WrongOutboxError(WrongLedgerError):
    what = "The outbox is that of {limit}; it was opened for {actual}."
    advice = "Give each till its own file, and keep it to the community it began with; it was left as it is."


class OutboxLockedError(StoreError):
    what = "The outbox {actual} is in use by another program."
    advice = "Stop the other program, or give this one a till and an outbox of its own."


class OutOfStepError(StoreError):
    what = "The outbox goes on at sequence {actual}, and the service expects {limit} from this till."
    advice = (
        "An older copy of the outbox is in use, or a batch was rejected: "
        "check that no other copy is in use, then resume from the service's sequence."
    )


class SetupError(EndogeneError):
    what = "The program cannot start: {actual}."
    advice = "Correct this and start again."


class PortTakenError(SetupError):
    what = "The port {actual} is taken by another program."
    advice = "Stop that program, or choose another port with the option or the setting {limit}."


class ToolMissingError(SetupError):
    what = "The tool {actual} was not found; version {limit} is needed."
    advice = "Run make demo, which installs what is needed, or put the tool on the PATH."


class DataFolderError(SetupError):
    what = "The data folder {actual} cannot be written."
    advice = "Give yourself the right to write there, or choose another folder with ENDOGENE_DATA_DIR."


class SigningKeyError(SetupError):
    what = "The key cannot be used: {actual}."
    advice = "Check where the key is kept."


class KeyMissingError(SigningKeyError):
    what = "There is no key at {actual}, or it cannot be read or written there."
    advice = "Check the path or the environment variable, or make a key and have it enrolled."


class KeyExposedError(SigningKeyError):
    what = "Others may read the key in {path}: its mode is {actual}; it must be {limit}."
    advice = "Correct the mode with chmod; if others did read the key, ask for its revocation."


class KeyFormatError(SigningKeyError):
    what = "{actual} does not hold a key."
    advice = "A key is 64 hexadecimal digits, or an Ethereum keystore in JSON."


class KeyPasswordError(SigningKeyError):
    what = "The password does not open the key in {actual}."
    advice = "Give the password with which the key was saved."


class KeyExistsError(SigningKeyError):
    what = "There is already a file at {actual}."
    advice = "Choose another path: a key is never overwritten."


class ServiceError(EndogeneError):
    what = "The service answered: {actual}."
    advice = "Try again later; what the till accepted stays in its outbox."


class ServiceUnavailableError(ServiceError):
    what = "The service does not answer at {actual}."
    advice = "Check the network and the address; the purchases wait in the outbox and leave by themselves."


class OverloadedError(ServiceError):
    what = "The service asks to wait {actual} seconds: it takes {limit} requests a minute."
    advice = "Wait, then try again with the same idempotency key; the client does so by itself."


class AccessDeniedError(ServiceError):
    what = "The service denies access to {actual}."
    advice = "Check the access key, or ask the cooperative for the right to do this."


class ServiceFailedError(ServiceError):
    what = "The service failed while it answered."
    advice = "Try again; if it happens again, give the number of the request to those who run the service."


class UnreadableAnswerError(ServiceError):
    what = "The answer of the service cannot be read: {actual}."
    advice = "Check that the address is that of the API, and that both sides have the same version."
