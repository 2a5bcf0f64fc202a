"""How Test Engine knows a test: by scope and name."""

from __future__ import annotations


def identity(nodeid: str, path: str) -> tuple[str, str]:
    """Return the scope and the name of the test that has this node id.

    They are split at the last `::`, also where that is inside a parameter's id: bktec makes them of
    node ids in this way, and so does the history of every suite.

    Args:
        nodeid: The node id.
        path: The test's file. pytest leaves it out of the node ids of some files outside its root
            directory, whose tests would all have the same scope.

    >>> identity("test_shop.py::TestCart::test_add", "test_shop.py")
    ('test_shop.py::TestCart', 'test_add')
    >>> identity("test_shop.py::test_add[a::b]", "test_shop.py")
    ('test_shop.py::test_add[a', 'b]')
    >>> identity("test_shop.py", "test_shop.py")
    ('', 'test_shop.py')
    >>> identity("::test_add", "../elsewhere/test_shop.py")
    ('../elsewhere/test_shop.py', 'test_add')
    """
    if nodeid.startswith("::"):
        nodeid = path + nodeid
    scope, _, name = nodeid.rpartition("::")
    return scope, name
