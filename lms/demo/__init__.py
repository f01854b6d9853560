"""The demo programme: invented people who act through the same use cases as everybody else."""
