"""Files that a bank reads: debits and payments of Canada (CPA Standard 005) and of SEPA (ISO 20022).

Bytes out of values, nothing else: no database, no network, no clock. The same values give the same bytes.
"""
