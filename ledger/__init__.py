"""Claims of many findings to exchanges; pure: nouns, what belongs together, and how the accounts stand to each other."""
