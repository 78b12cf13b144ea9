"""What is found of a submission, as data. English is made of it in ``reports/sentences`` and nowhere else."""
