"""A device that signs, as a program of its own: `python -m tests.signing_device <key> [behaviour]`.

It reads the request with eth-account alone, without the project's code. As `blind` it signs another message.
"""

import json
import sys
import time

from eth_account import Account
from eth_account.messages import encode_typed_data


def main(secret: str, behaviour: str = "") -> None:
    request = json.load(sys.stdin)
    if behaviour == "refusing":
        sys.exit("the holder said no")
    if behaviour == "sleeping":
        time.sleep(60)
    if behaviour == "babbling":
        sys.stdout.write("signed!")
        return
    data = request["typed_data"]
    if behaviour == "blind":
        data["message"]["choice"] = "1"
    signed = Account.sign_message(encode_typed_data(full_message=data), secret)
    json.dump({"signature": "0x" + signed.signature.hex()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
