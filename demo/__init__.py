"""``make demo``: a photo becomes an avatar and holds a spoken conversation, without a browser."""
