"""SCIM over HTTP; the only importer of aiohttp.web."""
