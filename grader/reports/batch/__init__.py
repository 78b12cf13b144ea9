"""One small file a format: a batch in, text out."""
