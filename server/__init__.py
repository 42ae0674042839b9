"""The SCIM service provider: runs without Qt, without a screen and without a keyring."""
