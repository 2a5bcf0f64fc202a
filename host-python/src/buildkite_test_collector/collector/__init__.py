"""Names under the paths by which users of earlier versions import them."""
