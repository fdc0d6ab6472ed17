"""Claims of many findings to exchanges; pure. So far its nouns: matching and reconciling come later."""
