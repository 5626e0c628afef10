"""One folder a framework.

Adapters build the native network, run the framework's own tools and write rows; they see no prediction.
"""
