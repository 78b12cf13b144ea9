"""Right variants that several exercises share."""
