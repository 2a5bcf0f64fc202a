"""The network, as every output needs it: proxies, certificates, and when to try again."""
