"""`python -m endogene_token.cli`: the command `endogene` where its script is not on the PATH."""

from endogene_token.cli import app

if __name__ == "__main__":
    app(prog_name="endogene")
