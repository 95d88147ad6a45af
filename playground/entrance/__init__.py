"""The ASGI layers that every request passes on its way to the app, in the order of `chain`."""
