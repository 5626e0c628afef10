"""What the page shows, as plain data: the tables of the reports, primitive counts, weights, and the toggles made of them."""
