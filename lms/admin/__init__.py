"""The frame of the administration and its page of background work. Other rooms and plugins bring their own pages."""
