"""What a consumer of the directory is told, and how it knows that Perch said it."""
