"""A shop that sells widgets."""
