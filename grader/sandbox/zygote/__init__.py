"""The warm process: everything imported, nothing started, forked once for every submission."""
