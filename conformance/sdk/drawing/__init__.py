"""What is asked of an SDK and what it is answered: cases, drawn by Hypothesis from the API document."""
