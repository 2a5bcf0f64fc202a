"""How Test Engine knows a test: by scope and name."""

from __future__ import annotations


def identity(nodeid: str) -> tuple[str, str]:
    """Return the scope and the name of the test that has this node id.

    Joined by `::` they are the node id again, which is what bktec runs a test by. A parameter's id
    may hold `::` and `[` itself, so that only what stands before the first `[` behind the path is
    looked at.

    >>> identity("test_shop.py::TestCart::test_add[a::b]")
    ('test_shop.py::TestCart', 'test_add[a::b]')
    >>> identity("test_shop.py")
    ('', 'test_shop.py')
    """
    path_end = nodeid.find("::")
    if path_end < 0:
        return "", nodeid
    parameters = nodeid.find("[", path_end)
    split = nodeid.rfind("::", path_end, parameters if parameters >= 0 else len(nodeid))
    return nodeid[:split], nodeid[split + 2 :]
