"""The one corridor between parties: what crosses it is written down."""
