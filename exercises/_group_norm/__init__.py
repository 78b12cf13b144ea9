"""What the exercises on group norm share: references, misconceptions and right variants."""
