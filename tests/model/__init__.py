"""The nouns of the ground floor."""
