"""Every error of the project, in one tree.

It is drawn in `tree.txt`. A test compares that drawing with the classes: who adds a class draws it there and
translates its two sentences in `locale/fr.po`. Callers import from this package, not from its modules.
"""

# The stars keep this page from repeating the tree: every public name of the modules below is public here.
from endogene_token.errors.ballot import *  # noqa: F403
from endogene_token.errors.bank import *  # noqa: F403
from endogene_token.errors.base import *  # noqa: F403
from endogene_token.errors.books import *  # noqa: F403
from endogene_token.errors.collect import *  # noqa: F403
from endogene_token.errors.confirm import *  # noqa: F403
from endogene_token.errors.contracts import *  # noqa: F403
from endogene_token.errors.inbox import *  # noqa: F403
from endogene_token.errors.input import *  # noqa: F403
from endogene_token.errors.ledger import *  # noqa: F403
from endogene_token.errors.office import *  # noqa: F403
from endogene_token.errors.outflow import *  # noqa: F403
from endogene_token.errors.project import *  # noqa: F403
from endogene_token.errors.request import *  # noqa: F403
from endogene_token.errors.sales import *  # noqa: F403
from endogene_token.errors.staff import *  # noqa: F403
from endogene_token.errors.statement import *  # noqa: F403
from endogene_token.errors.system import *  # noqa: F403
from endogene_token.errors.till import *  # noqa: F403
from endogene_token.errors.vote import *  # noqa: F403
from endogene_token.errors.voting import *  # noqa: F403
from endogene_token.errors.webhooks import *  # noqa: F403
