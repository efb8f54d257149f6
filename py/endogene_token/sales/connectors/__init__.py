"""Connectors: from what a shop's own software sends to hosted sales. They only read sales."""

from endogene_token.sales.connectors.shop import ShopSettings

__all__ = ["ShopSettings"]
