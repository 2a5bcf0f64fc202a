"""Real pytest, in a subprocess, against a stand-in for Test Engine."""
