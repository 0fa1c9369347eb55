"""One file a source: a published or own table becomes a Table."""
