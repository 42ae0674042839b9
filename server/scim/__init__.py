"""RFC 7643/7644 as values and pure functions: no I/O, no clock, no thread, no framework."""
