"""What a bank states: its statements read into lines that keep their identity however often they come."""
