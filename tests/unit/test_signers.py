"""Each signer's signature is that of its key, and what comes from outside is checked before it counts."""

import hashlib
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from Crypto.Cipher import AES
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from endogene_token.ballots import (
    AssemblyDomain,
    Ballot,
    Choice,
    Interest,
    Notice,
    Proposal,
    SealedBallot,
)
from endogene_token.errors import (
    DataFolderError,
    DeviceAnswerError,
    DeviceRefusedError,
    DeviceUnavailableError,
    EndogeneError,
    KeyExistsError,
    KeyExposedError,
    KeyFormatError,
    KeyMissingError,
    KeyPasswordError,
    SignatureAwaitedError,
    SignatureMismatchError,
    SignerKeyError,
)
from endogene_token.member_acts import Act, Mentoring, Reviewing, Spend, Submitting
from endogene_token.projects import Instrument, Line, Loan, Plan, Spending, Tranche
from endogene_token.signers import (
    CommandDevice,
    DeviceSigner,
    FileExchange,
    KeyfileSigner,
    Message,
    PasskeySigner,
    Signer,
    SoftwareAuthenticator,
    check_signature,
)
from endogene_token.signers.messages import digest, typed_data
from endogene_token.signers.request import signing_request

DOMAIN = AssemblyDomain(31_337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
VERIFIER = "0x" + "ab" * 20
HASH = bytes(range(32))
PLAN = Plan(
    *(Instrument.LOAN, 7, 6, 300, 600, 1_900_000_000, Loan(1_950_000_000, 86_400, 12)),
    (Tranche(100, 1_800_000_000, HASH), Tranche(200, 1_850_000_000, HASH)),
    (Line(300, 0b110),),
)
MESSAGES: list[Message] = [
    Ballot(7, 42, Choice.AGAINST, 3, bytes(range(32))),
    SealedBallot(7, 42, 3, b"\x11" * 32, bytes(range(32))),
    Proposal(42, 2, bytes(range(32)), b"\x22" * 32, 2**200 + 1),
    Notice(42, 7, 1_800_000_000, 5),
    Interest(42, 7, 6),
    Act(42, 7, Spend(Spending(7, 9, 12_345, 1, HASH)), 8),
    Act(42, 7, Submitting(PLAN), 9),
    Act(42, 7, Mentoring(), 10),
]
BALLOT = MESSAGES[0]
SECRET = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"  # noqa: S105  eth-account's example
ADDRESS = bytes.fromhex("2c7536E3605D9C16a7a3D7b1898e529396a65c23")
ADDRESS_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1


def device(*behaviour: str, timeout_seconds: int = 60) -> CommandDevice:
    return CommandDevice([sys.executable, "-m", "tests.signing_device", SECRET, *behaviour], timeout_seconds)


@pytest.fixture(scope="module")
def keyfile(tmp_path_factory: pytest.TempPathFactory) -> KeyfileSigner:
    return KeyfileSigner.create(tmp_path_factory.mktemp("keys") / "member.json", "sésame")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_every_signer_signs_every_message_with_its_key(keyfile: KeyfileSigner, message: Message) -> None:
    """One interface: whoever holds a signer need not know where the key is."""
    authenticator = SoftwareAuthenticator()
    signers: list[Signer] = [
        keyfile,
        PasskeySigner(authenticator.passkey(VERIFIER), authenticator),
        DeviceSigner(ADDRESS, device()),
    ]
    for signer in signers:
        check_signature(signer.key, digest(message, DOMAIN), signer.sign(message, DOMAIN))
    assert [len(signer.key) for signer in signers] == [20, 84, 20]


def test_a_keyfile_signature_is_recovered_by_the_tools_of_the_field(keyfile: KeyfileSigner) -> None:
    """eth-account, from its own encoding of the typed data, finds the member's address in the 65 bytes."""
    signature = keyfile.sign(BALLOT, DOMAIN)
    signable = encode_typed_data(full_message=typed_data(BALLOT, DOMAIN))
    assert len(signature) == 65
    assert bytes.fromhex(Account.recover_message(signable, signature=signature)[2:]) == keyfile.key


def test_a_created_keyfile_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    """It is encrypted, its owner alone may read it, and it is never overwritten."""
    path = tmp_path / "member.json"
    signer = KeyfileSigner.create(path, "sésame")
    assert json.loads(path.read_text())["version"] == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyfileSigner.open(path, "sésame").key == signer.key
    assert signer.key.hex() in repr(signer).lower()
    with pytest.raises(KeyPasswordError):
        KeyfileSigner.open(path, "Sésame")
    with pytest.raises(KeyExistsError):
        KeyfileSigner.create(path, "sésame")


def keystore(secret: bytes, passphrase: str) -> str:
    """Return a keystore of any 32 bytes: eth-account writes none of what is no key."""
    derived = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), bytes(32), 2)
    hidden = AES.new(derived[:16], AES.MODE_CTR, nonce=b"", initial_value=0).encrypt(secret)
    crypto = {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": bytes(16).hex()},
        "ciphertext": hidden.hex(),
        "kdf": "pbkdf2",
        "kdfparams": {"c": 2, "dklen": 32, "prf": "hmac-sha256", "salt": bytes(32).hex()},
        "mac": keccak(derived[16:] + hidden).hex(),
    }
    return json.dumps({"version": 3, "crypto": crypto})


