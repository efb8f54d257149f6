"""What the cooperative's office keeps off the chain: cards, telephones, keys of the API, and the trail."""
