"""The corridor between parties."""
