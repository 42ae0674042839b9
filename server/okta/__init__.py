"""What is Okta's alone: how it asks, what it means, how it reacts."""