def test_a_keystore_written_by_another_tool_opens(tmp_path: Path) -> None:
    """The format is everybody's, and the next test's files are keystores indeed."""
    path = tmp_path / "member.json"
    path.write_text(keystore(bytes.fromhex(SECRET), "sésame"))
    path.chmod(0o600)
    assert KeyfileSigner.open(path, "sésame").key == ADDRESS


@pytest.mark.parametrize(
    ("text", "mode", "error"),
    [
        (None, 0, KeyMissingError),
        (SECRET, 0o600, KeyFormatError),
        (keystore(bytes(32), "sésame"), 0o600, KeyFormatError),
        ("{}", 0o640, KeyExposedError),
    ],
    ids=["missing", "not encrypted", "no key of the curve", "read by others"],
)
def test_a_file_that_holds_no_safe_key_is_refused(
    tmp_path: Path, text: str | None, mode: int, error: type[EndogeneError]
) -> None:
    """A member's key is never kept in the open."""
    path = tmp_path / "member.json"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(error):
        KeyfileSigner.open(path, "sésame")


def lengthened(signature: bytes) -> bytes:
    return signature + b"\0"


def other_half(signature: bytes) -> bytes:
    s = ADDRESS_ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def other_parity(signature: bytes) -> bytes:
    return signature[:64] + bytes([55 - signature[64]])


def bare_parity(signature: bytes) -> bytes:
    return signature[:64] + bytes([signature[64] - 27])


def zero(signature: bytes) -> bytes:
    return bytes(64) + signature[64:]


@pytest.mark.parametrize("change", [lengthened, other_half, other_parity, bare_parity, zero])
def test_a_signature_that_the_contract_refuses_is_refused_here(keyfile: KeyfileSigner, change: Any) -> None:
    """One message has one signature by one key: 65 bytes, the lower s, v 27 or 28."""
    signature, signed = keyfile.sign(BALLOT, DOMAIN), digest(BALLOT, DOMAIN)
    check_signature(keyfile.key, signed, signature)
    with pytest.raises(SignatureMismatchError):
        check_signature(keyfile.key, signed, change(signature))


@pytest.mark.parametrize("length", [0, 19, 21, 83, 85])
def test_a_key_of_another_length_is_no_key(length: int) -> None:
    """Twenty bytes or eighty-four, as the register holds them."""
    with pytest.raises(SignerKeyError):
        check_signature(bytes(length), bytes(32), bytes(65))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_a_request_is_read_by_the_tools_of_the_field_and_by_its_holder(message: Message) -> None:
    """From the JSON alone, eth-account computes our digest; every field has a line in both languages."""
    request = json.loads(signing_request(ADDRESS, message, DOMAIN))
    signable = encode_typed_data(full_message=request["typed_data"])
    whole = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert whole == digest(message, DOMAIN) == bytes.fromhex(request["digest"][2:])
    for lang in ("fr", "en"):
        assert len(request["readable"][lang]) >= 1 + len(request["typed_data"]["message"]) - (
            isinstance(message, Act)  # its action is the title
        )
    assert request["key"] == "0x" + ADDRESS.hex()


def test_a_request_says_in_words_what_the_ballot_says() -> None:
    """The holder agrees to a vote, not to a number."""
    request = json.loads(signing_request(ADDRESS, BALLOT, DOMAIN))
    french = {line["label"]: line["value"] for line in request["readable"]["fr"]}
    english = {line["label"]: line["value"] for line in request["readable"]["en"]}
    assert (french["À signer"], french["Résolution"], french["Choix"]) == ("Bulletin", "7", "Contre")
    assert (english["To sign"], english["Resolution"], english["Choice"]) == ("Ballot", "7", "Against")


