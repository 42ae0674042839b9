"""The page of settings: address, behaviour, data, appearance, about."""
