"""The hub's side: how participants' notebook servers are signed in to, started, walled in and stopped."""
