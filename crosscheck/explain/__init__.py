"""Why two numbers differ: terms that add up to the difference, and the residual."""