def test_a_request_says_in_words_what_the_act_does_and_lets_the_device_check_it() -> None:
    """Behind the hash of a content stands what it is about: every field of it, and its very bytes."""
    act = Act(42, 7, Submitting(PLAN), 9)
    request = json.loads(signing_request(ADDRESS, act, DOMAIN))
    french = {line["label"]: line["value"] for line in request["readable"]["fr"]}
    assert french["À signer"] == "Dépôt d’un dossier avec son plan"
    assert (french["Projet"], french["Instrument"], french["Versements"]) == ("7", "Prêt", "12")
    assert french["Tranche 2 · Montant (cents)"] == "200"
    assert french["Ligne du budget 1 · Genres d’entreprise (un bit chacun)"] == "6"
    content = keccak(bytes.fromhex(request["content"][2:])).hex()
    assert french["Contenu (empreinte)"] == request["typed_data"]["message"]["content"] == f"0x{content}"


@pytest.mark.parametrize(("approved", "told"), [(True, "Oui"), (False, "Non")])
def test_a_review_says_whether_it_approves(approved: bool, told: str) -> None:
    """Nobody approves what he or she meant to reject."""
    request = json.loads(signing_request(ADDRESS, Act(42, 7, Reviewing(HASH, approved), 1), DOMAIN))
    assert {"label": "Approuvé", "value": told} in request["readable"]["fr"]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("refusing", DeviceRefusedError),
        ("babbling", DeviceAnswerError),
        ("blind", SignatureMismatchError),
    ],
)
def test_a_device_that_does_not_sign_this_message_is_told(behaviour: str, error: type[EndogeneError]) -> None:
    """What comes back is checked: a faulty or hostile device cannot cast another ballot."""
    with pytest.raises(error):
        DeviceSigner(ADDRESS, device(behaviour)).sign(BALLOT, DOMAIN)


def test_the_reason_that_a_device_gives_reaches_its_holder() -> None:
    """What its program wrote to its standard error."""
    with pytest.raises(DeviceRefusedError, match="the holder said no"):
        DeviceSigner(ADDRESS, device("refusing")).sign(BALLOT, DOMAIN)


def test_a_device_that_is_not_there_or_does_not_answer_is_told(tmp_path: Path) -> None:
    """Nobody waits for ever."""
    for absent in (CommandDevice([str(tmp_path / "none")]), device("sleeping", timeout_seconds=1)):
        with pytest.raises(DeviceUnavailableError):
            DeviceSigner(ADDRESS, absent).sign(BALLOT, DOMAIN)


def test_a_device_with_another_key_is_noticed() -> None:
    """The wrong one of two devices was plugged in."""
    with pytest.raises(SignatureMismatchError):
        DeviceSigner(bytes(20), device()).sign(BALLOT, DOMAIN)


def test_a_request_carried_to_another_machine_and_back_is_signed(tmp_path: Path) -> None:
    """First the request waits in a file; with the answer beside it, the same call gives the signature."""
    signer = DeviceSigner(ADDRESS, FileExchange(tmp_path))
    for _ in range(2):
        with pytest.raises(SignatureAwaitedError) as awaited:
            signer.sign(BALLOT, DOMAIN)
    request = Path(str(awaited.value.actual))
    assert [path.name for path in tmp_path.iterdir()] == [request.name]
    Path(str(awaited.value.limit)).write_bytes(device().ask(request.read_bytes()))
    check_signature(ADDRESS, digest(BALLOT, DOMAIN), signer.sign(BALLOT, DOMAIN))
    with pytest.raises(SignatureAwaitedError):
        signer.sign(MESSAGES[1], DOMAIN)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The memory stick was taken out."""
    with pytest.raises(DataFolderError):
        DeviceSigner(ADDRESS, FileExchange(tmp_path / "gone")).sign(BALLOT, DOMAIN)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"signature": 1}',
        b'{"signature": "00"}',
        b'{"signature": "0x0"}',
        b'{"signature": "0xzz"}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_is_none_is_refused(tmp_path: Path, answer: bytes) -> None:
    """A file from a memory stick is a stranger's input."""
    signer = DeviceSigner(ADDRESS, FileExchange(tmp_path))
    with pytest.raises(SignatureAwaitedError) as awaited:
        signer.sign(BALLOT, DOMAIN)
    Path(str(awaited.value.limit)).write_bytes(answer)
    with pytest.raises(DeviceAnswerError):
        signer.sign(BALLOT, DOMAIN)
