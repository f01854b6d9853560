"""The LTI tool: registrations of platforms, launches by LTI 1.3 and 1.1, scores sent back to the platform."""
