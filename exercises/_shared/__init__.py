"""What several exercises share: references, misconceptions and right variants."""
