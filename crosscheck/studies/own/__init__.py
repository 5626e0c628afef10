"""A network of a user's own under every tool: what each says and why, layer by layer, and what nobody knows of it."""
