"""What is asked of a submission: cases made concrete."""
