"""One function in every framework and every export."""
