"""Names the student so that the grade would be written somewhere else."""

def sigmoid(z, k=1):
    return z
