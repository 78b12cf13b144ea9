"""One small file a format: a class's results in, text out."""
