"""The page that leads through Okta's form and watches Okta's requests turn each step green."""
